"""The asyncio client: the same tales as for the blocking one, awaited."""

from __future__ import annotations

import asyncio
import inspect
import typing
from pathlib import Path
from typing import Any, AsyncIterator, Awaitable, Callable, List, Optional

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers

Code = grpc.StatusCode
Body = Callable[[paperwire.AsyncClient], Awaitable[None]]


def expected(count: int) -> List[str]:
    return [f"Sparse Study {number}" for number in range(count)]


def test_the_two_clients_have_one_surface() -> None:
    blocking = dict(inspect.getmembers(paperwire.Client, callable))
    awaited = dict(inspect.getmembers(paperwire.AsyncClient, callable))
    for name, method in blocking.items():
        if name.startswith("_"):
            continue
        theirs = inspect.signature(awaited[name]).parameters
        mine = inspect.signature(method).parameters
        assert list(mine) == list(theirs), name
        for key, parameter in mine.items():
            assert parameter.default == theirs[key].default, (name, key)
    assert list(inspect.signature(paperwire.Client).parameters) == list(
        inspect.signature(paperwire.AsyncClient).parameters
    )
    assert typing.get_type_hints(paperwire.Client.list)


def test_searching(server: FakeServer, run: Callable[[Body], None]) -> None:
    server.store(*make_papers(95))

    async def body(client: paperwire.AsyncClient) -> None:
        results = await client.search("sparse", facets=["year"], page_size=10)
        assert results.total == 95
        assert results.facets["year"]["2024"] == 19
        assert len(results.loaded) == 10
        assert [h.title async for h in results] == expected(95)
        assert results[94].title == "Sparse Study 94"
        assert len(await results.first(3)) == 3
        assert len(await results.to_pandas()) == 95
        assert repr(results).startswith("95 full matches for 'sparse'")
        export = client.export("sparse")
        assert [p.title async for p in export] == expected(95)
        assert export.total == 95
        assert len(await client.export("sparse").to_pandas()) == 95
        papers = await client.list(page_size=10)
        assert len([p async for p in papers]) == 95
        assert (await client.get("papers/p1")).title == "Sparse Study 0"
        assert len(await client.get_many(["papers/p1", "papers/p2"])) == 2
        assert len(await client.similar("papers/p1")) == 10
        assert len(await client.changes("papers/p1")) == 1
        one, bad = await client.search_batch(
            ["sparse", '"'], return_errors=True
        )
        assert isinstance(one, paperwire.AsyncResults)
        assert isinstance(bad, paperwire.InvalidQuery)
        assert await client.health() == "SERVING"
        assert (await client.stats()).active_papers == 95
        assert (await client.info()).version == "0.1.0"
        await client.delete("papers/p1")
        with pytest.raises(paperwire.NotFound):
            await client.get("papers/p1")
        with pytest.raises(paperwire.FailedPrecondition):
            await client.split("papers/p2", 1)
        with pytest.raises(paperwire.InvalidQuery):
            await client.search('"open')
        with pytest.raises(paperwire.InvalidQuery):
            await client.export('"open').__anext__()
        server.failures["Search"] = [Code.UNAVAILABLE, Code.CANCELLED]
        assert (await client.search("sparse")).total == 94
        server.delay = 1.0
        with pytest.raises(paperwire.DeadlineExceeded):
            await client.search("sparse", timeout=0.1)

    run(body)


@pytest.mark.parametrize("losses", [0, 1, 3])
def test_imports(
    server: FakeServer, run: Callable[[Body], None], losses: int
) -> None:
    async def papers() -> AsyncIterator[Any]:
        for number, paper in enumerate(make_papers(100)):
            if number == 60:
                await asyncio.to_thread(server.restart)
            yield paper
        yield {"titel": "Misspelt"}

    async def body(client: paperwire.AsyncClient) -> None:
        server.lose_acknowledgements = losses
        seen: List[int] = []
        report = await client.import_papers(
            papers(), batch_size=10, progress=lambda p: seen.append(p.done)
        )
        assert report.created == 100
        assert [r.index for r in report.rejected] == [100]
        assert len(server.papers) == 100
        assert len(set(server.batches)) == 10
        assert seen[-1] == 101
        again = await client.import_papers(make_papers(100))
        assert again.unchanged == 100
        assert (await client.import_papers([])).papers == 0
        # grpc.aio may take the end of a call for a failed write, and hide
        # the server's reason; the next attempt is told it.
        server.failures["ImportPapers"] = [Code.RESOURCE_EXHAUSTED] * 9
        with pytest.raises(paperwire.ResourceExhausted) as caught:
            await client.import_papers(make_papers(5))
        assert caught.value.report is not None

    run(body)


