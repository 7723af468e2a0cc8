"""TrendingService: votes, and boards of these and those of lists.

Boards count votes, whatever the formula is called.
"""

from __future__ import annotations

import collections
import re
from datetime import date, datetime, timedelta, timezone
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from paperwire.v1 import paper_pb2
from paperwire.v1 import trending_service_pb2 as trending_pb
from paperwire.v1 import trending_service_pb2_grpc as trending_grpc

from .failures import Code, Failure, status_of
from .service import Service

_DAY = timedelta(days=1)
_WINDOWS = {
    trending_pb.TRENDING_WINDOW_DAY: _DAY,
    trending_pb.TRENDING_WINDOW_WEEK: 7 * _DAY,
    trending_pb.TRENDING_WINDOW_MONTH: 30 * _DAY,
}
_UNITS = trending_pb.ListDaysRequest
_VOTER = re.compile("users/[a-z0-9-]{1,63}")


class Place(NamedTuple):
    """A paper on a board."""

    paper: paper_pb2.Paper
    votes: int
    total: int
    first: datetime


class TrendingService(Service, trending_grpc.TrendingServiceServicer):
    async def VotePaper(self, request: Any, context: Any) -> Any:
        await self.begin("VotePaper", context)
        try:
            response = self._vote(request)
        except Failure as failure:
            await failure.abort(context)
        await self.server.notify()
        return response

    def _vote(self, request: Any) -> trending_pb.VotePaperResponse:
        server = self.server
        voter = request.voter or "users/local"
        if not _VOTER.fullmatch(voter):
            raise Failure(
                status_of(
                    Code.INVALID_ARGUMENT,
                    f"voter: {voter!r} is no user",
                    field="voter",
                )
            )
        paper = server.find(request.name)
        withdrawn = paper.state == paper_pb2.Paper.STATE_WITHDRAWN
        if withdrawn and not request.revoke:
            raise Failure(
                status_of(
                    Code.FAILED_PRECONDITION,
                    f"{paper.name} is withdrawn: votes for it can only be "
                    "taken back",
                    "PAPER_WITHDRAWN",
                )
            )
        changed = server.vote(paper, voter, request.revoke)
        return trending_pb.VotePaperResponse(
            name=paper.name,
            cast_vote_count=len(server.voters[paper.name]),
            changed=changed,
            sequence=server.sequence if changed else 0,
        )

    async def ListTrending(self, request: Any, context: Any) -> Any:
        await self.begin("ListTrending", context)
        self.server.boards.append(request)
        try:
            return self._list(request)
        except Failure as failure:
            await failure.abort(context)

    async def WatchTrending(self, request: Any, context: Any) -> Any:
        await self.begin("WatchTrending", context)
        server = self.server
        asked = trending_pb.ListTrendingRequest(
            query=request.query,
            window=request.window,
            formula=request.formula,
            page_size=request.max_places or 20,
        )
        if request.HasField("half_life"):
            asked.half_life.CopyFrom(request.half_life)
        try:
            told = self._told(request, asked)
            while True:
                now = self._list(asked)
                token = f"{len(server.told_boards)}-{_mark(asked)}"
                event = _event(told, now, token)
                server.told_boards[token] = told = now
                yield event
                await server.wait()
        except Failure as failure:
            await failure.abort(context)

    def _told(
        self, request: Any, asked: Any
    ) -> Optional[trending_pb.ListTrendingResponse]:
        token = request.resume_token
        if token and token.partition("-")[2] != _mark(asked):
            raise Failure(
                status_of(
                    Code.INVALID_ARGUMENT,
                    "resume_token: is of another board",
                    field="resume_token",
                )
            )
        return self.server.told_boards.get(token)

    def _list(self, request: Any) -> trending_pb.ListTrendingResponse:
        formula = request.formula or trending_pb.TRENDING_FORMULA_VOTES
        if (
            request.HasField("half_life")
            and formula != trending_pb.TRENDING_FORMULA_VELOCITY
        ):
            raise Failure(
                status_of(
                    Code.INVALID_ARGUMENT,
                    "half_life: is of TRENDING_FORMULA_VELOCITY only",
                    field="half_life",
                )
            )
        window = request.window or trending_pb.TRENDING_WINDOW_WEEK
        moment = datetime.now(timezone.utc)
        if request.HasField("as_of_time"):
            moment = request.as_of_time.ToDatetime(timezone.utc)
        at, _, token_moment = request.page_token.partition("@")
        if token_moment:
            moment = datetime.fromisoformat(token_moment)
        begin = int(at or 0)
        end = begin + min(request.page_size or 20, 1000)
        board = self._board(request, window, moment)
        before = {
            place.paper.name: rank
            for rank, place in enumerate(
                self._board(request, window, moment - _DAY), 1
            )
        }
        response = trending_pb.ListTrendingResponse(
            next_page_token=f"{end}@{moment.isoformat()}"
            if end < len(board)
            else "",
            total_size=len(board),
            window=window,
            formula=formula,
            formula_text="votes in the window",
        )
        response.as_of_time.FromDatetime(moment)
        if window in _WINDOWS:
            response.start_time.FromDatetime(moment - _WINDOWS[window])
        for rank, place in enumerate(board[begin:end], begin + 1):
            entry = response.papers.add(
                rank=rank,
                score=place.votes,
                paper=place.paper,
                previous_rank=before.get(place.paper.name),
                newcomer=moment - place.first < _DAY,
            )
            entry.inputs.vote_count = place.votes
            entry.inputs.total_vote_count = place.total
            entry.inputs.first_vote_time.FromDatetime(place.first)
        return response

    def _board(
        self, request: Any, window: int, moment: datetime
    ) -> List[Place]:
        match = self.server.matcher(request.query)
        start: Optional[datetime] = None
        if window in _WINDOWS:
            start = moment - _WINDOWS[window]
        board = []
        for paper in self.server.papers.values():
            votes = [
                vote
                for vote in self._votes(paper)
                if vote[0] <= moment and match(paper)[0]
            ]
            counted = sum(n for at, n in votes if start is None or at > start)
            if counted:
                total = sum(n for _, n in votes)
                board.append(Place(paper, counted, total, votes[0][0]))
        return sorted(board, key=lambda place: -place.votes)

    def _votes(self, paper: paper_pb2.Paper) -> List[Tuple[datetime, int]]:
        """Returns when a paper got how many votes, in order."""
        most: collections.Counter[str] = collections.Counter()
        votes = [(at, 1) for at in self.server.cast[paper.name]]
        for feature in sorted(paper.features, key=lambda f: f.day):
            gained = feature.vote_count - most[feature.source]
            if gained > 0:
                most[feature.source] = feature.vote_count
                day = datetime.fromisoformat(feature.day)
                votes.append((day.replace(tzinfo=timezone.utc), gained))
        return sorted(votes)

    async def ListDays(self, request: Any, context: Any) -> Any:
        await self.begin("ListDays", context)
        spans: Dict[str, Dict[str, int]] = collections.defaultdict(dict)
        ends: Dict[str, Tuple[date, date]] = {}
        for paper in self.server.papers.values():
            for feature in paper.features:
                day = date.fromisoformat(feature.day)
                label, first, last = _span(day, request.unit)
                ends[label] = (first, last)
                best = spans[label].get(paper.name, 0)
                spans[label][paper.name] = max(best, feature.vote_count)
        labels = sorted(spans, reverse=True)
        begin = int(request.page_token or 0)
        end = begin + min(request.page_size or 50, 1000)
        return trending_pb.ListDaysResponse(
            days=[
                trending_pb.FeaturedDay(
                    label=label,
                    start_day=ends[label][0].isoformat(),
                    end_day=ends[label][1].isoformat(),
                    paper_count=len(spans[label]),
                    vote_count=sum(spans[label].values()),
                )
                for label in labels[begin:end]
            ],
            next_page_token=str(end) if end < len(labels) else "",
        )


