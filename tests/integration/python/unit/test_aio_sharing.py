"""Share groups, with asyncio."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable
from typing import Any, Callable, List

import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers

Run = Callable[[Callable[[paperwire.AsyncClient], Awaitable[None]]], None]


def group(server: FakeServer) -> Any:
    return server.subscriptions["users/local/subscriptions/s"].groups["w"]


async def eventually(what: Callable[[], bool]) -> None:
    for _ in range(2000):
        if what():
            return
        await asyncio.sleep(0.01)
    assert what()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is slow is not taken for a server that is away."""
    monkeypatch.setattr("paperwire._sharing.CLOSE_SECONDS", 25.0)


@pytest.fixture(autouse=True)
def subscription(client: paperwire.Client) -> paperwire.Subscription:
    return client.subscriptions.create("sparse", id="s")


def test_several_split_the_matches(server: FakeServer, run: Run) -> None:
    server.store(*make_papers(200))
    seen: List[List[int]] = [[], [], []]

    async def body(client: paperwire.AsyncClient) -> None:
        async def work(mine: List[int]) -> None:
            async for match in client.watch(
                subscription="s",
                share_group="w",
                max_leased=10,
                until_caught_up=True,
            ):
                mine.append(match.sequence)
                await asyncio.sleep(0.001)

        await asyncio.gather(*map(work, seen))

    run(body)
    assert sorted(itertools.chain(*seen)) == list(range(1, 201))
    assert all(seen)
    assert group(server).done == set(range(1, 201))


@pytest.mark.usefixtures("patient")
def test_how_a_loop_ends(server: FakeServer, run: Run) -> None:
    server.store(*make_papers(20))

    async def body(client: paperwire.AsyncClient) -> None:
        def share() -> paperwire.AsyncWatch:
            return client.watch(subscription="s", share_group="w")

        async for match in share():
            if match.sequence == 5:
                break
        await eventually(lambda: not group(server).held)
        assert group(server).done == {1, 2, 3, 4}

        watch = share()
        with pytest.raises(ZeroDivisionError):
            async for match in watch:
                if match.sequence == 8:
                    _ = 1 / 0
        await eventually(lambda: not group(server).held)
        assert group(server).done == set(range(1, 8))

        async with share() as watch:
            async for match in watch:
                if match.sequence == 10:
                    await watch.commit()
                    break
        assert group(server).done == set(range(1, 11))
        await eventually(lambda: not group(server).held)

        watch, seen = share(), []
        async for match in watch:
            seen.append(match.sequence)
            if len(seen) == 3:
                watch.stop()  # once this one is finished
        assert seen == [11, 12, 13]
        assert group(server).done == set(range(1, 14))
        await eventually(lambda: not group(server).members)

    run(body)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("ended_by", ["break", "commit"])
def test_what_is_being_told_is_waited_for(
    server: FakeServer, run: Run, ended_by: str
) -> None:
    server.store(*make_papers(3))

    async def body(client: paperwire.AsyncClient) -> None:
        watch = client.watch(subscription="s", share_group="w")
        async for match in watch:
            if match.sequence == 1:
                server.delay = 0.5  # of the call that tells the first, at once
                continue
            await eventually(lambda: server.calls["AcknowledgeMatches"] == 1)
            server.delay = 0
            if ended_by == "commit":
                await watch.commit()
                assert group(server).done == {1, 2}
            break
        await eventually(lambda: not group(server).held)
        # Were it freed before, others would work on it again.
        assert group(server).done >= {1}

    run(body)


def test_by_hand_and_extended(server: FakeServer, run: Run) -> None:
    server.store(*make_papers(4))

    async def body(client: paperwire.AsyncClient) -> None:
        watch = client.watch(
            subscription="s",
            share_group="w",
            auto_ack=False,
            lease=1,
            max_leased=2,
        )
        loop = watch.__aiter__()
        first = await loop.__anext__()
        second = await loop.__anext__()
        first.ack()
        await asyncio.to_thread(second.release)
        await eventually(lambda: group(server).done == {1})
        again = await loop.__anext__()
        assert (again.sequence, again.attempt) == (2, 2)
        again.extend()
        await eventually(lambda: server.extended[2] > 0)
        again.ack()
        await watch.commit()
        assert group(server).done == {1, 2}
        third = await loop.__anext__()
        await asyncio.sleep(1.5)  # the fourth waits here, and is extended
        fourth = await loop.__anext__()
        assert fourth.attempt in (1, 2)
        after = await client.subscriptions.acknowledge("s", "w", [third, 4])
        assert after.name == "w"
        await watch.aclose()
        await client.subscriptions.delete_share_group("s", "w")

    run(body)


def test_leases_last_while_the_loop_works(server: FakeServer, run: Run) -> None:
    server.store(*make_papers(3))

    async def body(client: paperwire.AsyncClient) -> None:
        seen = []
        async for match in client.watch(
            subscription="s", share_group="w", lease=1, until_caught_up=True
        ):
            seen.append((match.sequence, match.attempt))
            if len(seen) == 1:
                await asyncio.sleep(2.5)
        assert seen == [(1, 1), (2, 1), (3, 1)]

    run(body)
    assert group(server).done == {1, 2, 3}


def test_broken_connections(server: FakeServer, run: Run) -> None:
    server.store(*make_papers(30))
    server.break_watches_after = 7

    async def body(client: paperwire.AsyncClient) -> None:
        got = [
            match.sequence
            async for match in client.watch(
                subscription="s", share_group="w", max_leased=7, timeout=3
            )
        ]
        assert sorted(got) == list(range(1, 31))

    run(body)
    assert group(server).done == set(range(1, 31))
