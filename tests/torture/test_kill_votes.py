"""kill -9 at random moments, under votes, imports and merges.

Voters vote and take it back, each vote sent until it is acknowledged, while
papers change and merge. Whatever was acknowledged is there after each crash:
in the end every paper has the votes of its voters, each once, and so has the
board.

PAPERWIRE_TORTURE_ROUNDS and PAPERWIRE_TORTURE_SEED change the run.
"""

from __future__ import annotations

import random
import time
import uuid

import grpc
import torture
from conftest import PATIENCE, Server
from google.protobuf import field_mask_pb2
from torture import Wire, Write, Writer

from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    trending_service_pb2,
    trending_service_pb2_grpc,
)

ROUNDS = torture.rounds(10, 2)
PAPERS = 20
pb = trending_service_pb2


def paper_of(*keys: int) -> paper_pb2.Paper:
    """One paper, or two that turn out to be one."""
    return paper_pb2.Paper(
        title=f"Tortured {keys[0]}", abstract=uuid.uuid4().hex,
        external_ids=[paper_pb2.ExternalId(scheme="key", value=str(key))
                      if key < PAPERS else
                      paper_pb2.ExternalId(scheme="twin",
                                           value=str(key - PAPERS))
                      for key in keys])


class Voter(Writer):
    """Knows which papers it has voted for."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(address, name)
        self.voted: set[int] = set()
        self.votes = 0

    def work(self) -> None:
        with Wire(self.address) as wire:
            stub = trending_service_pb2_grpc.TrendingServiceStub(wire.channel)
            while not self.enough.is_set():
                key = self.chooser.randrange(2 * PAPERS)
                revoke = self.chooser.random() < 0.4
                scheme = "key" if key < PAPERS else "twin"
                request = pb.VotePaperRequest(
                    name=f"papers/{scheme}:{key % PAPERS}",
                    voter=f"users/{self.name}", revoke=revoke)
                answer = self.insist(wire, Write(time.monotonic()),
                                     lambda r=request: stub.VotePaper(r))
                assert answer.cast_vote_count >= (not revoke)
                if revoke:
                    self.voted.discard(key)
                else:
                    self.voted.add(key)
                self.votes += 1


class Changer(Writer):
    """Imports papers again, changed."""

    def work(self) -> None:
        with Wire(self.address) as wire:
            while not self.enough.is_set():
                keys = [k for k in range(2 * PAPERS)
                        if self.chooser.random() < 0.2]
                request_id = str(uuid.uuid4())
                papers = [paper_of(key) for key in keys]
                self.insist(
                    wire, Write(time.monotonic()),
                    lambda r=request_id, p=papers: wire.import_papers(
                        *p, request_id=r))


def counts(wire: Wire) -> list[int]:
    """The votes of every paper, by its key."""
    names = [f"papers/{scheme}:{key}" for scheme in ("key", "twin")
             for key in range(PAPERS)]
    return [paper.cast_vote_count for paper in wire.papers.BatchGetPapers(
        paper_service_pb2.BatchGetPapersRequest(names=names)).papers]


def board(wire: Wire) -> dict[str, int]:
    stub = trending_service_pb2_grpc.TrendingServiceStub(wire.channel)
    return {place.paper.name: place.inputs.vote_count
            for place in stub.ListTrending(pb.ListTrendingRequest(
                window=pb.TRENDING_WINDOW_DAY, page_size=1000,
                read_mask=field_mask_pb2.FieldMask(paths=["name"]))).papers}


def check_board(wire: Wire) -> None:
    """The board says what the papers do."""
    papers = wire.papers.ListPapers(paper_service_pb2.ListPapersRequest(
        page_size=1000,
        date_kind=paper_service_pb2.ListPapersRequest.DATE_KIND_STORED)).papers
    assert board(wire) == {p.name: p.cast_vote_count for p in papers
                           if p.cast_vote_count > 0}


def test_kill_9_under_votes(tmp_path):
    print(f"seed {torture.SEED}, {ROUNDS} rounds")
    chooser = random.Random(torture.SEED)
    server = Server(tmp_path, "--checkpoint-entries", "200")
    server.start()
    with Wire(server.address) as wire:
        wire.import_papers(*(paper_of(key) for key in range(2 * PAPERS)))
    voters = [Voter(server.address, name) for name in ("ada", "emmy", "grace")]
    writers = [*voters, Changer(server.address, "changer")]
    for writer in writers:
        writer.start()
    for _ in range(ROUNDS):
        time.sleep(chooser.uniform(0.02, 0.8) * PATIENCE)
        server.kill()
        for writer in writers:
            writer.check()
        server.start()
    for writer in writers:
        writer.finish()
    votes = sum(voter.votes for voter in voters)
    retries = sum(writer.retries for writer in writers)
    print(f"{votes} votes, {retries} retries")
    assert retries > 0, "no crash hit a write"

    with Wire(server.address) as wire:
        assert counts(wire) == [sum(key in v.voted for v in voters)
                                for key in range(2 * PAPERS)]
        check_board(wire)
        # Each paper and its twin are one: who voted for both counts once.
        wire.import_papers(*(paper_of(key, key + PAPERS)
                             for key in range(PAPERS)))
        merged = [sum(bool({key, key + PAPERS} & v.voted) for v in voters)
                  for key in range(PAPERS)]
        assert counts(wire) == [*merged, *merged]
        check_board(wire)
    server.kill()
    server.start()
    with Wire(server.address) as wire:
        assert counts(wire) == [*merged, *merged]
        check_board(wire)
        with grpc.insecure_channel(server.address) as channel:
            stub = trending_service_pb2_grpc.TrendingServiceStub(channel)
            for voter in voters:
                for key in range(PAPERS):
                    voted = bool({key, key + PAPERS} & voter.voted)
                    answer = stub.VotePaper(pb.VotePaperRequest(
                        name=f"papers/key:{key}", voter=f"users/{voter.name}",
                        revoke=True))
                    assert answer.changed == voted
        assert counts(wire) == [0] * (2 * PAPERS)
        assert board(wire) == {}
    assert not server.errors(), server.errors()
    server.stop()
