"""Watches that break, resume, keep their place and end."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import List

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers

Code = grpc.StatusCode


def titles(matches: List[paperwire.Match]) -> List[str]:
    return [match.paper.title for match in matches]


def expected(count: int) -> List[str]:
    return [f"Sparse Study {number}" for number in range(count)]


def test_from_now_on(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(2))
    with client.watch("sparse", timeout=5) as watch:
        server.store(*make_papers(2, start=2))  # the place is taken already
        first, second = next(watch), next(watch)
        assert titles([first, second]) == expected(4)[2:]
        assert first.created
        assert first.sequence == 3
        server.store(paperwire.Paper("Nothing of the kind"))
        server.store(*make_papers(1, start=4))
        assert next(watch).paper.title == "Sparse Study 4"
        assert watch.caught_up


def test_what_came_before_the_first_loop_is_not_lost(
    server: FakeServer, client: paperwire.Client
) -> None:
    watch = client.watch("sparse", timeout=5)
    server.store(*make_papers(3))
    time.sleep(0.2)
    server.restart()
    assert titles([next(watch) for _ in range(3)]) == expected(3)
    watch.stop()


def test_until_caught_up(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(20))
    watch = client.watch("sparse", start="beginning", until_caught_up=True)
    assert titles(list(watch)) == expected(20)
    assert watch.caught_up
    assert list(watch) == []
    query = paperwire.Query("sparse", categories="cs.LG")
    odd = client.watch(query, start="2020-01-01", until_caught_up=True)
    assert len(list(odd)) == 10
    assert list(client.watch("sparse", until_caught_up=True)) == []


@pytest.mark.parametrize("ending", ["abort", "end", "internal"])
def test_reconnects_without_loss_or_repetition(
    server: FakeServer, client: paperwire.Client, ending: str
) -> None:
    server.store(*make_papers(20))
    if ending == "abort":
        server.break_watches_after = 3
    else:
        server.end_watches_after = 3
    if ending == "internal":
        server.failures["Watch"] = [Code.INTERNAL, Code.UNKNOWN]
    watch = client.watch("sparse", start="beginning", until_caught_up=True)
    assert titles(list(watch)) == expected(20)
    assert server.calls["Watch"] >= 7


def test_survives_a_restart_of_the_server(
    server: FakeServer, client: paperwire.Client
) -> None:
    got: List[paperwire.Match] = []
    watch = client.watch("sparse", timeout=10)
    for round_ in range(4):
        server.store(*make_papers(3, start=3 * round_))
        got.append(next(watch))
        server.stop()
        if round_ == 2:
            time.sleep(0.5)
        server.start()
    got += [next(watch) for _ in range(8)]
    assert titles(got) == expected(12)
    watch.stop()


def test_timeout_ends_the_loop_and_a_new_loop_goes_on(
    server: FakeServer, client: paperwire.Client
) -> None:
    watch = client.watch("sparse", timeout=0.3)
    started = time.monotonic()
    assert list(watch) == []
    assert 0.2 < time.monotonic() - started < 2
    server.store(*make_papers(2))
    assert titles(list(watch)) == expected(2)
    server.stop()
    assert list(watch) == []  # also while there is no server
    server.start()
    server.store(*make_papers(1, start=2))
    watch._timeout = 5
    assert next(watch).paper.title == "Sparse Study 2"
    watch.stop()


def test_stop_from_another_thread(
    server: FakeServer, client: paperwire.Client
) -> None:
    watch = client.watch("sparse")
    threading.Timer(0.2, watch.stop).start()
    assert list(watch) == []
    assert watch.stopped
    other = client.watch("sparse")
    threading.Timer(0.2, client.close).start()
    assert list(other) == []


def test_a_slow_reader_stops_the_server_not_the_memory(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(2000))
    watch = client.watch("sparse", start="beginning", until_caught_up=True)
    time.sleep(0.3)
    reader = watch._reader
    assert reader is not None
    assert len(reader._pipe._items) <= 4  # of 100 matches each
    assert len(list(watch)) == 2000


def test_threads_end_when_watches_do(
    server: FakeServer, client: paperwire.Client
) -> None:
    def readers() -> int:
        names = [thread.name for thread in threading.enumerate()]
        return names.count("paperwire-reader")

    watches = [client.watch("sparse") for _ in range(5)]
    assert readers() == 5
    watches.pop().stop()
    del watches  # left behind without a word
    deadline = time.monotonic() + 5
    while readers() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert readers() == 0


class Crash(Exception):
    """The consumer dies in the middle of its work."""


@pytest.mark.parametrize("at", [1, 2, 7, 19])
def test_resumes_from_a_store_after_a_crash(
    server: FakeServer, client: paperwire.Client, at: int, tmp_path: Path
) -> None:
    server.store(*make_papers(20))
    server.break_watches_after = 4
    done: List[str] = []

    def work(crash_at: int) -> None:
        store = paperwire.FileCursorStore(tmp_path / "cursors")
        with client.watch(
            "sparse",
            start="beginning",
            cursor_store=store,
            until_caught_up=True,
        ) as watch:
            for match in watch:
                if len(done) == crash_at:
                    raise Crash
                done.append(match.paper.title)

    with pytest.raises(Crash):
        work(at)
    assert done == expected(at)
    work(-1)
    assert done == expected(20)
    work(-1)
    assert done == expected(20)


def test_the_token_is_kept_when_the_consumer_comes_back(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(3))
    store = paperwire.MemoryCursorStore()
    watch = client.watch(
        "sparse", start="beginning", cursor_store=store, key="k", timeout=5
    )
    first = next(watch)
    assert store.load("k") is None
    second = next(watch)
    assert store.load("k") == first.token == watch.token
    watch.commit()
    assert store.load("k") == second.token
    third = next(watch)
    watch.stop()
    assert store.load("k") == second.token
    again = client.watch("sparse", cursor_store=store, key="k", timeout=5)
    assert next(again).token == third.token
    again.stop()


def test_progress_is_kept_without_matches(
    server: FakeServer, client: paperwire.Client
) -> None:
    store = paperwire.MemoryCursorStore()
    watch = client.watch("sparse", cursor_store=store, key="k", timeout=0.3)
    server.store(*make_papers(5, "Other"))
    assert list(watch) == []
    token = store.load("k")
    assert token
    watch.stop()
    server.oldest_sequence = 5  # the journal was cut off behind it
    list(client.watch("sparse", token=token, until_caught_up=True))


def test_keys_are_of_the_query(
    server: FakeServer, client: paperwire.Client
) -> None:
    store = paperwire.MemoryCursorStore()
    for text in ("sparse", "other"):  # a token of another query is refused
        list(client.watch(text, cursor_store=store, until_caught_up=True))
    assert len(store._tokens) == 2


def test_tokens_start_a_watch(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    all_ = list(client.watch("sparse", start="beginning", until_caught_up=True))
    rest = client.watch("sparse", token=all_[1].token, until_caught_up=True)
    assert titles(list(rest)) == expected(5)[2:]
    with pytest.raises(paperwire.InvalidArgument, match="another query"):
        client.watch("other", token=all_[1].token)


def test_a_token_too_old(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(5))
    old = next(client.watch("sparse", start="beginning")).token
    server.oldest_sequence = 3
    with pytest.raises(paperwire.CursorTooOld) as caught:
        client.watch("sparse", token=old)
    oldest = caught.value.oldest_token
    watch = client.watch("sparse", token=oldest, until_caught_up=True)
    assert titles(list(watch)) == expected(5)[3:]


def test_a_server_put_back_to_a_backup(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    all_ = list(client.watch("sparse", start="beginning", until_caught_up=True))
    del server.journal[3:]
    resets: List[paperwire.Reset] = []
    watch = client.watch(
        "sparse", token=all_[-1].token, on_reset=resets.append, timeout=5
    )
    server.store(*make_papers(1, start=100))
    assert next(watch).paper.title == "Sparse Study 100"
    assert [reset.sequence for reset in resets] == [3]
    assert resets[0].reason == "REASON_JOURNAL_ROLLED_BACK"
    watch.stop()
    with pytest.warns(paperwire.ResetWarning, match="sequence 4"):
        list(client.watch("sparse", token=all_[-1].token, until_caught_up=True))


def test_no_server(unused_address: str) -> None:
    client = paperwire.Client(unused_address, retries=1)
    with client, pytest.raises(paperwire.Unavailable):
        client.watch("sparse")


def test_a_silent_connection_is_left(
    server: FakeServer,
    client: paperwire.Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("paperwire._following.SILENCE_SECONDS", 0.3)
    watch = client.watch("sparse", timeout=5)
    server.heartbeat = 1.0  # the server says nothing for longer than that
    calls = server.calls["Watch"]
    threading.Timer(1.5, lambda: server.store(*make_papers(1))).start()
    assert next(watch).paper.title == "Sparse Study 0"
    assert server.calls["Watch"] > calls
    watch.stop()
