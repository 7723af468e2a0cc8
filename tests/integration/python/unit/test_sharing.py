"""Share groups: one of several watches gets each match, until it says so."""

from __future__ import annotations

import contextlib
import gc
import itertools
import pickle
import threading
import time
import warnings
from datetime import timedelta
from typing import Any, Callable, List

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers

Code = grpc.StatusCode


def eventually(what: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def group(server: FakeServer, name: str = "w") -> Any:
    return server.subscriptions["users/local/subscriptions/s"].groups[name]


def sequences(matches: List[paperwire.Match]) -> List[int]:
    return [match.sequence for match in matches]


@pytest.fixture(autouse=True)
def subscription(client: paperwire.Client) -> paperwire.Subscription:
    return client.subscriptions.create("sparse", id="s")


@pytest.fixture
def share(client: paperwire.Client) -> Callable[..., paperwire.Watch]:
    def share_(**how: Any) -> paperwire.Watch:
        return client.watch(
            **{"subscription": "s", "share_group": "w", "timeout": 5, **how}
        )

    return share_


Share = Callable[..., paperwire.Watch]


def test_the_loop_acknowledges_what_it_comes_back_from(
    server: FakeServer, share: Share
) -> None:
    server.store(*make_papers(250))
    seen = list(share(until_caught_up=True))
    assert sequences(seen) == list(range(1, 251))
    assert {match.attempt for match in seen} == {1}
    assert all(match.lease_expires for match in seen)
    assert not any(match.token for match in seen)
    assert group(server).done == set(range(1, 251))
    # In the background, by one call for many.
    assert server.calls["AcknowledgeMatches"] <= 8
    assert list(share(until_caught_up=True)) == []
    assert server.calls["CommitCursor"] == 0


def test_several_split_the_matches(
    server: FakeServer, client: paperwire.Client, share: Share
) -> None:
    server.store(*make_papers(300))
    seen: List[List[int]] = [[], [], []]

    def work(mine: List[int]) -> None:
        for match in share(max_leased=10, until_caught_up=True):
            mine.append(match.sequence)
            time.sleep(0.001)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(itertools.chain(*seen)) == list(range(1, 301))
    assert all(seen)
    # A loop's end does not wait for the server to see its stream end.
    eventually(lambda: not group(server).members)
    shown = client.subscriptions.get("s").share_groups
    assert shown == (paperwire.ShareGroup("w", 0, 0, 0),)


def test_how_a_loop_ends(server: FakeServer, share: Share) -> None:
    server.store(*make_papers(20))
    for match in share():
        if match.sequence == 5:
            break
    eventually(lambda: not group(server).held)  # at once, though not collected
    assert group(server).done == {1, 2, 3, 4}

    watch = share()
    with pytest.raises(ZeroDivisionError):
        for match in watch:
            if match.sequence == 8:
                _ = 1 / 0
    eventually(lambda: not group(server).held)
    assert group(server).done == set(range(1, 8))
    assert not watch.stopped
    # A new loop over the same watch takes part again.
    for match in watch:
        assert match.sequence == 8
        assert match.attempt == 3  # fetched ahead by the first, too
        watch.commit()  # this one is done
        break
    assert group(server).done == set(range(1, 9))

    with share() as watch:
        for match in watch:
            if match.sequence == 12:
                break
    assert watch.stopped
    assert group(server).done == set(range(1, 12))

    watch = share()
    assert [next(watch).sequence for _ in range(3)] == [12, 13, 14]
    del watch
    gc.collect()
    eventually(lambda: not group(server).held)
    assert group(server).done == set(range(1, 14))


def test_stop_lets_the_match_in_hand_be_finished(
    server: FakeServer, share: Share
) -> None:
    server.store(*make_papers(20))
    watch = share()
    seen = []
    for match in watch:
        seen.append(match.sequence)
        if len(seen) == 5:
            watch.stop()
            assert 5 in group(server).held
    assert seen == [1, 2, 3, 4, 5]
    assert group(server).done == set(seen)
    eventually(lambda: not group(server).held)


def test_stop_from_another_thread(server: FakeServer, share: Share) -> None:
    watch = share(timeout=None)
    threading.Timer(0.3, watch.stop).start()
    assert list(watch) == []
    eventually(lambda: not group(server).members)


def test_leases_are_extended_while_the_loop_works(
    server: FakeServer, share: Share
) -> None:
    server.store(*make_papers(3))
    got = []
    for match in share(lease=1, until_caught_up=True):
        got.append((match.sequence, match.attempt))
        if len(got) == 1:
            time.sleep(2.5)
            # The others are not in hand, and held all the same.
            assert list(share(timeout=0.3)) == []
    assert got == [(1, 1), (2, 1), (3, 1)]
    assert server.extended[1] >= 2
    assert server.extended[3] >= 2
    assert group(server).done == {1, 2, 3}


def test_by_hand(server: FakeServer, share: Share) -> None:
    server.store(*make_papers(4))
    watch = share(auto_ack=False, lease=3)
    first, second, third, fourth = (next(watch) for _ in range(4))
    first.ack()
    first.ack()
    eventually(lambda: group(server).done == {1})
    second.release()
    second.release()
    again = next(watch)
    assert (again.sequence, again.attempt) == (2, 2)
    third.extend()
    eventually(lambda: server.extended[3] == 1)
    again.ack()
    watch.commit()  # waits for it
    assert group(server).done == {1, 2}
    time.sleep(1.7)
    third.extend()
    time.sleep(1.7)  # the fourth was forgotten, and comes again
    late = next(watch)
    assert (late.sequence, late.attempt) == (4, 2)
    fourth.ack()  # counts, whoever holds it
    third.ack()
    watch.stop()
    assert group(server).done == {1, 2, 3, 4}


def test_acknowledged_on_other_threads(
    server: FakeServer, share: Share
) -> None:
    server.store(*make_papers(100))
    threads = []
    with share(auto_ack=False, timeout=1, max_leased=20) as watch:
        for match in watch:
            threads.append(threading.Thread(target=match.ack))
            threads[-1].start()
    assert len(threads) == 100
    assert group(server).done == set(range(1, 101))


@pytest.mark.parametrize("after", [1, 7, 30])
def test_connections_that_break(
    server: FakeServer, share: Share, after: int
) -> None:
    server.store(*make_papers(30))
    server.break_watches_after = after
    got = sequences(list(share(max_leased=after, timeout=3)))
    assert sorted(got) == list(range(1, 31))  # nothing twice, nothing lost
    assert group(server).done == set(range(1, 31))


def test_a_restart_in_the_middle_of_work(
    server: FakeServer, share: Share
) -> None:
    server.store(*make_papers(5))
    got = []
    for match in share(until_caught_up=True):
        got.append(match.sequence)
        if len(got) == 2:
            server.restart()
            time.sleep(0.5)
    assert sorted(got) == [1, 2, 3, 4, 5]
    assert group(server).done == {1, 2, 3, 4, 5}


def test_an_acknowledgement_that_fails_is_made_up_for(
    server: FakeServer, share: Share
) -> None:
    server.store(*make_papers(10))
    server.failures["AcknowledgeMatches"] = [Code.UNAVAILABLE] * 6
    assert len(list(share(timeout=4))) == 10
    assert group(server).done == set(range(1, 11))
    # More than the thread that extends leases uses up beside `commit`.
    server.failures["AcknowledgeMatches"] = [Code.UNAVAILABLE] * 99
    server.store(*make_papers(1, start=10))
    watch = share()
    next(watch)
    with pytest.raises(paperwire.Unavailable):
        watch.commit()
    assert 11 not in group(server).done
    server.failures.clear()
    watch.commit()
    assert 11 in group(server).done


def test_what_could_not_be_acknowledged_is_said(
    server: FakeServer,
) -> None:
    server.store(*make_papers(3))
    with paperwire.Client(server.address, retries=0, timeout=1) as client:
        client.subscriptions.create("sparse", id="t")
        server.store(*make_papers(3, start=3))
        watch = client.watch(subscription="t", share_group="w", timeout=5)
        next(watch)
        next(watch)
        server.failures["AcknowledgeMatches"] = [Code.UNAVAILABLE] * 99
        with pytest.warns(paperwire.CommitWarning, match="acknowledged"):
            watch.stop()
        server.failures.clear()


def test_the_group_is_deleted(
    server: FakeServer, client: paperwire.Client, share: Share
) -> None:
    server.store(*make_papers(3))
    watch = share()
    assert next(watch).sequence == 1
    client.subscriptions.delete_share_group("s", "w")
    with pytest.raises(paperwire.NotFound), contextlib.closing(watch):
        for _ in range(5):
            next(watch)
    with pytest.raises(paperwire.NotFound):
        client.subscriptions.delete_share_group("s", "w")


def test_acknowledge(
    server: FakeServer, client: paperwire.Client, share: Share
) -> None:
    server.store(*make_papers(5))
    watch = share(auto_ack=False)
    matches = [next(watch) for _ in range(4)]
    after = client.subscriptions.acknowledge(
        "s", "w", [matches[0], 2], release=[3], extend=matches[3:]
    )
    assert (after.name, after.watchers) == ("w", 1)
    assert group(server).done == {1, 2}
    assert server.extended[4] >= 1
    with pytest.raises(paperwire.NotFound, match="share group"):
        client.subscriptions.acknowledge("s", "nobody", [1])
    with pytest.raises(paperwire.InvalidArgument, match="ahead"):
        client.subscriptions.acknowledge("s", "w", [99])


def test_a_match_that_travels(server: FakeServer, share: Share) -> None:
    server.store(*make_papers(1))
    match = next(share())
    copied = pickle.loads(pickle.dumps(match))
    assert copied == match
    with pytest.raises(ValueError, match="share_group"):
        copied.ack()


def test_show(
    server: FakeServer, share: Share, capsys: pytest.CaptureFixture[str]
) -> None:
    server.store(*make_papers(3))
    share().show(limit=2)
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert group(server).done == {1, 2}
    eventually(lambda: not group(server).held)
    assert "shared by w" in repr(share())


def test_arguments_that_do_not_go_together(client: paperwire.Client) -> None:
    store = paperwire.MemoryCursorStore()
    shared = {"subscription": "s", "share_group": "w"}
    for wrong, why in (
        ({"query": "sparse", "share_group": "w"}, "only a subscription"),
        ({"subscription": "s", "lease": 5}, "only a share group"),
        ({"subscription": "s", "max_leased": 5}, "only a share group"),
        ({**shared, "lease": 0.5}, "3,600"),
        ({**shared, "lease": timedelta(hours=2)}, "3,600"),
        ({**shared, "max_leased": 0}, "1,000"),
        ({**shared, "cursor_store": store}, "place on the server"),
        ({**shared, "commit": True}, "place on the server"),
        ({**shared, "token": "x"}, "place on the server"),
    ):
        with pytest.raises(ValueError, match=why):
            client.watch(**wrong)
    match = paperwire.Match(make_papers(1)[0], 1, True)
    for act in (match.ack, match.release, match.extend):
        with pytest.raises(ValueError, match="share_group"):
            act()


def test_no_warnings_in_good_order(server: FakeServer, share: Share) -> None:
    server.store(*make_papers(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(list(share(timeout=0.3))) == 3


def test_explain(
    server: FakeServer,
    client: paperwire.Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.store(*make_papers(1))
    how = {"start": "beginning", "until_caught_up": True}
    (match,) = client.watch("sparse", explain=True, **how)
    reason = paperwire.Reason("sparse", "title", "Sparse Study 0")
    assert match.reasons == (reason,)
    assert str(reason) == "sparse in title: Sparse Study 0"
    assert "<li>sparse in title" in match._repr_html_()
    (match,) = client.watch("sparse", **how)
    assert match.reasons == ()
    client.watch("sparse", explain=True, **how).show()
    first, second = capsys.readouterr().out.splitlines()
    assert "Sparse Study 0" in first
    assert second.strip() == "sparse in title: Sparse Study 0"
