"""Invented papers."""

from __future__ import annotations

from typing import List

import paperwire


def make_papers(
    count: int, title: str = "Sparse Study", start: int = 0
) -> List[paperwire.Paper]:
    """Makes papers with ids of their own."""
    return [
        paperwire.Paper(
            f"{title} {number}",
            abstract="An invented abstract.",
            authors=["Ada Plume", "Ben Gust"],
            categories=["cs.LG" if number % 2 else "cs.CL"],
            published=f"{2020 + number % 5}-03-01",
            arxiv_id=f"24{number // 100000:02d}.{number % 100000:05d}",
            votes=number,
        )
        for number in range(start, start + count)
    ]
