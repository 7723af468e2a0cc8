"""Votes, boards of them and days of curators against a real server."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta, timezone
from typing import Dict, Tuple

import pytest

import paperwire

# A Monday and a Friday of a week, and the Monday after.
MONDAY, FRIDAY, AFTER = "2026-07-06", "2026-07-10", "2026-07-13"


def fill(client: paperwire.Client, word: str) -> None:
    """Imports four papers, by the votes that their days' lists counted."""
    lists = {
        "Kites": {MONDAY: 5, FRIDAY: 12},
        "Boats": {MONDAY: 9},
        "Clouds": {FRIDAY: 30},
        "Snow": {AFTER: 2},
    }
    papers = []
    for title, votes in lists.items():
        paper = paperwire.Paper(
            f"{title} {word}", ids={"live-test": f"{word}-{title.lower()}"}
        )
        for day, count in votes.items():
            paper.proto.features.add(
                day=day, source="hf-daily", vote_count=count
            )
        papers.append(paper)
    report = client.import_papers(papers, source=word)
    assert (report.created, report.rejected) == (4, [])


def test_boards(client: paperwire.Client, word: str) -> None:
    fill(client, word)
    board = client.trending(word, as_of=FRIDAY)
    assert [(e.rank, e.title, e.votes) for e in board] == [
        (1, f"Clouds {word}", 30),
        (2, f"Kites {word}", 12),
        (3, f"Boats {word}", 9),
    ]
    assert board.total == 3
    assert (board.window, board.formula) == ("week", "votes")
    assert board.formula_text
    assert board.as_of_time == datetime(
        2026, 7, 10, 23, 59, 59, tzinfo=timezone.utc
    )
    assert [e.previous_rank for e in board] == [None, 2, 1]
    assert [e.rank_change for e in board] == [None, 0, -2]
    assert [e.newcomer for e in board] == [True, False, False]
    assert board[1].first_vote_time == datetime(2026, 7, 6, tzinfo=timezone.utc)
    day = client.trending(word, window="day", as_of=FRIDAY)
    assert [(e.votes, e.total_votes) for e in day] == [(30, 30), (7, 12)]
    every = client.trending(word, window="all", as_of=AFTER)
    assert (every.total, every.start_time) == (4, None)
    assert len(client.trending(word, as_of=FRIDAY, limit=2)) == 2
    assert board.to_pandas().window_votes.tolist() == [30, 12, 9]
    client.delete(f"live-test:{word}-clouds")
    assert client.trending(word, as_of=FRIDAY).total == 2


def test_formulas(client: paperwire.Client, word: str) -> None:
    fill(client, word)
    moment = f"{FRIDAY}T00:00:00Z"
    velocity = client.trending(word, formula="velocity", as_of=moment)
    assert [e.score for e in velocity] == [
        pytest.approx(30),
        pytest.approx(7 + 5 / 16),  # four half-lives of a day
        pytest.approx(9 / 16),
    ]
    z = 1.96
    wilson = client.trending(word, formula="wilson", as_of=moment)
    assert wilson[0].score == pytest.approx(30 / (30 + z * z), rel=1e-4)
    hacker = client.trending(word, formula="hacker-news", as_of=moment)
    assert hacker[0].score == pytest.approx(29**0.8 / 2**1.8)
    for formula, half_life in (("votes", 3600), ("velocity", 59)):
        with pytest.raises(paperwire.InvalidArgument) as wrong:
            client.trending(word, formula=formula, half_life=half_life)
        assert wrong.value.field == "half_life"
    with pytest.raises(paperwire.InvalidQuery) as caught:
        client.trending(f'{word} "open')
    assert caught.value.field.endswith("query.text")


