"""What is forgotten, and who is silent, is said."""

from __future__ import annotations

import sqlite3
import time

import grpc
import pytest
from conftest import PATIENCE, Server
from wire import Following, Wire, info_of, name_of, pb, query, reason_of

from paperwire.v1 import paper_pb2, search_service_pb2, server_service_pb2


def stats(wire: Wire):
    return wire.servers.GetServerStats(
        server_service_pb2.GetServerStatsRequest())


def neck(number: int, abstract: str = "") -> paper_pb2.Paper:
    """A paper that is the same one whatever its abstract says."""
    return paper_pb2.Paper(
        title=f"Neck {number}", abstract=abstract,
        external_ids=[paper_pb2.ExternalId(scheme="arxiv",
                                           value=f"2401.0000{number}")])


def test_a_watcher_with_nothing_to_receive_hears_of_it(tmp_path):
    server = Server(tmp_path, "--heartbeat", "200ms").start()
    wire = Wire(server)
    same = neck(1)
    wire.import_papers(same, source="arxiv")
    watch = Following(wire, query=query("nothing like it"))
    deadline = time.monotonic() + 10 * PATIENCE
    while True:
        progress = watch.events.get(timeout=10 * PATIENCE).progress
        if progress.sources:
            break
        assert time.monotonic() < deadline
    (source,) = progress.sources
    assert source.source == "arxiv"
    assert not source.late
    assert abs(source.last_news_time.seconds - time.time()) < 60 * PATIENCE
    # An import without news moves the one time and not the other.
    before = source.last_import_time.ToNanoseconds()
    time.sleep(0.05)
    wire.import_papers(same, source="arxiv")
    while True:
        after = stats(wire).sources[0].freshness
        if after.last_import_time.ToNanoseconds() > before:
            break
        assert time.monotonic() < deadline, "nothing says that it was asked"
        time.sleep(0.1)
    assert after.last_news_time == source.last_news_time
    watch.stream.cancel()
    server.stop()


def test_what_is_forgotten_is_told_and_not_skipped(tmp_path):
    """Days are too long for a test: the journal is dated back by hand."""
    server = Server(tmp_path).start()
    wire = Wire(server)
    wire.create("read", "neck")
    wire.create("unread", "neck")
    wire.import_papers(neck(1), neck(2))
    tokens = [m.resume_token for m in wire.read("read")]
    query_tokens = []
    for event in wire.subscriptions.Watch(pb.WatchRequest(
            query=query("neck"), position=pb.WatchRequest.POSITION_BEGINNING)):
        if event.HasField("match"):
            query_tokens.append(event.match.resume_token)
        if event.HasField("caught_up"):
            break
    wire.commit("read", tokens[-1])
    # Only what a later entry replaces is forgotten.
    wire.import_papers(neck(1, "Longer."), neck(2, "Longer."))
    server.stop()
    with sqlite3.connect(next(server.data.glob("*.db"))) as db:
        db.execute("UPDATE entry SET time = time - 10 * 86400 * 1000000")
    db.close()
    server.flags = ("--journal-days", "5")
    server.start()
    wire = Wire(server)
    deadline = time.monotonic() + 30 * PATIENCE
    while (oldest := stats(wire).oldest_sequence) == 1:
        assert time.monotonic() < deadline, "nothing is forgotten"
        time.sleep(0.1)
    assert oldest > 1
    # What was read is of no concern to who has read it.
    assert wire.read("read") == []
    # Who has not is told, with the place from which on everything is there.
    for start in ({"subscription": name_of("unread")},
                  {"subscription": name_of("read"), "resume_token": tokens[0]},
                  {"query": query("neck"), "resume_token": query_tokens[0]}):
        with pytest.raises(grpc.RpcError) as error:
            next(wire.subscriptions.Watch(pb.WatchRequest(**start)))
        assert error.value.code() == grpc.StatusCode.OUT_OF_RANGE, start
        assert reason_of(error.value) == "TOKEN_TOO_OLD"
        oldest_token = info_of(error.value).metadata["oldest_token"]
        start.pop("resume_token", None)
        stream = wire.subscriptions.Watch(
            pb.WatchRequest(**start, resume_token=oldest_token))
        assert next(stream).WhichOneof("event") in ("progress", "caught_up",
                                                    "match", "matches")
        stream.cancel()
    # Searches know nothing of it.
    found = wire.searches.Search(
        search_service_pb2.SearchRequest(query=query("neck")))
    assert found.total_full_matches == 2
    server.stop()
