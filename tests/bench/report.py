#!/usr/bin/env python3
"""Turns what the engines measured into results.json, a table and a plot.

    report.py FOLDER --machine "what it ran on"

reads FOLDER/results/*.jsonl, as tests/bench/run leaves them, writes
FOLDER/results.json, table.md and plot.svg, and prints the table.
"""

from __future__ import annotations

import argparse
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plot

OURS = "paperwire"
ENGINES = {
    OURS: "Paperwire",
    "lucene": "Lucene",
    "lucene-bp": "Lucene, reordered",
    "tantivy": "Tantivy",
    "xapian": "Xapian",
    "fts5": "FTS5",
}
OPS = {
    "or10": "OR top-10",
    "or10_f1": "OR top-10, filter 1 %",
    "or10_f50": "OR top-10, filter 50 %",
    "and10": "AND top-10",
    "phrase10": "phrase top-10",
    "count_or": "OR count",
    "count_and": "AND count",
}
GROUPS = {
    "1 to 5 terms": ["terms1", "terms2", "terms3", "terms5"],
    "titles": ["titles"],
    "questions": ["questions"],
    "statements": ["statements"],
    "2 or 3 words": ["phrase2", "phrase3"],
}
SHAPES = {
    "one": "one segment",
    "one-deleted": "one segment, 10 % deleted",
    "many": "many segments",
    "many-deleted": "many segments, 10 % deleted",
}

# Micro-seconds of each query, by operation and kind.
Times = dict[tuple[str, str], list[float]]
Answers = dict[tuple[str, str], list[int]]


