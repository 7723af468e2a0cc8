"""A board that is watched: the client keeps it by what it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Awaitable, Callable, List

import pytest

import paperwire
from fake_server import FakeServer

Body = Callable[[paperwire.AsyncClient], Awaitable[None]]


@pytest.fixture
def names(server: FakeServer, client: paperwire.Client) -> List[str]:
    """Three papers, the first with two votes, the second with one."""
    papers = [
        paperwire.Paper(title, authors=["Ada Plume"], published="2031-07")
        for title in ("Sparse Kites", "Sparse Boats", "Clouds")
    ]
    server.store(*papers)
    found = [client.search(p.title)[0].paper.name for p in papers]
    client.vote(found[0], voter="ada")
    client.vote(found[0], voter="bob")
    client.vote(found[1], voter="ada")
    return found


def standing(board: paperwire.Trending) -> List[object]:
    """What of a board must not differ from what is listed."""
    return [
        (e.rank, e.name, e.score, e.votes, e.total_votes, e.newcomer)
        for e in board
    ]


def test_what_happens_on_a_board(
    client: paperwire.Client, names: List[str]
) -> None:
    kites, boats, clouds = names
    with client.watch_trending(window="day") as watch:
        first = next(watch)
        assert first.anew
        assert (first.entered, first.left, first.moved) == ((), (), ())
        assert [e.name for e in first.board] == [kites, boats]
        assert first.board.window == "day"
        assert first.board.formula_text == "votes in the window"
        assert first.board.total == 2
        start = first.board.start_time
        assert start == first.board.as_of_time - timedelta(days=1)

        client.vote(clouds, voter="ada")
        entered = next(watch)
        assert [(e.rank, e.title) for e in entered.entered] == [(3, "Clouds")]
        assert not (entered.left or entered.moved or entered.anew)
        assert "1 entered" in repr(entered)

        client.vote(clouds, voter="bob")
        client.vote(clouds, voter="eve")
        while watch.board[0].name != clouds:
            moved = next(watch)
        assert {
            m.name: (m.from_rank, m.to_rank) for m in moved.moved
        }.items() >= {kites: (1, 2)}.items()
        assert moved.moved[0].now.votes == 3
        assert standing(watch.board) == standing(client.trending(window="day"))

        client.vote(boats, voter="ada", revoke=True)
        left = next(watch)
        assert [(e.name, e.from_rank) for e in left.left] == [(boats, 3)]
        assert left.left[0].before is not None
        assert left.left[0].before.title == "Sparse Boats"
        assert [e.name for e in left.board] == [clouds, kites]
        # What was handed out is not changed afterwards.
        assert [e.name for e in first.board] == [kites, boats]
        assert watch.token == left.token
    assert watch.stopped
    assert list(watch) == []


def test_a_connection_that_breaks(
    server: FakeServer, client: paperwire.Client, names: List[str]
) -> None:
    kites, boats, clouds = names
    with client.watch_trending() as watch:
        next(watch)
        server.restart()
        client.vote(clouds, voter="ada")
        event = next(watch)
        assert not event.anew
        assert [e.name for e in event.entered] == [clouds]
        # A server that cannot tell what happened sends the whole board: what
        # is different is found here.
        server.stop()
        server.told_boards.clear()
        server.start()
        client.vote(boats, voter="ada", revoke=True)
        event = next(watch)
        while len(event.board) == 3:
            event = next(watch)
        assert [e.name for e in watch.board] == [kites, clouds]


def test_from_a_token_on(
    server: FakeServer, client: paperwire.Client, names: List[str]
) -> None:
    kites, boats, clouds = names
    with client.watch_trending(places=2) as watch:
        token = next(watch).token
    client.vote(clouds, voter="ada")
    client.vote(clouds, voter="bob")
    client.vote(clouds, voter="eve")
    with client.watch_trending(places=2, resume_token=token) as watch:
        event = next(watch)
        assert not event.anew
        assert [e.name for e in event.entered] == [clouds]
        assert [(e.name, e.from_rank) for e in event.left] == [(boats, 2)]
        assert [(m.name, m.from_rank, m.to_rank) for m in event.moved] == [
            (kites, 1, 2)
        ]
        assert [e.name for e in event.board] == [clouds, kites]
        assert event.board.total == 3
        token = event.token
    # Nothing happened since: the board is there, an event is not.
    asked = len(server.boards)
    with client.watch_trending(
        places=2, resume_token=token, timeout=0.3
    ) as watch:
        assert [e.name for e in watch.board] == [clouds, kites]
        assert list(watch) == []
        assert len(server.boards) == asked + 1
        assert server.boards[-1].page_size == 2


def test_a_token_without_a_board_to_tell_from(
    server: FakeServer, client: paperwire.Client, names: List[str]
) -> None:
    with client.watch_trending() as watch:
        token = next(watch).token
    server.told_boards.clear()
    with client.watch_trending(resume_token=token) as watch:
        event = next(watch)
        assert event.anew
        assert [e.name for e in event.board] == names[:2]


def test_what_is_refused(client: paperwire.Client, names: List[str]) -> None:
    with client.watch_trending() as watch:
        token = next(watch).token
    with pytest.raises(paperwire.InvalidArgument) as refused:
        client.watch_trending("kites", resume_token=token)
    assert refused.value.field == "resume_token"
    with pytest.raises(paperwire.InvalidArgument) as refused:
        client.watch_trending(half_life=60)
    assert refused.value.field == "half_life"
    for places in (0, -1, 1001):
        with pytest.raises(ValueError, match="places"):
            client.watch_trending(places=places)
    with pytest.raises(ValueError, match="did you mean"):
        client.watch_trending(window="weeek")
    assert names


def test_nobody_there(unused_address: str) -> None:
    client = paperwire.Client(unused_address, retries=0)
    with client, pytest.raises(paperwire.Unavailable):
        client.watch_trending()


def test_closing_the_client_ends_it(
    server: FakeServer, names: List[str]
) -> None:
    with paperwire.Client(server.address, timeout=10) as client:
        watch = client.watch_trending()
        next(watch)
    assert watch.stopped
    assert "stopped" in repr(watch)
    assert names


def test_asyncio(run: Callable[[Body], None], names: List[str]) -> None:
    kites, boats, clouds = names

    async def body(client: paperwire.AsyncClient) -> None:
        async with client.watch_trending(places=2) as watch:
            first = await watch.__anext__()
            assert [e.name for e in first.board] == [kites, boats]
            for voter in ("ada", "bob", "eve"):
                await client.vote(clouds, voter=voter)
            async for event in watch:
                if event.board[0].name == clouds:
                    break
            assert [e.name for e in event.board] == [clouds, kites]
            token = event.token
        assert watch.stopped
        assert watch.board is not None
        again = client.watch_trending(places=2, resume_token=token, timeout=0.3)
        assert again.board is None
        assert [e async for e in again] == []
        assert [e.name for e in again.board or ()] == [clouds, kites]
        await again.aclose()
        assert repr(again).startswith("AsyncTrendingWatch(")

    run(body)
