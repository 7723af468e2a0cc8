"""Watchers that split the matches of a subscription among them."""

from __future__ import annotations

import time

import grpc
import pytest
from conftest import PATIENCE, Server
from google.protobuf import duration_pb2
from wire import Following, Wire, field_of, name_of, pb


@pytest.fixture
def wire(server):
    wire = Wire(server)
    wire.create("s", "neck")
    return wire


def join(wire: Wire, **more) -> Following:
    """A member."""
    return Following(wire, subscription=name_of("s"), share_group="workers",
                     **more)


def lease(seconds: float) -> duration_pb2.Duration:
    return duration_pb2.Duration(seconds=int(seconds))


def acknowledge(wire: Wire, *sequences: int, **more):
    return wire.subscriptions.AcknowledgeMatches(
        pb.AcknowledgeMatchesRequest(
            name=name_of("s"), share_group="workers", sequences=sequences,
            **more)).share_group


def take(*members: Following, count: int) -> list[list]:
    """What each of them got, once they have so many in all."""
    got = [[] for _ in members]
    deadline = time.monotonic() + 20 * PATIENCE
    while sum(map(len, got)) < count:
        assert time.monotonic() < deadline, got
        for mine, member in zip(got, members):
            while not member.events.empty():
                event = member.events.get()
                assert not isinstance(event, grpc.RpcError), event
                if event.HasField("match"):
                    mine.append(event.match)
        time.sleep(0.01)
    return got


def titles(*parts: list) -> list[str]:
    return sorted(m.paper.title for part in parts for m in part)


def test_each_match_goes_to_one(wire):
    members = [join(wire, max_leased_count=5) for _ in range(3)]
    wire.import_papers(*(f"Neck {i}" for i in range(15)))
    got = take(*members, count=15)
    assert [len(part) for part in got] == [5, 5, 5]
    assert titles(*got) == sorted(f"Neck {i}" for i in range(15))
    for match in got[0]:
        assert match.delivery_attempt == 1
        assert not match.resume_token
        assert match.lease_expire_time.seconds > time.time()
    (group,) = wire.get("s").share_groups
    assert (group.name, group.leased_count, group.watcher_count) == (
        "workers", 15, 3)
    # Whoever acknowledges has room again.
    wire.import_papers("Neck 15")
    assert all(member.nothing_for(0.2) for member in members)
    last = got[1][-1].sequence
    acknowledge(wire, *(m.sequence for m in got[1]))
    (one,) = take(members[1], count=1)
    assert titles(one) == ["Neck 15"]
    group = acknowledge(
        wire, *(m.sequence for part in (*got, one) for m in part))
    assert group.sequence >= max(last, one[0].sequence)
    assert group.leased_count == 0
    # A watcher outside of the group sees all of it.
    assert len(wire.titles("s")) == 16


def test_what_is_not_acknowledged_goes_to_the_next(wire):
    first = join(wire, lease_duration=lease(1))
    wire.import_papers("Neck 1", "Neck 2", "Neck 3")
    (got,) = take(first, count=3)
    acknowledge(wire, got[0].sequence)
    second = join(wire)
    # The lease of one is extended, that of the other runs out.
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        acknowledge(wire, extended_sequences=[got[1].sequence])
        time.sleep(0.1)
    again = take(first, second, count=1)
    assert titles(*again) == ["Neck 3"]
    assert [m.delivery_attempt for part in again for m in part] == [2]
    # One is given back, and its stream ends: it goes to who is left.
    first.stream.cancel()
    (rest,) = take(second, count=1 if again[1] else 2)
    assert titles(again[1], rest) == ["Neck 2", "Neck 3"]
    acknowledge(wire, released_sequences=[rest[-1].sequence])
    ((once_more,),) = take(second, count=1)
    assert once_more.sequence == rest[-1].sequence
    assert once_more.delivery_attempt == rest[-1].delivery_attempt + 1


def test_a_restart_gives_again_what_was_not_acknowledged(tmp_path):
    server = Server(tmp_path).start()
    wire = Wire(server)
    wire.create("s", "neck")
    member = join(wire)
    wire.import_papers(*(f"Neck {i}" for i in range(6)))
    (got,) = take(member, count=6)
    acknowledge(wire, *(m.sequence for m in got if m.sequence % 2))
    server.kill()
    server.start()
    wire = Wire(server)
    (again,) = take(join(wire, wait=False), count=3)
    assert titles(again) == titles([m for m in got if not m.sequence % 2])
    server.stop()


def test_where_a_group_begins(wire):
    wire.import_papers("Neck 1")
    # At the subscription's cursor, unless its first stream says otherwise.
    (got,) = take(join(wire, wait=False), count=1)
    assert titles(got) == ["Neck 1"]
    other = Following(wire, subscription=name_of("s"), share_group="late",
                      position=pb.WatchRequest.POSITION_NOW)
    wire.import_papers("Neck 2")
    (got,) = take(other, count=1)
    assert titles(got) == ["Neck 2"]


def test_a_group_that_is_deleted_ends_its_streams(wire):
    member = join(wire)
    wire.subscriptions.DeleteShareGroup(pb.DeleteShareGroupRequest(
        name=name_of("s"), share_group="workers"))
    assert member.until("error").code() == grpc.StatusCode.NOT_FOUND
    with pytest.raises(grpc.RpcError) as error:
        acknowledge(wire, 1)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
    # It can be made anew, and begins where a group begins.
    wire.import_papers("A neck")
    assert titles(*take(join(wire, wait=False), count=1)) == ["A neck"]


@pytest.mark.parametrize("request_, field", [
    ({"query": {"text": "neck"}, "share_group": "a"}, "share_group"),
    ({"subscription": name_of("s"), "share_group": "No!"}, "share_group"),
    ({"subscription": name_of("s"), "share_group": "a",
      "lease_duration": lease(7200)}, "lease_duration"),
    ({"subscription": name_of("s"), "max_leased_count": 5},
     "max_leased_count"),
])
def test_what_cannot_be_shared_is_refused(wire, request_, field):
    with pytest.raises(grpc.RpcError) as error:
        next(wire.subscriptions.Watch(pb.WatchRequest(**request_)))
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert field_of(error.value) == field


def test_what_was_not_sent_cannot_be_acknowledged(wire):
    join(wire)
    with pytest.raises(grpc.RpcError) as error:
        acknowledge(wire, 10**9)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "ahead of the journal" in error.value.details()
