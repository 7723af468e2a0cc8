"""Turns what both sides of the percolation bench measured into a table.

    percolate.py FOLDER --machine "what it ran on"

reads FOLDER/percolate/ENGINE-QUERIES.jsonl, as tests/bench/percolate leaves
them, writes FOLDER/percolate.json and percolate.md, and prints the table.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from report import percentile

OURS = "standing"
ENGINES = {OURS: "Paperwire", "monitor": "Lucene monitor"}

Run = dict[str, Any]


def load_runs(folder: Path) -> dict[int, dict[str, Run]]:
    """By number of queries and engine."""
    runs: dict[int, dict[str, Run]] = {}
    for path in sorted(folder.glob("*-*.jsonl")):
        engine, _, count = path.stem.partition("-")
        runs.setdefault(int(count), {})[engine] = json.loads(path.read_text())
    return dict(sorted(runs.items()))


def like(runs: dict[str, Run]) -> dict[str, Run]:
    """The runs, cut to the papers that all of them got to."""
    papers = min(len(run["match"]) for run in runs.values())
    return {
        engine: {
            key: value[:papers] if isinstance(value, list) else value
            for key, value in run.items()
        }
        for engine, run in runs.items()
    }


def times(values: list[float]) -> dict[str, float]:
    """What a table says of micro-seconds."""
    return {
        "mean": round(statistics.fmean(values), 1),
        "p50": percentile(values, 0.5),
        "p99": percentile(values, 0.99),
    }


def summary(run: Run) -> dict[str, Any]:
    """One engine with so many queries, in numbers."""
    queries = run["queries"]
    found: dict[str, Any] = {
        "papers": len(run["match"]),
        "match": times(run["match"]),
        "with_making": times(
            [a + b for a, b in zip(run["make"], run["match"])]
        ),
        "matches": statistics.fmean(run["matches"]),
        "add_seconds": run["add"],
        "parse_seconds": run["parse"],
        "bytes_per_query": run["memory"] / queries,
        "bytes_per_query_without_text": (run["memory"] - run["text"]) / queries,
    }
    if "resident" in run:
        found["resident_per_query"] = run["resident"] / queries
    if "candidates" in run:
        found["candidates"] = statistics.fmean(run["candidates"])
    return found


def agreement(runs: dict[str, Run]) -> dict[str, float]:
    """The shares of the papers for which both engines found as many queries,
    and the same."""
    ours, theirs = runs[OURS], runs["monitor"]

    def share(key: str) -> float:
        pairs = list(zip(ours[key], theirs[key]))
        return statistics.fmean(a == b for a, b in pairs)

    return {"counts": share("matches"), "queries": share("checksums")}


def figures(t: dict[str, float]) -> str:
    """Mean, p50 and p99, as a cell."""
    return " / ".join(f"{t[key]:,.0f}" for key in ("mean", "p50", "p99"))


def number(value: float | None) -> str:
    """A cell; a dash for what an engine does not say."""
    return "-" if value is None else f"{value:,.0f}"


def table(found: dict[str, dict[str, Any]]) -> list[str]:
    """The rows for one number of queries."""
    names = [name for name in ENGINES if name in found]
    runs = [found[name] for name in names]
    rows: list[tuple[str, list[str]]] = [
        ("matching, µs", [figures(run["match"]) for run in runs]),
        (
            "with making its segment, µs",
            [figures(run["with_making"]) for run in runs],
        ),
        ("matches a paper", [number(run["matches"]) for run in runs]),
        (
            "queries tried a paper",
            [number(run.get("candidates")) for run in runs],
        ),
        ("bytes a query", [number(run["bytes_per_query"]) for run in runs]),
        (
            "beyond its text",
            [number(run["bytes_per_query_without_text"]) for run in runs],
        ),
        (
            "resident, bytes a query",
            [number(run.get("resident_per_query")) for run in runs],
        ),
        ("adding all, s", [f"{run['add_seconds']:,.1f}" for run in runs]),
    ]
    text = [
        "| | " + " | ".join(ENGINES[name] for name in names) + " |",
        "|" + " --- |" * (len(names) + 1),
    ]
    return text + [f"| {row} | {' | '.join(cells)} |" for row, cells in rows]


def main() -> None:
    """Reads the results of a run and writes what people read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--machine", required=True)
    arguments = parser.parse_args()
    out: Path = arguments.folder
    results: dict[str, Any] = {"machine": arguments.machine, "runs": {}}
    text = [f"On {arguments.machine}.", ""]
    for queries, all_runs in load_runs(out / "percolate").items():
        runs = like(all_runs)
        found = {engine: summary(run) for engine, run in runs.items()}
        results["runs"][str(queries)] = found
        papers = len(next(iter(runs.values()))["match"])
        title = f"{queries:,} queries, {papers:,} papers, one by one"
        text += [f"**{title}**: mean / p50 / p99.", "", *table(found), ""]
        if len(runs) == len(ENGINES):
            ratio = (
                found["monitor"]["match"]["mean"] / found[OURS]["match"]["mean"]
            )
            shares = agreement(runs)
            found["agreement"] = shares
            verdict = (
                f"Lucene takes {ratio:,.1f} times as long. Both find as many "
                f"queries for {shares['counts']:.2%} of the papers, and the "
                f"same queries for {shares['queries']:.2%}."
            )
            text += [verdict, ""]
    (out / "percolate.md").write_text("\n".join(text))
    (out / "percolate.json").write_text(json.dumps(results, indent=1) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
