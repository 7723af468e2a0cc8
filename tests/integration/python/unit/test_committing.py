"""Watches of subscriptions: batches, and the place that the server keeps."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from typing import Callable, List

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


def cursor(server: FakeServer, name: str = "s") -> int:
    return server.subscriptions[f"users/local/subscriptions/{name}"].cursor


def eventually(what: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def subscription(client: paperwire.Client) -> paperwire.Subscription:
    return client.subscriptions.create("sparse", id="s")


# Batches.


@pytest.mark.parametrize("never", [False, True])
def test_batches_are_unpacked_in_order(
    server: FakeServer, client: paperwire.Client, never: bool
) -> None:
    server.never_batches = never
    server.store(*make_papers(250))
    for watch in (
        client.watch("sparse", start="beginning", until_caught_up=True),
        client.watch(subscription="s", until_caught_up=True),
    ):
        matches = list(watch)
        assert titles(matches) == expected(250)
        assert [m.sequence for m in matches] == list(range(1, 251))
        assert len({m.token for m in matches}) == 250
    assert server.events == (500 * [1] if never else 2 * [100, 100, 50])


@pytest.mark.parametrize(
    ("count", "after"), [(30, 3), (300, 99), (300, 100), (300, 130)]
)
def test_batches_that_are_cut_off(
    server: FakeServer, client: paperwire.Client, count: int, after: int
) -> None:
    server.store(*make_papers(count))
    server.break_watches_after = after
    watch = client.watch(subscription="s", until_caught_up=True)
    assert titles(list(watch)) == expected(count)
    assert server.calls["Watch"] >= count // after


def test_a_token_within_a_batch_starts_within_it(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(50))
    store = paperwire.MemoryCursorStore()
    keep = {"cursor_store": store, "until_caught_up": True, "key": "k"}
    watch = client.watch("sparse", start="beginning", **keep)
    some = [next(watch) for _ in range(20)]
    assert store.load("k") == some[18].token  # the twentieth is in work
    watch.stop()
    assert titles(list(client.watch("sparse", **keep))) == expected(50)[19:]


def test_progress_counts_when_the_batch_is_done(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    server.store(paperwire.Paper("Other"))
    watch = client.watch("sparse", start="beginning", timeout=5)
    seen = [next(watch) for _ in range(5)]
    time.sleep(0.2)  # a progress has come, and waits behind the batch
    assert watch.token == seen[3].token
    assert not watch.caught_up
    watch._timeout = 0.3
    assert list(watch) == []
    assert watch.caught_up
    assert watch.token != seen[4].token


def test_stop_ends_a_loop_within_a_batch(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(50))
    seen = []
    with client.watch(subscription="s") as watch:
        for match in watch:
            seen.append(match)
            if len(seen) == 10:
                watch.stop()
    assert len(seen) == 10
    assert cursor(server) == 10  # the loop came back from it


# Where a watch of a subscription starts.


def test_it_starts_at_the_cursor(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    watch = client.watch(subscription="s", commit=False, until_caught_up=True)
    matches = list(watch)
    client.subscriptions.commit("s", matches[1].token)

    def seen(**how: object) -> List[str]:
        return titles(
            list(
                client.watch(
                    subscription="s", commit=False, until_caught_up=True, **how
                )
            )
        )

    assert seen() == seen(start="cursor") == expected(5)[2:]
    assert seen(start="beginning") == expected(5)
    assert seen(start="2020") == expected(5)
    assert seen(start="now") == []
    assert seen(token=matches[3].token) == expected(5)[4:]
    by_object = client.watch(
        subscription=client.subscriptions.get("s"), until_caught_up=True
    )
    assert titles(list(by_object)) == expected(5)[2:]


def test_what_came_before_the_creation_is_not_noted(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(3))
    client.subscriptions.create("sparse", id="late")
    server.store(*make_papers(2, start=3))
    watch = client.watch(
        subscription="late", start="beginning", until_caught_up=True
    )
    assert titles(list(watch)) == expected(5)[3:]


def test_arguments_that_do_not_go_together(client: paperwire.Client) -> None:
    store = paperwire.MemoryCursorStore()
    for wrong, why in (
        ({"query": "sparse", "subscription": "s"}, "not both"),
        ({"query": paperwire.Query(), "subscription": "s"}, "not both"),
        ({"start": "cursor"}, "cursor"),
        ({"start": "beginnig"}, "did you mean 'beginning'"),
        ({"commit": True}, "commit"),
        ({"subscription": "s", "commit": True, "cursor_store": store}, "both"),
        ({"subscription": "No Id"}, "names no subscription"),
    ):
        with pytest.raises(ValueError, match=why):
            client.watch(**wrong)
    with pytest.raises(paperwire.NotFound):
        client.watch(subscription="nowhere")
    with pytest.raises(paperwire.InvalidArgument, match="another"):
        client.watch(subscription="s", token=client.watch("s").token)


def test_changed_paused_deleted_while_watched(
    server: FakeServer, client: paperwire.Client
) -> None:
    watch = client.watch(subscription="s", timeout=5)
    server.store(*make_papers(1))
    assert next(watch).paper.title == "Sparse Study 0"
    client.subscriptions.update("s", query="kites")
    server.store(paperwire.Paper("Kites"), *make_papers(1, start=1))
    assert next(watch).paper.title == "Kites"
    client.subscriptions.pause("s")
    server.store(paperwire.Paper("Night Kites"))
    watch._timeout = 0.3
    assert list(watch) == []
    paused = client.watch(subscription="s", timeout=0.3)
    assert list(paused) == []
    client.subscriptions.resume("s")
    watch._timeout = 5
    assert next(watch).paper.title == "Night Kites"
    client.subscriptions.delete("s")
    with pytest.raises(paperwire.NotFound, match="deleted"):
        next(watch)
    watch.stop()  # without a warning


def test_new_versions(server: FakeServer, client: paperwire.Client) -> None:
    client.subscriptions.create("sparse", id="v", news="versions")
    paper = make_papers(1)[0]
    newer = paperwire.Paper.from_dict({**paper.to_dict(), "comment": "v2"})
    server.store(paper)
    server.store(newer)
    watch = client.watch(subscription="v", until_caught_up=True)
    first, second = watch
    assert (first.news, second.news) == ("new", "new version")
    assert first.stored
    assert second.new_version
    assert not second.created
    watch = client.watch(subscription="s", until_caught_up=True)
    assert len(list(watch)) == 1


# Commits.


def test_a_match_is_committed_when_the_loop_asks_for_the_next(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(3))
    watch = client.watch(subscription="s", timeout=5)
    next(watch)
    time.sleep(0.2)
    assert server.commits == []
    next(watch)
    eventually(lambda: cursor(server) == 1)  # at once: it is the first
    next(watch)
    assert cursor(server) == 1
    eventually(lambda: cursor(server) == 2)  # a second later
    watch.stop()
    assert cursor(server) == 2  # the third was still in work
    assert server.calls["CommitCursor"] <= 3  # stop may repeat the last one


def test_commits_are_a_second_or_a_hundred_matches_apart(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(1000))
    started = time.monotonic()
    for number, _ in enumerate(client.watch(subscription="s", timeout=5)):
        if number in (300, 500):
            time.sleep(1.3)
        if number == 999:
            break
    assert time.monotonic() - started < 15
    gc.collect()  # the watch was left behind; its last commit comes
    eventually(lambda: cursor(server) == 999)
    assert 3 <= len(server.commits) <= 13
    for before, after in zip(server.commits, server.commits[1:]):
        apart = after[0] - before[0]
        # A second, unless the first one took its time to arrive.
        assert apart > 0.5 or after[1] - before[1] >= 100


def test_a_slow_commit_does_not_delay_the_loop(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(500))
    watch = client.watch(subscription="s", timeout=5)
    server.delay = 0.5  # of every call that starts from now on
    started = time.monotonic()
    for _ in range(500):
        next(watch)
    assert time.monotonic() - started < 0.4
    watch.commit()
    assert cursor(server) == 500
    watch.stop()


@pytest.mark.parametrize("leave", ["with", "stop", "client", "end", "timeout"])
def test_the_last_commit(
    server: FakeServer, client: paperwire.Client, leave: str
) -> None:
    server.store(*make_papers(7))
    server.store(paperwire.Paper("Other"))
    if leave == "with":
        with client.watch(subscription="s") as watch:
            for match in watch:
                if match.sequence == 5:
                    break
        assert cursor(server) == 4
    elif leave == "stop":
        watch = client.watch(subscription="s")
        for _ in range(5):
            next(watch)
        watch.commit()  # the fifth is done
        watch.stop()
        assert cursor(server) == 5
    elif leave == "client":
        watch = client.watch(subscription="s")
        for _ in range(5):
            next(watch)
        client.close()
        assert cursor(server) == 4
    elif leave == "end":
        watch = client.watch(subscription="s", until_caught_up=True)
        assert len(list(watch)) == 7
        assert cursor(server) == 8  # what did not match is covered, too
    else:
        watch = client.watch(subscription="s", timeout=0.3)
        assert len(list(watch)) == 7
        assert cursor(server) == 8
        server.store(*make_papers(1, start=7))
        assert len(list(watch)) == 1  # a new loop goes on
        assert cursor(server) == 9


def test_a_watch_that_is_left_behind_commits_before_the_client_closes(
    server: FakeServer,
) -> None:
    server.store(*make_papers(5))
    with paperwire.Client(server.address) as client:
        for match in client.watch(subscription="s"):
            if match.sequence == 5:
                break
        gc.collect()
    assert cursor(server) == 4


def test_an_exception_in_the_loop(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))

    def work() -> None:
        with client.watch(subscription="s") as watch:
            for match in watch:
                if match.sequence == 4:
                    raise KeyError

    with pytest.raises(KeyError):
        work()
    assert cursor(server) == 3
    rest = client.watch(subscription="s", until_caught_up=True)
    assert titles(list(rest)) == expected(5)[3:]


def test_commit_false_leaves_it_to_the_caller(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    with client.watch(subscription="s", commit=False, timeout=0.3) as watch:
        matches = list(watch)
    assert server.commits == []
    assert len(matches) == 5
    with client.watch(subscription="s", commit=False, timeout=5) as watch:
        next(watch)
        next(watch)
        watch.commit()
    assert [sequence for _, sequence in server.commits] == [2]


@pytest.mark.parametrize("start", ["now", "2020", "token"])
def test_what_would_pass_matches_over_is_not_committed(
    server: FakeServer, client: paperwire.Client, start: str
) -> None:
    server.store(*make_papers(3))
    how = {"start": start}
    if start == "token":
        how = {"token": client.watch(subscription="s", start="now").token}
    with client.watch(subscription="s", timeout=0.3, **how) as watch:
        server.store(*make_papers(2, start=3))
        assert len(list(watch)) >= 2
    assert server.commits == []
    with client.watch(
        subscription="s", timeout=0.3, commit=True, **how
    ) as watch:
        server.store(*make_papers(2, start=5))
        assert len(list(watch)) >= 2
    assert cursor(server) == 7


def test_from_the_beginning_commits_follow(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    list(client.watch(subscription="s", until_caught_up=True))
    server.store(*make_papers(1, start=5))
    with client.watch(subscription="s", start="beginning", timeout=5) as watch:
        assert titles([next(watch) for _ in range(3)]) == expected(3)
    assert cursor(server) == 5  # an older commit changes nothing


def test_a_store_decides_where_there_is_one(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    store = paperwire.MemoryCursorStore()
    keep = {"subscription": "s", "cursor_store": store, "timeout": 0.3}
    watch = client.watch(**keep)
    assert titles([next(watch), next(watch)]) == expected(2)
    watch.stop()
    assert list(store._tokens) == ["users/local/subscriptions/s"]
    assert titles(list(client.watch(**keep))) == expected(5)[1:]
    assert server.calls["CommitCursor"] == 0


def test_a_loop_comes_back_after_the_client_was_closed(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    watch = client.watch(subscription="s")
    next(watch)
    next(watch)
    client.close()
    assert cursor(server) == 1
    with pytest.warns(paperwire.CommitWarning, match="client is closed"):
        assert list(watch) == []
    with pytest.raises(paperwire.Cancelled, match="client is closed"):
        client.subscriptions.get("s")


# Servers that are away, and refuse.


def test_commits_wait_for_the_server(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(3))
    watch = client.watch(subscription="s", timeout=10)
    server.failures["CommitCursor"] = [Code.UNAVAILABLE] * 7
    for _ in range(3):
        next(watch)
    eventually(lambda: cursor(server) == 2, 10)
    assert len(server.commits) == 1
    server.restart()
    server.store(*make_papers(1, start=3))
    assert next(watch).paper.title == "Sparse Study 3"
    eventually(lambda: cursor(server) == 3, 10)
    watch.stop()


def test_a_refused_commit_reaches_the_loop(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    watch = client.watch(subscription="s", timeout=5)
    server.failures["CommitCursor"] = [Code.PERMISSION_DENIED]
    next(watch)
    next(watch)
    eventually(lambda: server.calls["CommitCursor"] == 1)
    time.sleep(0.5)  # for the answer to arrive
    with pytest.raises(paperwire.PermissionDenied, match="ordered"):
        next(watch)
    assert next(watch).paper.title == "Sparse Study 2"  # it may go on
    watch.stop()


def test_a_last_commit_that_fails_warns(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(3))
    watch = client.watch(subscription="s", timeout=5)
    next(watch)
    server.failures["CommitCursor"] = [Code.INTERNAL] * 9
    next(watch)
    with pytest.warns(paperwire.CommitWarning, match="come again") as caught:
        watch.stop()
    assert caught[0].filename == __file__
    watch.stop()  # says it once
    with pytest.raises(paperwire.PaperwireError, match="ordered"):
        watch.commit()
    server.failures.clear()


def test_a_watch_stops_although_the_server_has_gone(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(3))
    watch = client.watch(subscription="s", timeout=5)
    next(watch)
    next(watch)
    eventually(lambda: cursor(server) == 1)
    next(watch)
    server.stop()
    started = time.monotonic()
    with pytest.warns(paperwire.CommitWarning):
        watch.stop()
    assert time.monotonic() - started < 6
    server.start()


def test_a_server_put_back_to_a_backup(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    resets: List[paperwire.Reset] = []
    watch = client.watch(subscription="s", on_reset=resets.append, timeout=5)
    next(watch)
    next(watch)
    eventually(lambda: cursor(server) == 1)
    for _ in range(3):
        next(watch)
    server.stop()
    del server.journal[2:]
    server.start()
    # The place that is committed next is one that the server has lost.
    time.sleep(1.2)
    again = make_papers(1, start=100)
    threading.Timer(0.5, lambda: server.store(*again)).start()
    assert next(watch).paper.title == "Sparse Study 100"
    assert len(resets) == 1
    watch.commit()
    assert cursor(server) == 3
    watch.stop()


def test_threads_end(server: FakeServer, client: paperwire.Client) -> None:
    def committers() -> int:
        names = [thread.name for thread in threading.enumerate()]
        return names.count("paperwire-committer")

    server.store(*make_papers(5))
    watches = [client.watch(subscription="s") for _ in range(3)]
    assert committers() == 0  # nothing to commit
    for watch in watches:
        for _ in range(4):
            next(watch)
    assert committers() <= 3
    watches[0].stop()
    del watches, watch
    gc.collect()
    eventually(lambda: committers() == 0)
    assert cursor(server) == 3


SCRIPT = """
import sys
import paperwire

client = paperwire.Client(sys.argv[1])
for match in client.watch(subscription="s"):
    print(match.sequence, flush=True)
    if match.sequence % 7 == 0:
        break
"""


def test_a_program_that_ends_commits_first(server: FakeServer) -> None:
    """Without a with, a stop or a close."""
    server.store(*make_papers(20))
    command = [sys.executable, "-W", "error", "-c", SCRIPT, server.address]
    for wanted in (range(1, 8), range(7, 8)):
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.split() == [str(n) for n in wanted]
    assert cursor(server) == 6
