"""How alive the sources of papers are, and that silence is said."""

from __future__ import annotations

import asyncio
import warnings
from datetime import datetime, timedelta, timezone

import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers
from paperwire.v1 import source_pb2

NOW = datetime.now(timezone.utc).replace(microsecond=0)


def fresh(name: str, days: float, late: bool) -> source_pb2.SourceFreshness:
    """A source whose last news is so many days old, and that has one a day."""
    proto = source_pb2.SourceFreshness(source=name, late=late)
    proto.last_import_time.FromDatetime(NOW)
    proto.last_news_time.FromDatetime(NOW - timedelta(days=days))
    proto.usual_interval.FromTimedelta(timedelta(days=1))
    proto.due_time.FromDatetime(NOW - timedelta(days=days - 2))
    return proto


@pytest.fixture
def sources(server: FakeServer) -> FakeServer:
    server.sources = [fresh("arxiv", 0.5, False), fresh("hf", 5, True)]
    return server


@pytest.mark.usefixtures("sources")
def test_stats(client: paperwire.Client) -> None:
    old, arxiv, hf = client.stats().sources
    assert (old.source, old.papers, old.last_import) == ("test", 1, None)
    assert not old.late
    assert (old.usual_interval, old.due, old.late_by) == (None, None, None)
    assert arxiv.papers == 2
    assert arxiv.last_import == NOW
    assert arxiv.last_news == NOW - timedelta(days=0.5)
    assert arxiv.usual_interval == timedelta(days=1)
    assert arxiv.due == NOW + timedelta(days=1.5)
    assert not arxiv.late
    assert hf.late
    assert hf.late_by
    assert timedelta(days=3) <= hf.late_by < timedelta(days=3, minutes=5)


@pytest.mark.usefixtures("sources")
def test_a_table(client: paperwire.Client) -> None:
    sources = client.sources()
    assert [s.source for s in sources] == ["hf", "arxiv", "test"]
    assert [s.source for s in sources.late] == ["hf"]
    text = repr(sources)
    assert text.startswith("3 sources, 1 late\nhf ")
    assert text.count("late by 3 d") == 1
    assert "<b>late by 3 d</b>" in sources._repr_html_()
    frame = sources.to_pandas()
    assert list(frame["late"]) == [True, False, False]
    assert frame["usual_interval"][0] == 86400
    assert frame["usual_interval"].isna()[2]
    assert str(frame["last_news"].dtype) == "datetime64[us, UTC]"
    assert list(paperwire.SourceList().to_pandas().dtypes) == list(frame.dtypes)
    assert "usually every 24 h" in str(sources[0])

    async def same() -> None:
        async with paperwire.AsyncClient(client.address) as other:
            found = await other.sources()
            assert list(found)[1:] == list(sources)[1:]

    asyncio.run(same())


def test_a_watch_says_once_that_a_source_turned_late(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.sources = [fresh("arxiv", 0.5, False)]
    server.store(*make_papers(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watch = client.watch("sparse", start="beginning", timeout=0.5)
        assert len(list(watch)) == 1
    assert [s.source for s in watch.sources] == ["arxiv"]
    assert watch.late_sources == []
    server.sources = [fresh("arxiv", 3, True)]
    with pytest.warns(paperwire.LateSourceWarning, match="arxiv") as said:
        list(watch)
    assert len(said) == 1
    assert "late by 24 h" in str(said[0].message)
    assert [s.source for s in watch.late_sources] == ["arxiv"]
    assert watch.late_sources[0].papers is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(watch)  # no more of it
    server.sources = [fresh("arxiv", 0.5, False)]
    list(watch)
    assert watch.late_sources == []


def test_an_async_watch_says_so_too(server: FakeServer) -> None:
    server.sources = [fresh("arxiv", 3, True)]

    async def body() -> None:
        async with paperwire.AsyncClient(server.address) as client:
            watch = client.watch("sparse", timeout=0.3)
            async for _ in watch:
                pass
            assert [s.source for s in watch.late_sources] == ["arxiv"]
            assert len(watch.sources) == 1

    with pytest.warns(paperwire.LateSourceWarning, match="arxiv"):
        asyncio.run(body())


def test_an_import_of_nothing_says_that_the_source_was_looked_at(
    server: FakeServer, client: paperwire.Client
) -> None:
    report = client.import_papers([], source="arxiv")
    assert report.papers == 0
    assert server.imports == [("arxiv", 0)]
    client.import_papers([])  # of no source: nothing to say
    client.import_papers([{"title": 3}], source="arxiv")  # rejected here
    assert server.imports == [("arxiv", 0), ("arxiv", 0)]
    client.import_papers(make_papers(2), source="arxiv")
    assert server.imports[2:] == [("arxiv", 2)]

    async def same() -> None:
        async with paperwire.AsyncClient(server.address) as other:
            assert (await other.import_papers([], source="hf")).papers == 0

    asyncio.run(same())
    assert server.imports[3:] == [("hf", 0)]