def test_voting(address: str, client: paperwire.Client, word: str) -> None:
    key = f"live-test:{word}"
    client.import_papers(
        [paperwire.Paper(f"Kites {word}", ids={"live-test": word})], source=word
    )
    assert client.get(key).votes is None

    def found() -> int:
        return client.search(f"{word} votes:>=1", strict=True).total

    assert found() == 0
    cast = client.vote(key)
    paper = client.get(key)
    assert cast == paperwire.VoteResult(paper.name, 1, True, paper.sequence)
    again = client.vote(paper, voter="local")
    assert again == paperwire.VoteResult(paper.name, 1, False, 0)
    assert client.get(key) == paper
    assert (paper.votes, paper.cast_votes) == (1, 1)
    assert found() == 1
    board = client.trending(word, window="day")
    assert [(e.name, e.votes, e.newcomer) for e in board] == [
        (paper.name, 1, True)
    ]
    assert client.import_papers([paper], source=word).unchanged == 1

    async def another() -> None:
        async with paperwire.AsyncClient(address) as other:
            assert (await other.vote(key, voter="ada")).cast_votes == 2
            await other.vote(key, voter="ada", revoke=True)

    asyncio.run(another())
    back = client.vote(key, revoke=True)
    assert (back.cast_votes, back.changed) == (0, True)
    assert not client.vote(key, revoke=True).changed
    assert found() == 0
    assert client.trending(word, window="day").total == 0
    assert client.get(key).votes is None
    kinds = [change.kind for change in client.changes(key)]
    assert kinds == [*["voted"] * 4, "created"]


def test_votes_that_are_refused(client: paperwire.Client, word: str) -> None:
    paper = paperwire.Paper(f"Kites {word}", ids={"live-test": word})
    key = f"live-test:{word}"
    with pytest.raises(paperwire.NotFound):
        client.vote(key)
    client.import_papers([paper], source=word)
    with pytest.raises(paperwire.InvalidArgument) as wrong:
        client.vote(key, voter="Ada Plume")
    assert wrong.value.field == "voter"
    client.vote(key)
    withdrawn = {**paper.to_dict(), "withdrawn": True}
    assert client.import_papers([withdrawn], source=word).updated == 1
    with pytest.raises(paperwire.FailedPrecondition) as caught:
        client.vote(key, voter="ada")
    assert caught.value.reason == "PAPER_WITHDRAWN"
    assert client.vote(key, revoke=True).cast_votes == 0


def test_days(address: str, client: paperwire.Client, word: str) -> None:
    def counts(unit: str) -> Dict[str, Tuple[int, int]]:
        return {d.label: (d.paper_count, d.votes) for d in client.days(unit)}

    units = ("day", "week", "month")
    before = {unit: counts(unit) for unit in units}  # of other tests' papers
    fill(client, word)
    new = {
        (label, papers - old_papers, votes - old_votes)
        for unit in units
        for label, (papers, votes) in counts(unit).items()
        for old_papers, old_votes in [before[unit].get(label, (0, 0))]
        if papers != old_papers
    }
    assert new == {
        (MONDAY, 2, 14),
        (FRIDAY, 2, 42),
        (AFTER, 1, 2),
        ("2026-W28", 3, 51),
        ("2026-W29", 1, 2),
        ("2026-07", 4, 53),
    }
    week = next(w for w in client.days("week") if w.label == "2026-W28")
    assert (week.start_day, week.end_day) == (
        date(2026, 7, 6),
        date(2026, 7, 12),
    )
    ours = [
        paper.title
        for paper in client.list(day=FRIDAY, by="featured")
        if word in paper.title
    ]
    assert ours == [f"Clouds {word}", f"Kites {word}"]

    async def same() -> None:
        async with paperwire.AsyncClient(address) as other:
            board = await other.trending(word, as_of=FRIDAY)
            assert board == client.trending(word, as_of=FRIDAY)
            days = await other.days(page_size=1)
            assert await days.first(2) == client.days().first(2)

    asyncio.run(same())


def test_a_rise_is_what_boards_say(
    client: paperwire.Client, word: str, address: str
) -> None:
    today = datetime.now(timezone.utc).date()
    first, second = today - timedelta(days=9), today - timedelta(days=4)
    name = f"live-test:{word}-rise"
    paper = paperwire.Paper(f"Rise {word}", ids={"live-test": f"{word}-rise"})
    for day, votes in ((first, 5), (second, 12)):
        paper.proto.features.add(
            day=day.isoformat(), source="hf-daily", vote_count=votes
        )
    client.import_papers([paper], source=word)
    lists = client.rise(name)
    assert lists.points == ((first, 5), (second, 12))
    for point in lists.points:
        (entry,) = client.trending(word, window="all", as_of=point.date)
        assert entry.total_votes == point.votes
    # A vote that is cast here brings today, and the days between.
    client.vote(name)
    rise = client.rise(name)
    assert [p.votes for p in rise.points] == [5] * 5 + [12] * 4 + [13]
    assert (rise.points[0].date, rise.points[-1].date) == (first, today)

    async def same() -> None:
        async with paperwire.AsyncClient(address) as other:
            assert (await other.rise(name)).points == rise.points

    asyncio.run(same())