@pytest.mark.parametrize("ending", ["abort", "end"])
def test_watches_reconnect(
    server: FakeServer, run: Callable[[Body], None], ending: str
) -> None:
    server.store(*make_papers(20))
    if ending == "abort":
        server.break_watches_after = 3
    else:
        server.end_watches_after = 3

    async def body(client: paperwire.AsyncClient) -> None:
        watch = client.watch("sparse", start="beginning", until_caught_up=True)
        assert [m.paper.title async for m in watch] == expected(20)
        assert watch.caught_up
        assert [m async for m in watch] == []

    run(body)
    assert server.calls["Watch"] >= 7


class SlowStore:
    """A store whose methods are asynchronous."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}

    async def load(self, key: str) -> Optional[str]:
        await asyncio.sleep(0)
        return self.tokens.get(key)

    async def save(self, key: str, token: str) -> None:
        await asyncio.sleep(0)
        self.tokens[key] = token


@pytest.mark.parametrize("kind", ["file", "async"])
@pytest.mark.parametrize("at", [1, 7])
def test_watches_resume_after_a_crash(
    server: FakeServer,
    run: Callable[[Body], None],
    kind: str,
    at: int,
    tmp_path: Path,
) -> None:
    server.store(*make_papers(20))
    server.break_watches_after = 4
    done: List[str] = []
    store: Any = SlowStore()
    if kind == "file":
        store = paperwire.FileCursorStore(tmp_path)

    async def work(client: paperwire.AsyncClient, crash_at: int) -> None:
        watch = client.watch(
            "sparse",
            start="beginning",
            cursor_store=store,
            until_caught_up=True,
        )
        async with watch:
            async for match in watch:
                if len(done) == crash_at:
                    raise KeyError
                done.append(match.paper.title)

    async def body(client: paperwire.AsyncClient) -> None:
        with pytest.raises(KeyError):
            await work(client, at)
        assert done == expected(at)
        await work(client, -1)
        assert done == expected(20)
        await work(client, -1)
        assert done == expected(20)

    run(body)


def test_watches_stop_time_out_and_are_cancelled(
    server: FakeServer, run: Callable[[Body], None]
) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        async with client.watch("sparse", timeout=0.3) as watch:
            assert [m async for m in watch] == []
            server_thread = asyncio.to_thread(server.store, *make_papers(2))
            await server_thread
            assert [m.paper.title async for m in watch] == expected(2)

        # A consumer that is cancelled can come back.
        watch = client.watch("sparse")
        await watch.open()
        task = asyncio.ensure_future(watch.__anext__())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(server.store, *make_papers(1, start=2))
        assert (await watch.__anext__()).paper.title == "Sparse Study 2"
        asyncio.get_running_loop().call_later(0.1, watch.stop)
        assert [m async for m in watch] == []

        # Stopped while the server is away.
        watch = client.watch("sparse")
        await watch.open()
        await asyncio.to_thread(server.stop)
        asyncio.get_running_loop().call_later(0.3, watch.stop)
        assert [m async for m in watch] == []
        await asyncio.to_thread(server.start)

        watch = client.watch("sparse")
        await watch.open()
        asyncio.get_running_loop().call_later(
            0.1, lambda: asyncio.ensure_future(client.close())
        )
        assert [m async for m in watch] == []

    run(body)


def test_errors_of_watches(
    server: FakeServer, run: Callable[[Body], None], unused_address: str
) -> None:
    server.store(*make_papers(5))

    async def body(client: paperwire.AsyncClient) -> None:
        with pytest.raises(paperwire.InvalidQuery):
            await client.watch('"open').open()
        first = await client.watch("sparse", start="beginning").__anext__()
        server.oldest_sequence = 3
        with pytest.raises(paperwire.CursorTooOld) as caught:
            await client.watch("sparse", token=first.token).open()
        rest = client.watch(
            "sparse", token=caught.value.oldest_token, until_caught_up=True
        )
        assert len([m async for m in rest]) == 2
        async with paperwire.AsyncClient(unused_address, retries=1) as lost:
            with pytest.raises(paperwire.Unavailable):
                await lost.watch("sparse").open()
            with pytest.raises(paperwire.Unavailable):
                await lost.import_papers(make_papers(1))

    run(body)