@dataclass
class Run:
    """What one engine measured on one index."""

    times: Times
    answers: Answers


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines; none when it is not there."""
    if not path.exists():
        return []
    return [
        json.loads(line)
        for line in path.read_text().splitlines()
        if line.startswith("{")
    ]


def load_runs(folder: Path) -> dict[str, dict[str, Run]]:
    """By shape of the index and engine; a reordered Lucene is an engine."""
    runs: dict[str, dict[str, Run]] = {shape: {} for shape in SHAPES}
    for shape in SHAPES:
        for name in ENGINES:
            engine, _, variant = name.partition("-")
            stem = shape.replace("one", variant) if variant else shape
            if variant and not shape.startswith("one"):
                continue
            rounds = [
                lines(path)
                for path in sorted(folder.glob(f"query-{engine}-{stem}-?.jsonl"))
            ]
            if rounds:
                runs[shape][name] = joined(rounds)
    return runs


def joined(rounds: list[list[dict[str, Any]]]) -> Run:
    """Several rounds of the same queries: of each its median.

    A round that got to fewer of them ends the row.
    """
    times: Times = {}
    answers: Answers = {}
    for rows in zip(*rounds):
        key = (rows[0]["op"], rows[0]["kind"])
        times[key] = [
            statistics.median(all_) for all_ in zip(*(r["micros"] for r in rows))
        ]
        answers[key] = rows[0]["answers"]
        for row in rows:
            for before, now in zip(answers[key], row["answers"]):
                assert before == now, f"{key}: {before} answers, then {now}"
    return Run(times, answers)


def pooled(run: Run, op: str, kinds: list[str], like: Run) -> list[float]:
    """The times of the queries that both runs got to."""
    times: list[float] = []
    for kind in kinds:
        key = (op, kind)
        if key in run.times and key in like.times:
            times += run.times[key][: len(like.times[key])]
    return times


def cell(times: list[float], whole: int) -> str:
    """Mean, p50 and p99, and how many were asked when not all were."""
    if not times:
        return "-"
    figures = [
        statistics.fmean(times),
        percentile(times, 0.5),
        percentile(times, 0.99),
    ]
    text = " / ".join(f"{figure:,.0f}" for figure in figures)
    return text if len(times) == whole else f"{text} ({len(times)})"


def ratio(engines: dict[str, Run], op: str, kinds: list[str]) -> str:
    """How much longer the best peer takes than we: in mean, at p99."""
    if OURS not in engines:
        return "-"
    means, tails = [], []
    for name, run in engines.items():
        theirs = pooled(run, op, kinds, engines[OURS])
        ours = pooled(engines[OURS], op, kinds, run)
        if name == OURS or not theirs or not ours:
            continue
        means.append(statistics.fmean(theirs) / statistics.fmean(ours))
        tails.append(percentile(theirs, 0.99) / percentile(ours, 0.99))
    return f"{min(means):.2f} / {min(tails):.2f}" if means else "-"


def query_table(engines: dict[str, Run]) -> list[str]:
    """The rows of one shape of index."""
    names = [name for name in ENGINES if name in engines]
    titles = [ENGINES[name] for name in names]
    table = [
        "| | queries | " + " | ".join(titles) + " | best peer / ours |",
        "|" + " --- |" * (len(names) + 3),
    ]
    for op, title in OPS.items():
        for group, kinds in GROUPS.items():
            runs = {
                name: pooled(engines[name], op, kinds, engines[name])
                for name in names
            }
            whole = max(len(times) for times in runs.values())
            if whole:
                cells = [cell(runs[name], whole) for name in names]
                best = ratio(engines, op, kinds)
                table.append(
                    f"| {title} | {group} | {' | '.join(cells)} | {best} |"
                )
    return table


def disagreements(runs: dict[str, dict[str, Run]]) -> list[str]:
    """Counts in which a peer differs from us."""
    found = []
    for shape, engines in runs.items():
        for name, run in engines.items():
            if OURS not in engines or name == OURS:
                continue
            for key, answers in engines[OURS].answers.items():
                pairs = list(zip(answers, run.answers.get(key, [])))
                different = sum(a != b for a, b in pairs)
                if different and key[0].startswith("count"):
                    found.append(
                        f"{SHAPES[shape]}: {ENGINES[name]} counts otherwise "
                        f"in {different} of {len(pairs)} ({' '.join(key)})"
                    )
    return found


def load_builds(path: Path) -> dict[str, dict[str, Any]]:
    """What a build of each variant took, the median of its rounds."""
    rounds: dict[str, list[dict[str, Any]]] = {}
    for row in lines(path):
        rounds.setdefault(row["variant"], []).append(row)
    return {
        variant: rows[-1]
        | {
            took: statistics.median(row[took] for row in rows)
            for took in ("wall", "cpu")
        }
        for variant, rows in rounds.items()
    }


def build_table(folder: Path) -> tuple[list[str], dict[str, Any]]:
    """Build rate, size and restart, of each engine."""
    table = [
        "| | text in, papers/s of CPU | of wall time | bytes/paper, one "
        "segment | many | with spellings | own analysis | open + first query, "
        "ms | with start of the process |",
        "|" + " --- |" * 9,
    ]
    numbers: dict[str, Any] = {}
    for name, title in ENGINES.items():
        if name == "lucene-bp":
            continue
        builds = load_builds(folder / f"build-{name}.jsonl")
        opens = lines(folder / f"open-{name}.jsonl")
        if "text" not in builds or not opens:
            continue
        numbers[name] = {"builds": builds, "opens": opens}
        text = builds["text"]

        def size(variant: str, builds: dict[str, Any] = builds) -> str:
            row = builds.get(variant)
            return f"{row['bytes'] / row['papers']:,.0f}" if row else "-"

        own = "text-one" if "text-one" in builds else "text"
        cells = [
            f"{text['papers'] / text['cpu']:,.0f}",
            f"{text['papers'] / text['wall']:,.0f}",
            size("stems" if name == OURS else "one"),
            size("many"),
            size("one" if name == OURS else "spellings"),
            size(own),
            f"{statistics.median(row['open'] for row in opens) * 1e3:,.1f}",
            f"{statistics.median(row['process'] for row in opens) * 1e3:,.1f}",
        ]
        table.append(f"| {title} | {' | '.join(cells)} |")
    return table, numbers


def main() -> None:
    """Reads the results of a run and writes what people read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--machine", required=True)
    arguments = parser.parse_args()
    out: Path = arguments.folder
    folder = out / "results"
    runs = load_runs(folder)
    builds, build_numbers = build_table(folder)

    text = [f"On {arguments.machine}.", ""]
    for shape, engines in runs.items():
        if engines:
            text += [
                f"**{SHAPES[shape][0].upper()}{SHAPES[shape][1:]}**: "
                "mean / p50 / p99, µs.",
                "",
                *query_table(engines),
                "",
            ]
    text += [*builds, ""]
    found = disagreements(runs)
    text += found or ["All counts are equal."]
    (out / "table.md").write_text("\n".join(text) + "\n")
    (out / "results.json").write_text(
        json.dumps(
            {
                "machine": arguments.machine,
                "builds": build_numbers,
                "queries": {
                    shape: {
                        name: [
                            {
                                "op": op,
                                "kind": kind,
                                "queries": len(times),
                                "mean": round(statistics.fmean(times), 1),
                                "p50": percentile(times, 0.5),
                                "p99": percentile(times, 0.99),
                                "answers": sum(run.answers[op, kind]),
                            }
                            for (op, kind), times in run.times.items()
                        ]
                        for name, run in engines.items()
                    }
                    for shape, engines in runs.items()
                },
            },
            indent=1,
        )
        + "\n"
    )
    shape = "one" if OURS in runs["one"] else "many"
    rows = []
    for op, title in OPS.items():
        for group, kinds in GROUPS.items():
            points = {}
            for name, run in runs[shape].items():
                times = pooled(run, op, kinds, run)
                if times:
                    points[ENGINES[name]] = (
                        statistics.fmean(times),
                        percentile(times, 0.99),
                    )
            if points:
                rows.append((f"{title}, {group}", points))
    (out / "plot.svg").write_text(plot.svg(rows, list(ENGINES.values())))
    print("\n".join(text))


if __name__ == "__main__":
    main()
