"""A plot of latencies, as SVG.

A row for each kind of query, in it a mark for each engine at its mean and a
line from there to its p99; the axis is logarithmic.
"""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

# A row's name, and by engine its mean and p99 in micro-seconds.
Row = tuple[str, dict[str, tuple[float, float]]]

COLOURS = ["#d1495b", "#00798c", "#66a5ad", "#edae49", "#7d5ba6", "#8d8d8d"]
LEFT, WIDTH, STEP, TOP = 250, 640, 24, 56


def svg(rows: list[Row], engines: list[str]) -> str:
    """The plot; engines keep their colour whether they have marks or not."""
    present = [e for e in engines if any(e in points for _, points in rows)]
    values = [v for _, points in rows for pair in points.values() for v in pair]
    low = math.floor(math.log10(max(1.0, min(values))))
    high = math.ceil(math.log10(max(values)))

    def x(value: float) -> float:
        share = (math.log10(max(1.0, value)) - low) / max(1, high - low)
        return round(LEFT + share * WIDTH, 1)

    bottom = TOP + STEP * len(rows)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {LEFT + WIDTH + 60} {bottom + 40}" '
        f'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for i, engine in enumerate(present):
        at: float = LEFT + i * 132
        colour = COLOURS[engines.index(engine)]
        out.append(f'<circle cx="{at}" cy="18" r="5" fill="{colour}"/>')
        out.append(f'<text x="{at + 10}" y="22">{escape(engine)}</text>')
    for power in range(low, high + 1):
        at = x(10.0**power)
        out.append(
            f'<line x1="{at}" y1="{TOP - 14}" x2="{at}" y2="{bottom}" '
            f'stroke="#dddddd"/>'
        )
        out.append(
            f'<text x="{at}" y="{bottom + 18}" text-anchor="middle">'
            f"{10**power:,} µs</text>"
        )
    for i, (name, points) in enumerate(rows):
        y = TOP + i * STEP
        out.append(
            f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">'
            f"{escape(name)}</text>"
        )
        # Ours comes last, on top of the others.
        for engine in sorted(points, key=engines.index, reverse=True):
            mean, tail = points[engine]
            colour = COLOURS[engines.index(engine)]
            out.append(
                f'<line x1="{x(mean)}" y1="{y}" x2="{x(tail)}" y2="{y}" '
                f'stroke="{colour}" stroke-opacity="0.5" stroke-width="2"/>'
            )
            out.append(
                f'<circle cx="{x(mean)}" cy="{y}" r="5" fill="{colour}"/>'
            )
    out.append("</svg>")
    return "\n".join(out) + "\n"
