"""What the tests of watched boards share: votes that make them change, and a
follower that applies each change to the board it was told before."""

from __future__ import annotations

import queue
import threading
import time

import grpc
from conftest import PATIENCE, Server
from wire import Wire

from paperwire.v1 import paper_pb2
from paperwire.v1 import trending_service_pb2 as pb
from paperwire.v1 import trending_service_pb2_grpc


class Votes:
    """The raw calls of votes and boards."""

    def __init__(self, server: Server) -> None:
        self.wire = Wire(server)
        self.trending = trending_service_pb2_grpc.TrendingServiceStub(
            self.wire.channel)

    def store(self, *papers: str | paper_pb2.Paper) -> list[str]:
        """The names of papers with these titles, stored now."""
        return [verdict.name for verdict in self.wire.import_papers(*papers)]

    def vote(self, name: str, voter: int, revoke: bool = False) -> None:
        self.trending.VotePaper(pb.VotePaperRequest(
            name=name, voter=f"users/v{voter}", revoke=revoke))

    def listed(self, request: pb.WatchTrendingRequest,
               at=None) -> list[pb.TrendingPaper]:
        asked = pb.ListTrendingRequest(
            query=request.query, window=request.window,
            formula=request.formula, page_size=request.max_places or 20,
            as_of_time=at)
        if request.HasField("half_life"):
            asked.half_life.CopyFrom(request.half_life)
        return list(self.trending.ListTrending(asked).papers)


class Followed:
    """A watch on a thread of its own, and the board as it was told."""

    def __init__(self, votes: Votes, before: dict | None = None,
                 **request) -> None:
        self.request = pb.WatchTrendingRequest(**request)
        self.stream = votes.trending.WatchTrending(self.request)
        self.events: queue.Queue = queue.Queue()
        self.papers: dict[str, pb.TrendingPaper] = dict(before or {})
        self.token = ""
        self.at = None  # of the scores
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        try:
            for event in self.stream:
                self.events.put(event)
        except grpc.RpcError as error:
            self.events.put(error)

    def next(self) -> tuple[str, object]:
        """The kind of the next event, and what it tells; it was applied."""
        event = self.events.get(timeout=30 * PATIENCE)
        if isinstance(event, grpc.RpcError):
            return "error", event
        kind = event.WhichOneof("event")
        told = getattr(event, kind)
        self.token = told.resume_token
        assert self.token
        if kind == "board":
            self.papers = {e.paper.name: e for e in told.papers}
        if kind == "change":
            self.apply(told)
        if kind != "progress":
            self.at = told.as_of_time
        assert [e.rank for e in self.board()] == list(
            range(1, len(self.papers) + 1)), told
        return kind, told

    def until(self, kind: str):
        """The next event of this kind; only progress may come before."""
        while True:
            found, told = self.next()
            if found == kind:
                return told
            assert found == "progress", told

    def apply(self, change: pb.TrendingChange) -> None:
        """As the contract says, and nothing else than it says."""
        assert change.enters or change.leaves or change.moves
        for leave in change.leaves:
            assert self.papers.pop(leave.name).rank == leave.from_rank
        for move in change.moves:
            entry = pb.TrendingPaper()
            entry.CopyFrom(self.papers[move.name])
            assert entry.rank == move.from_rank
            entry.rank = move.to_rank
            entry.score = move.score
            entry.inputs.CopyFrom(move.inputs)
            entry.newcomer = move.newcomer
            entry.ClearField("previous_rank")
            if move.HasField("previous_rank"):
                entry.previous_rank = move.previous_rank
            assert entry != self.papers[move.name]
            self.papers[move.name] = entry
        for entry in change.enters:
            assert entry.paper.name not in self.papers
            self.papers[entry.paper.name] = entry

    def board(self) -> list[pb.TrendingPaper]:
        return sorted(self.papers.values(), key=lambda e: e.rank)

    def reach(self, votes: Votes) -> list[str]:
        """Waits for everything up to now, which must be exactly as listed;
        the kinds of the events until then."""
        kinds = []
        wanted = standing(votes.listed(self.request))
        deadline = time.monotonic() + 30 * PATIENCE
        while standing(self.board()) != wanted:
            assert time.monotonic() < deadline, "the board is not told"
            kind, told = self.next()
            assert kind != "error", told
            kinds.append(kind)
        assert bare(self.board()) == bare(votes.listed(self.request, self.at))
        return kinds

    def names(self) -> list[str]:
        return [e.paper.name for e in self.board()]

    def stop(self) -> None:
        self.stream.cancel()


def standing(board: list[pb.TrendingPaper]) -> list[tuple]:
    return [(e.paper.name, e.rank, e.inputs.vote_count,
             e.inputs.total_vote_count) for e in board]


def bare(board: list[pb.TrendingPaper]) -> list[bytes]:
    """All of it but the papers, which a change does not tell again."""
    entries = []
    for e in board:
        entry = pb.TrendingPaper()
        entry.CopyFrom(e)
        entry.paper.Clear()
        entry.paper.name = e.paper.name
        entries.append(entry.SerializeToString(deterministic=True))
    return entries


def pass_the_second_of(at) -> None:
    """Votes of the very second of a token make its board another one."""
    while time.time() < at.seconds + 1:
        time.sleep(0.01)
