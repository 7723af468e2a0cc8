"""kill -9 at random moments, under import and watch.

A ledger holds what was acknowledged; a watcher that stores its token with its
work starts again from it after every crash. At the end every acknowledged
paper is there, searchable, and was delivered exactly once, in journal order.

PAPERWIRE_TORTURE_ROUNDS and PAPERWIRE_TORTURE_SEED change the run.
"""

from __future__ import annotations

import os
import random
import threading
import time
import uuid

import grpc
from conftest import PATIENCE, Server

from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    paper_service_pb2_grpc,
    query_pb2,
    subscription_service_pb2,
    subscription_service_pb2_grpc,
)

ROUNDS = int(os.environ.get("PAPERWIRE_TORTURE_ROUNDS",
                            50 if PATIENCE == 1 else 5))
SEED = int(os.environ.get("PAPERWIRE_TORTURE_SEED", time.time_ns() % 10**9))


class Importer(threading.Thread):
    """Sends batches until told to stop; every one until it is acknowledged."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.address = address
        self.acknowledged: dict[str, str] = {}  # title to name
        self.retries = 0
        self.enough = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            chooser = random.Random(f"{SEED} {self.name}")
            batch = 0
            while not self.enough.is_set():
                titles = [f"Tortured {self.name} {batch} {i}"
                          for i in range(chooser.randint(1, 40))]
                self.send(titles)
                batch += 1
        except Exception as error:  # seen by the test
            self.error = error

    def send(self, titles: list[str]) -> None:
        request = paper_service_pb2.ImportPapersRequest(
            request_id=str(uuid.uuid4()),
            items=[paper_service_pb2.ImportItem(paper=paper_pb2.Paper(
                title=t, abstract="A paper that is here to be tortured."))
                for t in titles])
        while True:
            try:
                with grpc.insecure_channel(self.address) as channel:
                    stub = paper_service_pb2_grpc.PaperServiceStub(channel)
                    answer = next(stub.ImportPapers(iter([request]),
                                                    timeout=20 * PATIENCE))
                break
            except (grpc.RpcError, StopIteration) as error:
                code = getattr(error, "code", lambda: None)()
                assert code in (grpc.StatusCode.UNAVAILABLE,
                                grpc.StatusCode.CANCELLED, None), error
                self.retries += 1
                time.sleep(0.02)
        assert len(answer.verdicts) == len(titles)
        for title, verdict in zip(titles, answer.verdicts):
            assert verdict.outcome == verdict.OUTCOME_CREATED, verdict
            self.acknowledged[title] = verdict.name


class Watcher(threading.Thread):
    """Takes matches and keeps the token with them; forgets all else."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.delivered: list[tuple[int, str]] = []  # sequence, title
        self.token = ""
        self.covered = 0
        self.enough = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                try:
                    self.follow()
                except grpc.RpcError as error:
                    assert error.code() in (
                        grpc.StatusCode.UNAVAILABLE,
                        grpc.StatusCode.CANCELLED), error
                    time.sleep(0.02)
        except Exception as error:
            self.error = error

    def follow(self) -> None:
        start = ({"resume_token": self.token} if self.token else
                 {"position":
                  subscription_service_pb2.WatchRequest.POSITION_BEGINNING})
        with grpc.insecure_channel(self.address) as channel:
            stub = subscription_service_pb2_grpc.SubscriptionServiceStub(
                channel)
            for event in stub.Watch(subscription_service_pb2.WatchRequest(
                    query=query_pb2.Query(text="tortured"), **start)):
                assert not event.HasField("reset"), event
                if event.HasField("match"):
                    match = event.match
                    assert match.sequence > self.covered, \
                        "a match behind a progress"
                    self.delivered.append((match.sequence, match.paper.title))
                    self.token = match.resume_token
                    self.covered = match.sequence
                elif event.HasField("progress"):
                    assert event.progress.sequence >= self.covered
                    self.token = event.progress.resume_token
                    self.covered = event.progress.sequence
                if self.enough.is_set():
                    return


def test_kill_9_under_import_and_watch(tmp_path):
    print(f"seed {SEED}, {ROUNDS} rounds")
    chooser = random.Random(SEED)
    # Small groups and frequent checkpoints put a crash in every place.
    server = Server(tmp_path, "--checkpoint-entries", "200",
                    "--heartbeat", "200ms")
    server.start()
    importers = [Importer(server.address, name) for name in ("one", "two")]
    watcher = Watcher(server.address)
    threads = [*importers, watcher]
    for thread in threads:
        thread.start()
    for _ in range(ROUNDS):
        time.sleep(chooser.uniform(0.02, 0.6) * PATIENCE)
        server.kill()
        server.start()
        for thread in threads:
            assert thread.error is None, repr(thread.error)
            assert thread.is_alive()
    for importer in importers:
        importer.enough.set()
    for importer in importers:
        importer.join(60 * PATIENCE)
        assert importer.error is None, repr(importer.error)

    acknowledged: dict[str, str] = {}
    for importer in importers:
        acknowledged.update(importer.acknowledged)
    assert len(acknowledged) > 10 * ROUNDS
    with server.client() as client:
        head = client.stats().sequence
        assert client.search("tortured", strict=True).total == \
            len(acknowledged)
        found = {p.title: p.name for p in client.export("tortured")}
        assert found == acknowledged
        deadline = time.monotonic() + 60 * PATIENCE
        while watcher.covered < head:
            assert watcher.error is None, repr(watcher.error)
            assert time.monotonic() < deadline, "the watcher is not through"
            time.sleep(0.05)
    watcher.enough.set()
    sequences = [s for s, _ in watcher.delivered]
    titles = [t for _, t in watcher.delivered]
    assert sequences == sorted(sequences), "not in journal order"
    assert len(titles) == len(set(titles)), "delivered twice"
    assert set(titles) == set(acknowledged), "lost"
    retries = sum(i.retries for i in importers)
    print(f"{len(acknowledged)} papers acknowledged, {retries} retries")
    assert retries > 0, "no crash hit an import"
    server.stop()
