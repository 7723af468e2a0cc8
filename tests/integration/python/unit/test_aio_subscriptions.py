"""Subscriptions of the asyncio client: the same tales, awaited."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import Any, Awaitable, Callable, List

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers

Code = grpc.StatusCode
Body = Callable[[paperwire.AsyncClient], Awaitable[None]]


def expected(count: int) -> List[str]:
    return [f"Sparse Study {number}" for number in range(count)]


def cursor(server: FakeServer) -> int:
    return server.subscriptions["users/local/subscriptions/s"].cursor


async def store(server: FakeServer, count: int, start: int = 0) -> None:
    await asyncio.to_thread(server.store, *make_papers(count, start=start))


async def eventually(what: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def test_the_two_have_one_surface() -> None:
    for mine, theirs in (
        (paperwire.Subscriptions, paperwire.AsyncSubscriptions),
        (paperwire.Watch, paperwire.AsyncWatch),
        (paperwire.SubscriptionList, paperwire.AsyncSubscriptionList),
    ):
        for name, method in inspect.getmembers(mine, inspect.isfunction):
            if name.startswith("_") or name == "close":
                continue
            assert inspect.signature(method) == inspect.signature(
                getattr(theirs, name)
            ).replace(
                return_annotation=inspect.signature(method).return_annotation
            )
            assert method.__doc__, name


def test_resources(server: FakeServer, run: Callable[[Body], None]) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        subs = client.subscriptions
        assert repr(subs) == f"AsyncSubscriptions('{server.address}')"
        made = await subs.create("sparse", id="s", labels={"a": "1"})
        assert await subs.get("s") == made
        assert await subs.create("sparse", id="s", exist_ok=True) == made
        with pytest.raises(paperwire.AlreadyExists):
            await subs.create("sparse", id="s")
        with pytest.raises(paperwire.AlreadyExists):
            await subs.create("kites", id="s", exist_ok=True)
        with pytest.raises(paperwire.QueryTooBroad):
            await subs.create("*")
        for number in range(5):
            await subs.create(f"kites {number}", id=f"k{number}")
        found = await subs.list(page_size=2)
        assert [s.id async for s in found] == [*"k0 k1 k2 k3 k4 s".split()]
        assert len(await (await subs.list(labels={"a": "1"})).all()) == 1
        assert len(await (await subs.list(page_size=2)).to_pandas()) == 6
        renamed = await subs.update(made, display_name="S")
        assert renamed.display_name == "S"
        with pytest.raises(paperwire.Aborted):
            await subs.update(made, display_name="T")
        with pytest.raises(paperwire.NotFound):
            await subs.update("nowhere", display_name="T")
        assert (await subs.pause("s")).paused
        assert not (await subs.resume("s")).paused
        with pytest.raises(paperwire.Aborted):
            await subs.pause("s", etag="old")
        with pytest.raises(paperwire.InvalidArgument):
            await subs.commit("s", "no token")
        await store(server, 2)
        first = await client.watch(subscription="s").__anext__()
        assert (await subs.commit("s", first.token)).sequence == 1
        await subs.delete("s")
        with pytest.raises(paperwire.NotFound):
            await subs.delete("s")
        await subs.delete("s", missing_ok=True)
        with pytest.raises(paperwire.NotFound):
            await client.watch(subscription="s").open()

    run(body)


def test_backtests(server: FakeServer, run: Callable[[Body], None]) -> None:
    server.store(*make_papers(7))

    async def body(client: paperwire.AsyncClient) -> None:
        test = await client.backtest("sparse", days=2, samples=3)
        assert test.total == 7
        assert sum(day.count for day in test.days) == 7
        assert len(test.samples) == 3
        server.oldest_time = test.until
        with pytest.raises(paperwire.HistoryTooShort):
            await client.backtest("sparse")

    run(body)


def test_commits(server: FakeServer, run: Callable[[Body], None]) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        await client.subscriptions.create("sparse", id="s")
        await store(server, 1000)
        count = 0
        async with client.watch(subscription="s", timeout=5) as watch:
            async for match in watch:
                assert match.paper.title == f"Sparse Study {count}"
                count += 1
                if count in (300, 500):
                    await asyncio.sleep(1.3)
                if count == 1000:
                    break
        assert cursor(server) == 999
        assert 3 <= len(server.commits) <= 13
        for before, after in zip(server.commits, server.commits[1:-1]):
            apart = after[0] - before[0]
            # A second, unless the first one took its time to arrive.
            assert apart > 0.5 or after[1] - before[1] >= 100
        async with client.watch(subscription="s", timeout=5) as watch:
            await watch.__anext__()
            await watch.commit()
        assert cursor(server) == 1000

    run(body)


@pytest.mark.parametrize("leave", ["end", "timeout", "stop", "client"])
def test_the_last_commit(
    server: FakeServer, run: Callable[[Body], None], leave: str
) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        await client.subscriptions.create("sparse", id="s")
        await store(server, 7)
        how: Any = {
            "end": {"until_caught_up": True},
            "timeout": {"timeout": 0.3},
        }.get(leave, {})
        watch = client.watch(subscription="s", **how)
        if leave in ("end", "timeout"):
            assert [m.paper.title async for m in watch] == expected(7)
            assert cursor(server) == 7
            return
        for _ in range(5):
            await watch.__anext__()
        if leave == "stop":
            watch.stop()
            await eventually(lambda: cursor(server) == 4, 0.5)
        else:
            await client.close()
            assert cursor(server) == 4
            with pytest.warns(paperwire.CommitWarning, match="is closed"):
                assert [m async for m in watch] == []
            with pytest.raises(paperwire.Cancelled, match="is closed"):
                await client.subscriptions.get("s")

    run(body)


def test_a_loop_that_ends_commits_first(server: FakeServer) -> None:
    """Without an async with, a stop or a close."""
    server.store(paperwire.Paper("Other"))

    async def program() -> None:
        client = paperwire.AsyncClient(server.address)
        await client.subscriptions.create("sparse", id="s")
        await store(server, 7)
        count = 0
        async for _ in client.watch(subscription="s"):
            count += 1
            if count == 5:
                break

    asyncio.run(program())
    assert cursor(server) == 5  # four of them, behind the other one


def test_commit_false(server: FakeServer, run: Callable[[Body], None]) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        await client.subscriptions.create("sparse", id="s")
        await store(server, 5)
        watch = client.watch(subscription="s", commit=False, timeout=0.3)
        assert len([m async for m in watch]) == 5
        assert server.commits == []
        await watch.commit()
        assert cursor(server) == 5
        await watch.aclose()
        kept = paperwire.MemoryCursorStore()
        watch = client.watch(
            subscription="s", cursor_store=kept, start="beginning", timeout=0.3
        )
        assert len([m async for m in watch]) == 5
        assert len(server.commits) == 1
        assert len(kept._tokens) == 1

    run(body)


def test_servers_that_are_away_and_refuse(
    server: FakeServer, run: Callable[[Body], None]
) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        await client.subscriptions.create("sparse", id="s")
        await store(server, 9)
        watch = client.watch(subscription="s", timeout=5)
        server.failures["CommitCursor"] = [Code.UNAVAILABLE] * 7
        for _ in range(3):
            await watch.__anext__()
        await eventually(lambda: cursor(server) == 2, 10)
        assert len(server.commits) == 1

        server.failures["CommitCursor"] = [Code.PERMISSION_DENIED]
        await asyncio.sleep(1.1)
        await watch.__anext__()
        await eventually(lambda: not server.failures["CommitCursor"])
        await asyncio.sleep(0.5)  # for the answer to arrive
        with pytest.raises(paperwire.PermissionDenied):
            await watch.__anext__()

        await watch.__anext__()
        await watch.__anext__()
        server.failures["CommitCursor"] = [Code.INTERNAL] * 9
        with pytest.warns(paperwire.CommitWarning, match="come again"):
            await watch.aclose()
        with pytest.raises(paperwire.PaperwireError, match="ordered"):
            await watch.commit()
        server.failures.clear()

    run(body)


@pytest.mark.parametrize("after", [23, 130])
def test_batches(
    server: FakeServer, run: Callable[[Body], None], after: int
) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        await client.subscriptions.create("sparse", id="s")
        await store(server, 200)
        for how in (
            {"subscription": "s"},
            {"query": "sparse", "start": "beginning"},
        ):
            watch = client.watch(until_caught_up=True, **how)
            assert [m.paper.title async for m in watch] == expected(200)
        assert server.events[:2] == [100, 100]
        server.break_watches_after = after
        watch = client.watch(
            subscription="s", start="beginning", until_caught_up=True
        )
        assert [m.paper.title async for m in watch] == expected(200)

    run(body)
