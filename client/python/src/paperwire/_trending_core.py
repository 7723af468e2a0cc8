"""A watch of a board without its connection: the board, and what changes it.

    request() ──► server ──► feed(event): what happened, or nothing
        ▲                        │
        └── lost(error): wait ◄──┘ the stream ended

A change is told against the board that came before. Who starts from a token
has none: `missing` says which board to list, once, before the first event is
fed.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Dict, Optional, Tuple

import grpc

from paperwire import _render
from paperwire._channel import Patience
from paperwire._convert import Span, from_timestamp, to_duration, to_mask
from paperwire._requests import Fields
from paperwire.query import AnyQuery, Query, query_proto
from paperwire.trending import (
    Trending,
    TrendingPaper,
    to_formula,
    to_window,
)
from paperwire.v1 import trending_service_pb2 as pb

MOST_PLACES = 1000


@dataclasses.dataclass(frozen=True)
class TrendingLeave:
    """A paper that left a board, or fell below the places that are followed.

    Attributes:
        name: The paper's name. It may be deleted.
        from_rank: The rank it had.
        before: It, as it stood on the board before; None, if that is not
            known, because the watch began from a token.
    """

    name: str
    from_rank: int
    before: Optional[TrendingPaper] = None


@dataclasses.dataclass(frozen=True)
class TrendingMove:
    """A paper that changed on a board.

    Attributes:
        from_rank: The rank it had.
        now: It, as it stands on the board now; of the same rank, if only its
            votes, its score or its place of 24 hours before are different.
    """

    from_rank: int
    now: TrendingPaper

    @property
    def name(self) -> str:
        """The paper's name."""
        return self.now.name

    @property
    def to_rank(self) -> int:
        """The rank it has."""
        return self.now.rank


@dataclasses.dataclass(frozen=True)
class TrendingEvent:
    """What happened on a board that is watched.

    Attributes:
        board: The whole board now, as deep as it is followed.
        entered: Papers that were not on the board before, by rank.
        left: Papers that are not on it any more, by the ranks they had.
        moved: Papers that are on both and changed, by rank.
        token: Covers this event and all before it.
        anew: The server sent the whole board, at the start or because it
            could not tell what happened since. The lists are then what is
            different from the board before, if there was one.
    """

    board: Trending
    entered: Tuple[TrendingPaper, ...]
    left: Tuple[TrendingLeave, ...]
    moved: Tuple[TrendingMove, ...]
    token: str
    anew: bool = False

    def __repr__(self) -> str:
        facts = [f"{len(self.entered)} entered", f"{len(self.left)} left"]
        facts.append(f"{len(self.moved)} moved")
        if self.anew:
            facts.append("anew")
        facts.append(_render.count(len(self.board), "paper"))
        return f"TrendingEvent({', '.join(facts)})"


def watch_trending_request(
    query: AnyQuery,
    window: str,
    formula: str,
    half_life: Optional[Span],
    places: int,
    resume_token: Optional[str],
    fields: Fields,
) -> pb.WatchTrendingRequest:
    """Makes the request of a watch's first connection.

    Raises:
        ValueError: A window, formula or number that there is not.
        TypeError: As `query_proto`.
    """
    if not 1 <= places <= MOST_PLACES:
        raise ValueError(f"places: {places} is not in 1 to 1,000")
    request = pb.WatchTrendingRequest(
        query=query_proto(query),
        window=to_window(window),
        formula=to_formula(formula),
        max_places=places,
        resume_token=resume_token or "",
        read_mask=to_mask(fields),
    )
    if half_life is not None:
        request.half_life.CopyFrom(to_duration(half_life, "half_life"))
    return request


