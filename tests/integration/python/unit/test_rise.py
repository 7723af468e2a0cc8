"""How the votes of a paper rose."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta, timezone
from typing import Awaitable, Callable

import pytest
from test_trending import featured

import paperwire
from fake_server import FakeServer
from paperwire import Rise, RisePoint

Body = Callable[[paperwire.AsyncClient], Awaitable[None]]
SVG = "{http://www.w3.org/2000/svg}"
NOW = datetime.now(timezone.utc)


def cast(server: FakeServer, name: str, *days_ago: int) -> None:
    """Casts a vote at noon, so many days ago, for each."""
    noon = NOW.replace(hour=12, minute=0, second=0)
    for number, days in enumerate(days_ago):
        at = noon - timedelta(days=days)
        server.vote(server.papers[name], f"users/v{number}", False, at)


def day(days_ago: int) -> date:
    return NOW.date() - timedelta(days=days_ago)


def test_lists_alone(server: FakeServer, client: paperwire.Client) -> None:
    paper = featured("Sparse <Kites>", d0707=5, d0710=12, d0714=9, d0801=30)
    paper.proto.features.add(day="2031-07-10", source="other", vote_count=4)
    paper.proto.features.add(day="2031-07-11", source="other")  # not counted
    server.store(paper)
    rise = client.rise("papers/p1")
    # The higher count of a source, the sources together; nothing is lost.
    assert rise.points == (
        RisePoint(date(2031, 7, 7), 5),
        RisePoint(date(2031, 7, 10), 16),
        RisePoint(date(2031, 8, 1), 34),
    )
    assert (rise.votes, rise.unplaced) == (34, 0)
    assert server.calls["ListTrending"] == 0
    # As a board of each of these days has it.
    for point in rise.points:
        (entry,) = client.trending(window="all", as_of=point.date)
        assert entry.total_votes == point.votes


def test_shows_itself() -> None:
    rise = Rise(
        "papers/p1",
        "Sparse <Kites>\x1b",
        (
            RisePoint(date(2031, 7, 7), 1),
            RisePoint(date(2031, 7, 9), 4),
            RisePoint(date(2031, 7, 10), 8),
        ),
    )
    assert repr(rise) == (
        "Rise('Sparse <Kites>': 8 votes, 2031-07-07 to 2031-07-10) ▂▂▅█"
    )
    picture = ET.fromstring(rise._repr_svg_())
    paths = [p.attrib["d"] for p in picture.findall(f"{SVG}path")]
    # Over three days and from 1 to 8 votes: two steps, the last to the top.
    assert paths[1] == "M24.0 87.5H272.0V62.0H396.0V28.0"
    texts = [t.text for t in picture.findall(f"{SVG}text")]
    assert texts == [
        "8 votes, 2031-07-07 to 2031-07-10",
        "2031-07-07",
        "2031-07-10",
    ]
    assert "<b>Sparse &lt;Kites&gt;" in rise._repr_html_()
    frame = rise.to_frame()
    assert frame["votes"].tolist() == [1, 4, 8]
    assert frame["date"].dt.day.tolist() == [7, 9, 10]


def test_little_to_show() -> None:
    none = Rise("papers/p1", "Kites", unplaced=2)
    assert repr(none) == (
        "Rise('Kites': no votes whose day is known, and 2 votes cast here, "
        "when is not known)"
    )
    assert none.votes == 0
    assert not ET.fromstring(none._repr_svg_()).findall(f"{SVG}path")
    assert len(none.to_pandas()) == 0
    once = Rise("papers/p1", "Kites", (RisePoint(date(2031, 7, 7), 3),))
    assert repr(once) == "Rise('Kites': 3 votes, 2031-07-07) █"
    assert len(ET.fromstring(once._repr_svg_()).findall(f"{SVG}circle")) == 1
    # However long: one block for a span of days, the last one at the top.
    long = Rise("p", "K", (RisePoint(day(900), 1), RisePoint(day(0), 80)))
    blocks = repr(long).rpartition(" ")[2]
    assert blocks == "▂" * 39 + "█"


def test_votes_cast_here(server: FakeServer, client: paperwire.Client) -> None:
    paper = paperwire.Paper("Kites", arxiv_id="3101.00001")
    paper.proto.features.add(
        day=day(2).isoformat(), source="hf-daily", vote_count=5
    )
    server.store(paper, paperwire.Paper("Other", arxiv_id="3101.00002"))
    cast(server, "papers/p1", 4, 4, 1)
    cast(server, "papers/p2", 3)
    rise = client.rise("arxiv:3101.00001")
    assert rise.points == (
        RisePoint(day(4), 2),
        RisePoint(day(3), 2),
        RisePoint(day(2), 7),
        RisePoint(day(1), 8),
        RisePoint(day(0), 8),
    )
    assert rise.unplaced == 0
    first = server.boards[0]
    assert first.query.text == 'id:"arxiv:3101.00001"'
    assert list(first.read_mask.paths) == ["name"]
    assert server.calls["ListTrending"] == 5
    # A paper at hand does as well.
    assert client.rise(client.get("papers/p1")).points == rise.points
    with pytest.raises(ValueError, match="has no name yet"):
        client.rise(paperwire.Paper("Kites"))
    with pytest.raises(paperwire.NotFound):
        client.rise("papers/none")


def test_of_a_long_time_60_points(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(paperwire.Paper("Kites", arxiv_id="3101.00001"))
    cast(server, "papers/p1", 400, 200, 0)
    rise = client.rise("arxiv:3101.00001")
    assert 50 <= len(rise.points) <= 60
    assert server.calls["ListTrending"] == len(rise.points)
    assert rise.points[0] == RisePoint(day(400), 1)
    assert rise.points[-2].votes == 2
    assert rise.points[-1].date == day(0)


def test_votes_that_cannot_be_placed(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(featured("Kites", d0707=5))
    cast(server, "papers/p1", 3)
    rise = client.rise("papers/p1")
    assert rise.points == (RisePoint(date(2031, 7, 7), 5),)
    assert rise.unplaced == 1
    assert "and 1 vote cast here" in repr(rise)
    # A withdrawn paper is on no board.
    server.store(
        paperwire.Paper("Boats", arxiv_id="3101.00002", withdrawn=True)
    )
    cast(server, "papers/p2", 3)
    gone = client.rise("arxiv:3101.00002")
    assert (gone.points, gone.unplaced) == ((), 1)


def test_awaited(server: FakeServer, run: Callable[[Body], None]) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        papers = [
            featured("Sparse", d0707=5),
            paperwire.Paper("Kites", arxiv_id="3101.00001"),
        ]
        await asyncio.to_thread(server.store, *papers)
        cast(server, "papers/p2", 2)
        lists = await client.rise("papers/p1")
        assert lists.points == (RisePoint(date(2031, 7, 7), 5),)
        rise = await client.rise("arxiv:3101.00001")
        assert [p.votes for p in rise.points] == [1, 1, 1]

    run(body)
