"""Subscriptions and backtests against a real server."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

import paperwire

CONSUMER = """
import sys, time
import paperwire

address, name, done = sys.argv[1:]
with paperwire.Client(address) as client:
    for match in client.watch(subscription=name):
        with open(done, "a") as log:
            log.write(match.paper.title + "\\n")
        time.sleep(0.003)
"""


def papers(word: str, start: int, count: int) -> List[Dict[str, Any]]:
    return [
        {
            "title": f"Of {word} and the number {number}",
            "published": "2024-03-01",
            "ids": {"live-test": f"{word}-{number}"},
        }
        for number in range(start, start + count)
    ]


def titles(word: str, count: int, start: int = 0) -> List[str]:
    return [f"Of {word} and the number {n}" for n in range(start, count)]


def heard(watch: paperwire.Watch) -> List[str]:
    return [match.paper.title for match in watch]


def await_pending(client: paperwire.Client, name: str, count: int) -> None:
    """Waits until so many matches are noted, soon after they are stored."""
    deadline = time.monotonic() + 10
    while client.subscriptions.get(name).pending != count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def name(client: paperwire.Client, word: str) -> Iterator[str]:
    """A subscription to the word, whose id is the word."""
    yield client.subscriptions.create(word, id=word).id
    client.subscriptions.delete(word, missing_ok=True)


def test_resources(client: paperwire.Client, word: str) -> None:
    subs = client.subscriptions
    query = paperwire.Query(word, categories="cs.LG", published_after="2020")
    made = subs.create(
        query,
        id=word,
        display_name="Näws",
        news="versions",
        labels={"test": word},
        expires=timedelta(hours=1),
    )
    assert made.query.text == word
    assert made.query.categories == ("cs.LG",)
    assert made.query.published_after == datetime(
        2020, 1, 1, tzinfo=timezone.utc
    )
    assert (made.display_name, made.news) == ("Näws", "versions")
    assert made.labels == {"test": word}
    assert made.expires
    assert made.state == "active"
    assert made.created == made.updated
    assert made.cursor.token
    assert subs.get(word) == made
    assert subs.create(query, id=word, news="versions", exist_ok=True) == made
    with pytest.raises(paperwire.AlreadyExists, match=word):
        subs.create(word, id=word)
    with pytest.raises(paperwire.AlreadyExists):
        subs.create(word, id=word, exist_ok=True)

    changed = subs.update(made, query=word, expires=None, labels={})
    assert changed.query == paperwire.Query(word)
    assert (changed.expires, changed.labels) == (None, {})
    assert (changed.display_name, changed.news) == ("Näws", "versions")
    assert changed.etag != made.etag
    with pytest.raises(paperwire.Aborted):
        subs.update(made, display_name="too late")
    paused = subs.pause(word, etag=changed.etag)
    assert paused.paused
    with pytest.raises(paperwire.Aborted):
        subs.resume(word, etag=changed.etag)
    assert not subs.resume(word).paused
    with pytest.raises(paperwire.Aborted):
        subs.delete(word, etag=made.etag)
    subs.delete(word)
    for call in (subs.get, subs.pause, subs.resume, subs.delete):
        with pytest.raises(paperwire.NotFound, match=word):
            call(word)
    with pytest.raises(paperwire.NotFound):
        subs.update(word, display_name="gone")
    with pytest.raises(paperwire.NotFound):
        client.watch(subscription=word)
    subs.delete(word, missing_ok=True)


def test_what_cannot_be_created(client: paperwire.Client, word: str) -> None:
    create = client.subscriptions.create
    with pytest.raises(paperwire.InvalidQuery) as caught:
        create(f'{word} "open')
    assert caught.value.field.endswith("query.text")
    for wrong in (
        {"id": "No Id"},
        {"id": "x" * 64},
        {"labels": {"A B": ""}},
        {"labels": {f"k{n}": "" for n in range(65)}},
        {"display_name": "x" * 257},
    ):
        with pytest.raises(paperwire.InvalidArgument) as refused:
            create(word, **wrong)
        assert refused.value.violations


def test_lists(client: paperwire.Client, word: str) -> None:
    for number in range(12):
        client.subscriptions.create(
            word,
            id=f"{word}-{number:02}",
            labels={"test": word, "odd": str(number % 2)},
        )
    try:
        mine = client.subscriptions.list(labels={"test": word}, page_size=5)
        assert [s.id for s in mine] == [f"{word}-{n:02}" for n in range(12)]
        odd = {"test": word, "odd": "1"}
        frame = client.subscriptions.list(labels=odd, page_size=5).to_pandas()
        assert len(frame) == 6
        assert str(frame.created.dt.tz) == "UTC"
        assert word in repr(mine)
        assert word in mine._repr_html_()
    finally:
        for sub in client.subscriptions.list(labels={"test": word}):
            client.subscriptions.delete(sub)
    assert not client.subscriptions.list(labels={"test": word})


def test_nothing_is_missed(
    client: paperwire.Client, name: str, word: str
) -> None:
    client.import_papers(papers(word, 0, 250))
    await_pending(client, name, 250)
    with client.watch(subscription=name, until_caught_up=True) as watch:
        for match in watch:
            if match.paper.title.endswith(" 99"):
                break
    await_pending(client, name, 151)  # the last one was still in work
    assert client.subscriptions.get(name).cursor.committed
    client.import_papers(papers(word, 250, 50))
    with client.watch(subscription=name, timeout=20) as watch:
        got = [next(watch) for _ in range(201)]
        late = threading.Thread(
            target=client.import_papers, args=(papers(word, 300, 150),)
        )
        late.start()
        got += [next(watch) for _ in range(150)]
        late.join()
        watch.commit()
    assert [m.paper.title for m in got] == titles(word, 450, 99)
    sequences = [m.sequence for m in got]
    assert sequences == sorted(sequences)
    assert all(m.created and m.stored and m.token for m in got)
    assert client.subscriptions.get(name).pending == 0
    again = client.watch(subscription=name, until_caught_up=True)
    assert heard(again) == []
    whole = client.watch(
        subscription=name, start="beginning", until_caught_up=True
    )
    assert heard(whole) == titles(word, 450)


def test_a_query_is_read_in_batches_too(
    client: paperwire.Client, word: str
) -> None:
    client.import_papers(papers(word, 0, 1234))
    watch = client.watch(word, start="beginning", until_caught_up=True)
    assert heard(watch) == titles(word, 1234)


def test_a_killed_process_resumes(
    address: str,
    client: paperwire.Client,
    name: str,
    word: str,
    tmp_path: Path,
) -> None:
    """What was done since the last commit, a second before, comes again."""
    client.import_papers(papers(word, 0, 600))
    log = tmp_path / "done"
    log.touch()
    command = [sys.executable, "-c", CONSUMER, address, name, str(log)]
    starts = []
    for goal in (40, 250, 450, 600):
        starts.append(len(log.read_text().splitlines()))
        with subprocess.Popen(command) as consumer:
            deadline = time.monotonic() + 60
            while len(set(log.read_text().splitlines())) < goal:
                assert consumer.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.005)
            consumer.send_signal(signal.SIGKILL)
    done = log.read_text().splitlines()
    assert list(dict.fromkeys(done)) == titles(word, 600)
    # 100 matches are committed while the next are worked on.
    assert len(done) <= 600 + 3 * 200
    # Each run began where the last one had committed, and read on in order.
    for start, end in zip(starts, [*starts[1:], len(done)]):
        run = [int(line.rsplit(" ", 1)[1]) for line in done[start:end]]
        assert run == list(range(run[0], run[0] + len(run)))


def test_changes_while_it_is_watched(
    client: paperwire.Client, name: str, word: str
) -> None:
    watch = client.watch(subscription=name, timeout=20)
    client.import_papers(papers(word, 0, 1))
    assert next(watch).paper.title == titles(word, 1)[0]
    client.subscriptions.update(name, query=f"{word} kites")
    rows = papers(word, 1, 2)
    rows[1]["abstract"] = "Now of kites."
    client.import_papers(rows)
    assert next(watch).paper.title == rows[1]["title"]
    client.subscriptions.pause(name)
    rows = papers(word, 3, 1)
    rows[0]["abstract"] = "Kites again."
    client.import_papers(rows)
    watch._timeout = 1
    assert list(watch) == []
    late = client.watch(subscription=name, timeout=1)  # opens at once
    assert list(late) == []
    await_pending(client, name, 1)
    client.subscriptions.resume(name)
    watch._timeout = 20
    assert next(watch).paper.title == rows[0]["title"]
    client.subscriptions.delete(name)
    with pytest.raises(paperwire.NotFound):
        next(watch)


def test_commits(client: paperwire.Client, name: str, word: str) -> None:
    subs = client.subscriptions
    client.import_papers(papers(word, 0, 5))
    with client.watch(
        subscription=name, commit=False, until_caught_up=True
    ) as watch:
        tokens = [match.token for match in watch]
    await_pending(client, name, 5)
    cursor = subs.commit(name, tokens[2])
    assert cursor.committed
    assert subs.get(name).cursor == cursor
    await_pending(client, name, 2)
    assert subs.commit(name, tokens[0]).sequence == cursor.sequence
    rest = client.watch(subscription=name, commit=False, until_caught_up=True)
    assert heard(rest) == titles(word, 5, 3)
    by_token = client.watch(
        subscription=name, token=tokens[0], until_caught_up=True
    )
    assert heard(by_token) == titles(word, 5, 1)
    assert subs.get(name).pending == 2
    with pytest.raises(paperwire.InvalidArgument):
        subs.commit(name, "no token")
    other = subs.create(word, id=f"{name}-b")
    try:
        with pytest.raises(paperwire.InvalidArgument):
            subs.commit(other, tokens[0])
        with pytest.raises(paperwire.InvalidArgument):
            client.watch(subscription=other, token=tokens[0])
    finally:
        subs.delete(other)
    store = paperwire.MemoryCursorStore()
    for wanted in (titles(word, 5, 3), []):
        watch = client.watch(
            subscription=name, cursor_store=store, until_caught_up=True
        )
        assert heard(watch) == wanted
    assert subs.get(name).pending == 2


def test_backtests_tell_what_a_watch_got(
    client: paperwire.Client, name: str, word: str
) -> None:
    before = datetime.now(timezone.utc) - timedelta(seconds=5)
    assert client.backtest(word, since=before).total == 0
    rows = papers(word, 0, 60)
    for row in rows[::3]:
        row["abstract"] = "even so"
    client.import_papers(rows)
    query = paperwire.Query(f"{word} -even")
    test = client.backtest(query, since=before, samples=7)
    watch = client.watch(query, start="beginning", until_caught_up=True)
    matches = list(watch)
    assert test.total == len(matches) == 40
    assert [m.paper.title for m in test.samples] == [
        m.paper.title for m in matches[:-8:-1]
    ]
    assert [m.sequence for m in test.samples] == [
        m.sequence for m in matches[:-8:-1]
    ]
    assert {m.token for m in test.samples} == {""}
    assert sum(day.count for day in test.days) == 40
    assert test.days[-1].date == test.until.date()
    assert test.until - test.since < timedelta(minutes=5)
    month = client.backtest(query, samples=0)
    assert month.total == 40
    assert month.samples == ()
    assert len(month.days) in (30, 31)
    assert month.per_day == pytest.approx(40 / 30, rel=0.01)
    assert month.to_frame()["count"].sum() == 40
    assert "40 matches, 1.3 a day" in repr(month)
    assert client.backtest(query, until=before).total == 0
    with pytest.raises(paperwire.InvalidQuery):
        client.backtest(f'"{word}')
    with pytest.raises(paperwire.InvalidArgument):
        client.backtest(word, since="2031", until="2030")


def test_new_versions(client: paperwire.Client, name: str, word: str) -> None:
    every = client.subscriptions.create(word, id=f"{name}-v", news="versions")
    try:
        paper = paperwire.Paper.from_dict(papers(word, 0, 1)[0])
        paper.proto.versions.add(number=1)
        client.import_papers([paper])
        paper.proto.versions.add(number=2)
        client.import_papers([paper])
        for watched, wanted in (
            (every, ["new", "new version"]),
            (name, ["new"]),
        ):
            watch = client.watch(subscription=watched, until_caught_up=True)
            assert [match.news for match in watch] == wanted
        assert client.backtest(word).total == 1
        assert client.backtest(word, news="versions").total == 2
    finally:
        client.subscriptions.delete(every)


def test_show(
    client: paperwire.Client,
    name: str,
    word: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client.import_papers(papers(word, 0, 5))
    client.watch(subscription=name).show(limit=3)
    client.watch(subscription=name).show(seconds=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition("  ")[0][-1] for line in lines] == list("01234")
    assert client.subscriptions.get(name).pending == 0


def test_asyncio(address: str, word: str) -> None:
    async def notebook() -> None:
        async with paperwire.AsyncClient(address) as client:
            subs = client.subscriptions
            await subs.create(word, id=word)
            try:
                await client.import_papers(papers(word, 0, 250))
                done: List[str] = []
                async with client.watch(subscription=word) as watch:
                    async for match in watch:
                        done.append(match.paper.title)
                        if len(done) == 120:
                            await watch.commit()
                            break
                while (await subs.get(word)).pending != 130:
                    await asyncio.sleep(0.01)  # it is counted a bit later
                async for match in client.watch(
                    subscription=word, until_caught_up=True
                ):
                    done.append(match.paper.title)
                assert done == titles(word, 250)
                there = await subs.get(word)
                assert there.pending == 0
                assert (await subs.list()).loaded
                changed = await subs.update(there, display_name="Async")
                with pytest.raises(paperwire.Aborted):
                    await subs.update(there, display_name="Late")
                assert (await subs.pause(changed)).paused
                test = await client.backtest(word, days=1)
                assert test.total == 250
            finally:
                await subs.delete(word)

    asyncio.run(asyncio.wait_for(notebook(), 60))
