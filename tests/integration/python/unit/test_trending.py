"""Boards of votes, and the days on which papers were featured."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Awaitable, Callable

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from paperwire.v1 import trending_service_pb2 as pb

Body = Callable[[paperwire.AsyncClient], Awaitable[None]]


def featured(title: str, **votes: int) -> paperwire.Paper:
    """A paper with so many votes on lists; `d0710` is that of 2031-07-10."""
    paper = paperwire.Paper(title, authors=["Ada Plume"], published="2031-07")
    for day, count in votes.items():
        paper.proto.features.add(
            day=f"2031-{day[1:3]}-{day[3:]}",
            source="hf-daily",
            vote_count=count,
        )
    return paper


@pytest.fixture
def lists(server: FakeServer) -> FakeServer:
    """Lists of three days: Monday and Thursday of a week, Monday of another."""
    server.store(
        featured("Sparse Kites", d0707=5, d0710=12),
        featured("Sparse Boats", d0707=9),
        featured("Clouds", d0710=30),
        featured("Sparse Snow", d0714=2),
        paperwire.Paper("Sparse and never featured"),
    )
    return server


@pytest.mark.usefixtures("lists")
def test_a_board(client: paperwire.Client) -> None:
    board = client.trending(as_of="2031-07-10")
    assert [(e.rank, e.title, e.votes) for e in board] == [
        (1, "Clouds", 30),
        (2, "Sparse Kites", 12),
        (3, "Sparse Boats", 9),
    ]
    assert (len(board), board.total) == (3, 3)
    assert (board.window, board.formula) == ("week", "votes")
    assert board.formula_text == "votes in the window"
    assert board.as_of_time == datetime(
        2031, 7, 10, 23, 59, 59, tzinfo=timezone.utc
    )
    assert board.start_time == board.as_of_time - timedelta(days=7)
    assert board.query == paperwire.Query()
    clouds, kites, boats = board
    assert clouds.newcomer
    assert (clouds.previous_rank, clouds.rank_change) == (None, None)
    assert clouds.name == clouds.paper.name
    assert not boats.newcomer
    assert (kites.previous_rank, kites.rank_change) == (2, 0)
    assert (boats.previous_rank, boats.rank_change) == (1, -2)
    assert (kites.votes, kites.total_votes, kites.score) == (12, 12, 12.0)
    assert kites.first_vote_time == datetime(2031, 7, 7, tzinfo=timezone.utc)


@pytest.mark.usefixtures("lists")
def test_windows_and_queries(client: paperwire.Client) -> None:
    day = client.trending(window="day", as_of="2031-07-10")
    assert [(e.title, e.votes, e.total_votes) for e in day] == [
        ("Clouds", 30, 30),
        ("Sparse Kites", 7, 12),
    ]
    every = client.trending(window="all", as_of="2031")
    assert (every.total, every.start_time) == (4, None)
    sparse = client.trending("sparse", window="all", as_of="2031", limit=1)
    assert [(e.rank, e.title) for e in sparse] == [(1, "Sparse Kites")]
    assert (len(sparse), sparse.total) == (1, 3)
    query = paperwire.Query("sparse", published_before="2031")
    assert list(client.trending(query, window="all", as_of="2031")) == []


@pytest.mark.parametrize(
    ("as_of", "moment"),
    [
        ("2031-07-10", datetime(2031, 7, 10, 23, 59, 59)),
        (date(2031, 7, 10), datetime(2031, 7, 10, 23, 59, 59)),
        ("2031-02", datetime(2031, 2, 28, 23, 59, 59)),
        ("2031-07-10T12:00:00Z", datetime(2031, 7, 10, 12)),
        (datetime(2031, 7, 10, 12, 0, 1), datetime(2031, 7, 10, 12, 0, 1)),
        (
            datetime(2031, 7, 10, tzinfo=timezone(timedelta(hours=2))),
            datetime(2031, 7, 9, 22),
        ),
    ],
)
def test_moments(
    client: paperwire.Client, as_of: object, moment: datetime
) -> None:
    board = client.trending(as_of=as_of)  # type: ignore[arg-type]
    assert board.as_of_time == moment.replace(tzinfo=timezone.utc)


def test_without_a_moment_the_server_says_which(
    server: FakeServer, client: paperwire.Client
) -> None:
    board = client.trending()
    assert not server.boards[0].HasField("as_of_time")
    assert abs(board.as_of_time - datetime.now(timezone.utc)) < timedelta(
        minutes=1
    )
    assert board == []
    assert board.total == 0


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [
        (1, [1]),
        (1000, [1000]),
        (1001, [1000, 1]),
        (2300, [1000, 1000, 300]),
        (9999, [1000, 1000, 1000]),
        (None, [1000, 1000, 1000]),
    ],
)
def test_pages(
    server: FakeServer, client: paperwire.Client, limit: int, sizes: list
) -> None:
    server.store(*(featured(f"Study {n}", d0710=1) for n in range(2400)))
    board = client.trending(as_of="2031-07-10", limit=limit)
    wanted = min(limit or 2400, 2400)
    assert [e.rank for e in board] == list(range(1, wanted + 1))
    assert len({e.name for e in board}) == wanted
    assert board.total == 2400
    assert [request.page_size for request in server.boards] == sizes
    assert [bool(request.page_token) for request in server.boards] == [
        index > 0 for index in range(len(sizes))
    ]


def test_what_is_sent(server: FakeServer, client: paperwire.Client) -> None:
    client.trending(
        paperwire.Query("kites", sources="hf-daily"),
        window="month",
        formula="velocity",
        half_life=timedelta(hours=6),
        limit=5,
        fields="title,name",
    )
    request = server.boards[0]
    assert request.query.text == "kites"
    assert list(request.query.sources) == ["hf-daily"]
    assert request.window == pb.TRENDING_WINDOW_MONTH
    assert request.formula == pb.TRENDING_FORMULA_VELOCITY
    assert request.half_life.seconds == 6 * 3600
    assert request.page_size == 5
    assert list(request.read_mask.paths) == ["title", "name"]
    for formula in ("hacker-news", "reddit-hot", "wilson"):
        assert client.trending(formula=formula).formula == formula


def test_what_fails(server: FakeServer, client: paperwire.Client) -> None:
    with pytest.raises(ValueError, match="did you mean 'hacker-news'"):
        client.trending(formula="hackernews")
    with pytest.raises(ValueError, match="formula: 'x' is not known; use vot"):
        client.trending(formula="x")
    with pytest.raises(ValueError, match="did you mean 'week'"):
        client.trending(window="weeks")
    with pytest.raises(ValueError, match="as_of: 'yesterday'"):
        client.trending(as_of="yesterday")
    with pytest.raises(ValueError, match="half_life"):
        client.trending(formula="velocity", half_life=0)
    with pytest.raises(ValueError, match="limit"):
        client.trending(limit=0)
    with pytest.raises(TypeError, match="query"):
        client.trending(5)  # type: ignore[arg-type]
    assert server.calls["ListTrending"] == 0
    with pytest.raises(paperwire.InvalidQuery):
        client.trending('"open')
    with pytest.raises(paperwire.InvalidArgument, match="half_life"):
        client.trending(half_life=60)
    server.failures["ListTrending"] = [grpc.StatusCode.UNAVAILABLE]
    assert client.trending() == []  # tried again


@pytest.mark.usefixtures("lists")
def test_frames(client: paperwire.Client) -> None:
    empty = client.trending("nothing").to_pandas()
    frame = client.trending(as_of="2031-07-10").to_pandas()
    assert list(frame.dtypes) == list(empty.dtypes)
    assert list(frame.columns) == list(empty.columns)
    assert len(empty) == 0
    assert frame.title.tolist() == ["Clouds", "Sparse Kites", "Sparse Boats"]
    assert frame["rank"].tolist() == [1, 2, 3]
    assert frame.window_votes.tolist() == [30, 12, 9]
    assert frame.previous_rank.isna().tolist() == [True, False, False]
    assert frame.rank_change.tolist()[1:] == [0, -2]
    assert frame.newcomer.tolist() == [True, False, False]
    assert str(frame.first_vote_time.dt.tz) == "UTC"


def test_a_board_shows_itself(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(
        featured("Up <script>", d0709=3, d0710=2000),
        featured("Down", d0709=8),
        *(featured(f"Other {n}", d0710=1) for n in range(10)),
    )
    board = client.trending("", as_of="2031-07-10", limit=11)
    lines = repr(board).splitlines()
    assert lines[0] == (
        "12 papers by votes, 2031-07-03 23:59 to 2031-07-10 23:59: all papers"
    )
    assert lines[1].startswith("  1 Up <script>")
    assert lines[1].endswith("2,000 ▲1")
    assert lines[2].endswith("8 ▼1")
    assert lines[3].endswith("1 new")
    assert lines[11:] == ["… and 2 more papers", "score: votes in the window"]
    html = board._repr_html_()
    assert "<script" not in html
    assert "▲1" in html
    assert html.count("<tr>") == 11
    assert repr(board[1]).startswith("TrendingPaper(2, 8, 8 votes, ▼1, Paper(")
    assert "rank 2 ▼1, score 8, 8 votes" in board[1]._repr_html_()
    every = repr(client.trending("down", window="all", as_of="2031-07-10"))
    assert every.splitlines()[0] == (
        "1 paper by votes, to 2031-07-10 23:59: down"
    )
    assert "more paper" not in every


@pytest.mark.usefixtures("lists")
def test_days(client: paperwire.Client) -> None:
    days = list(client.days())
    assert days[0] == paperwire.FeaturedDay(
        "2031-07-14", date(2031, 7, 14), date(2031, 7, 14), 1, 2
    )
    assert [(d.label, d.paper_count, d.votes) for d in days[1:]] == [
        ("2031-07-10", 2, 42),
        ("2031-07-07", 2, 14),
    ]
    assert list(client.days("week"))[1] == paperwire.FeaturedDay(
        "2031-W28", date(2031, 7, 7), date(2031, 7, 13), 3, 51
    )
    (july,) = client.days("month")
    assert (july.label, july.start_day, july.end_day, july.paper_count) == (
        "2031-07",
        date(2031, 7, 1),
        date(2031, 7, 31),
        4,
    )


def test_days_page_themselves(
    server: FakeServer, client: paperwire.Client
) -> None:
    every = [
        f"d{month:02}{day:02}" for month in (5, 7, 8) for day in range(1, 32)
    ]
    server.store(*(featured(day, **{day: 1}) for day in every))
    days = client.days(page_size=10)
    assert len(days.loaded) == 10
    assert server.calls["ListDays"] == 1
    assert days[10].label == "2031-08-21"
    assert server.calls["ListDays"] == 2
    assert len(list(days)) == 93
    assert days.exhausted
    server.calls.clear()
    some = client.days(limit=25, page_size=10)
    assert [d.label for d in some] == [d.label for d in days.first(25)]
    assert server.calls["ListDays"] == 3
    assert len(some.all()) == 25
    few = client.days(limit=3)
    assert few.exhausted
    assert len(few.loaded) == 3


def test_days_that_fail(server: FakeServer, client: paperwire.Client) -> None:
    with pytest.raises(ValueError, match="unit: 'weak' is not known; did you"):
        client.days("weak")
    with pytest.raises(ValueError, match="limit"):
        client.days(limit=0)
    for size in (0, 1001):
        with pytest.raises(ValueError, match="page_size"):
            client.days(page_size=size)
    assert server.calls["ListDays"] == 0
    assert list(client.days()) == []


@pytest.mark.usefixtures("lists")
def test_days_show_themselves(client: paperwire.Client) -> None:
    days = client.days()
    lines = repr(days).splitlines()
    assert lines[0] == "3 days"
    assert lines[2].split() == ["2031-07-10", "2", "papers", "42", "votes"]
    assert repr(client.days("week", page_size=1)).splitlines()[::2] == [
        "1 week loaded",
        "…",
    ]
    assert "<td" in days._repr_html_()
    assert "2031-07-07" in days._repr_html_()
    frame = days.to_pandas()
    assert frame.votes.tolist() == [2, 42, 14]
    assert str(frame.start_day.dtype) == "datetime64[us, UTC]"
    assert len(client.days(page_size=1).to_pandas(limit=2)) == 2
    assert list(paperwire.DayList(lambda: None)._frame(None).dtypes) == list(
        frame.dtypes
    )


def test_awaited(lists: FakeServer, run: Callable[[Body], None]) -> None:
    lists.store(*(featured(f"Study {n}", d0710=1) for n in range(1200)))

    async def body(client: paperwire.AsyncClient) -> None:
        board = await client.trending(as_of="2031-07-10", limit=1100)
        assert [e.rank for e in board] == list(range(1, 1101))
        assert board.total == 1203
        assert lists.calls["ListTrending"] == 2
        assert len(board.to_pandas()) == 1100
        with pytest.raises(ValueError, match="formula"):
            await client.trending(formula="x")
        with pytest.raises(paperwire.InvalidQuery):
            await client.trending('"open')
        days = await client.days(page_size=2)
        assert len(days.loaded) == 2
        assert [d.label async for d in days] == [
            "2031-07-14",
            "2031-07-10",
            "2031-07-07",
        ]
        weeks = await client.days("week", limit=1)
        assert [w.label async for w in weeks] == ["2031-W29"]
        assert repr(weeks).startswith("1 week\n2031-W29")
        assert len(await (await client.days("month")).to_pandas()) == 1
        with pytest.raises(ValueError, match="unit"):
            await client.days("year")

    run(body)