def _mark(asked: Any) -> str:
    data: bytes = asked.SerializeToString(deterministic=True)
    return data.hex()


def _event(
    told: Optional[trending_pb.ListTrendingResponse],
    now: trending_pb.ListTrendingResponse,
    token: str,
) -> trending_pb.WatchTrendingResponse:
    """What takes a reader from one board to another."""
    shared = {
        "total_size": now.total_size,
        "as_of_time": now.as_of_time,
        "resume_token": token,
    }
    if told is None:
        return trending_pb.WatchTrendingResponse(
            board=trending_pb.TrendingBoard(
                papers=now.papers,
                window=now.window,
                formula=now.formula,
                formula_text=now.formula_text,
                **shared,
            )
        )
    before = {entry.paper.name: entry for entry in told.papers}
    names = {entry.paper.name for entry in now.papers}
    change = trending_pb.TrendingChange(**shared)
    for name, entry in before.items():
        if name not in names:
            change.leaves.add(name=name, from_rank=entry.rank)
    for entry in now.papers:
        was = before.get(entry.paper.name)
        if was is None:
            change.enters.append(entry)
        elif was != entry:
            change.moves.add(
                name=entry.paper.name,
                from_rank=was.rank,
                to_rank=entry.rank,
                score=entry.score,
                inputs=entry.inputs,
                previous_rank=entry.previous_rank
                if entry.HasField("previous_rank")
                else None,
                newcomer=entry.newcomer,
            )
    if change.enters or change.leaves or change.moves:
        return trending_pb.WatchTrendingResponse(change=change)
    return trending_pb.WatchTrendingResponse(
        progress=trending_pb.TrendingProgress(**shared)
    )


def _span(day: date, unit: int) -> Tuple[str, date, date]:
    if unit == _UNITS.UNIT_WEEK:
        year, week, weekday = day.isocalendar()
        monday = day - (weekday - 1) * _DAY
        return f"{year}-W{week:02d}", monday, monday + 6 * _DAY
    if unit == _UNITS.UNIT_MONTH:
        first = day.replace(day=1)
        after = (first + 31 * _DAY).replace(day=1)
        return f"{day:%Y-%m}", first, after - _DAY
    return day.isoformat(), day, day