class TrendingCore:
    """The state of one watch. Not for several threads at once."""

    def __init__(
        self, request: pb.WatchTrendingRequest, patience: Patience
    ) -> None:
        self._request = request
        self._patience = patience
        self._query = Query.from_proto(request.query)
        self._papers: Dict[str, TrendingPaper] = {}
        self.board: Optional[Trending] = None
        self.token = request.resume_token
        self.count = 0  # of the events that tell something

    @property
    def title(self) -> str:
        """What is watched, for people."""
        return repr(_render.plain(self._request.query.text))

    def request(self) -> pb.WatchTrendingRequest:
        """Returns the request for a new connection."""
        if self.token:
            self._request.resume_token = self.token
        return self._request

    def lost(self, error: Optional[grpc.RpcError]) -> float:
        """Returns the seconds to wait; raises when the watch is over."""
        return self._patience.lost(error)

    def missing(
        self, event: pb.WatchTrendingResponse
    ) -> Optional[pb.ListTrendingRequest]:
        """Returns what to list before this event is fed, if anything."""
        kind = event.WhichOneof("event")
        if self.board is not None or kind not in ("change", "progress"):
            return None
        told = event.change if kind == "change" else event.progress
        asked = self._request
        request = pb.ListTrendingRequest(
            query=asked.query,
            window=asked.window,
            formula=asked.formula,
            as_of_time=told.as_of_time,
            page_size=asked.max_places,
            read_mask=asked.read_mask,
        )
        if request.read_mask.paths and "name" not in request.read_mask.paths:
            request.read_mask.paths.append("name")
        if asked.HasField("half_life"):
            request.half_life.CopyFrom(asked.half_life)
        return request

    def begin(self, answer: pb.ListTrendingResponse) -> None:
        """Takes in the board that was missing."""
        self._take(Trending(self._query, answer))

    def feed(self, event: pb.WatchTrendingResponse) -> Optional[TrendingEvent]:
        """Takes in an event; returns what it tells, if anything.

        An event of a later contract tells nothing here.
        """
        self._patience.worked()
        kind = event.WhichOneof("event")
        told: Optional[TrendingEvent] = None
        if kind == "board":
            self.token = event.board.resume_token
            told = self._anew(event.board)
        elif kind == "change":
            self.token = event.change.resume_token
            told = self._changed(event.change)
        elif kind == "progress" and self.board is not None:
            self.token = event.progress.resume_token
            self.board = self.board.later(
                self.board,
                from_timestamp(event.progress.as_of_time),
                event.progress.total_size,
            )
        self.count += told is not None
        return told

    def _take(self, board: Trending) -> None:
        self.board = board
        self._papers = {entry.name: entry for entry in board}

    def _anew(self, whole: pb.TrendingBoard) -> TrendingEvent:
        known = self.board is not None
        before = self._papers
        answer = pb.ListTrendingResponse(
            papers=whole.papers,
            window=whole.window,
            formula=whole.formula,
            formula_text=whole.formula_text,
        )
        at = from_timestamp(whole.as_of_time)
        board = Trending(self._query, answer)
        board = board.later(board, at, whole.total_size)
        self._take(board)
        if not known:
            return TrendingEvent(board, (), (), (), self.token, anew=True)
        return TrendingEvent(
            board,
            tuple(entry for entry in board if entry.name not in before),
            tuple(
                TrendingLeave(name, entry.rank, entry)
                for name, entry in before.items()
                if name not in self._papers
            ),
            tuple(
                TrendingMove(before[entry.name].rank, entry)
                for entry in board
                if entry.name in before and before[entry.name] != entry
            ),
            self.token,
            anew=True,
        )

    def _changed(self, change: pb.TrendingChange) -> TrendingEvent:
        assert self.board is not None  # it was missing before
        papers = dict(self._papers)
        left = tuple(
            TrendingLeave(
                leave.name, leave.from_rank, papers.pop(leave.name, None)
            )
            for leave in change.leaves
        )
        moved = []
        for move in change.moves:
            # A board that was listed may have lost what comes as lost later.
            if move.name in papers:
                now = _moved(papers[move.name], move)
                papers[move.name] = now
                moved.append(TrendingMove(move.from_rank, now))
        entered = tuple(map(TrendingPaper.from_proto, change.enters))
        papers.update((entry.name, entry) for entry in entered)
        at: datetime = from_timestamp(change.as_of_time)
        entries = sorted(papers.values(), key=lambda entry: entry.rank)
        board = self.board.later(entries, at, change.total_size)
        self._take(board)
        return TrendingEvent(board, entered, left, tuple(moved), self.token)


def _moved(before: TrendingPaper, move: pb.TrendingMove) -> TrendingPaper:
    """What became of a paper on a board."""
    return dataclasses.replace(
        before,
        rank=move.to_rank,
        score=move.score,
        votes=move.inputs.vote_count,
        total_votes=move.inputs.total_vote_count,
        first_vote_time=from_timestamp(move.inputs.first_vote_time),
        previous_rank=(
            move.previous_rank if move.HasField("previous_rank") else None
        ),
        newcomer=move.newcomer,
    )
