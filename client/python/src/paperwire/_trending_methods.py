"""Votes, boards and days of curators: the methods of both clients."""

from __future__ import annotations

import functools
import weakref
from typing import Any, Dict, Optional, Union

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._blocking import Calls
from paperwire._channel import timed_out
from paperwire._convert import Span, Time, from_timestamp, to_mask
from paperwire._following import watch_patience
from paperwire._requests import Fields
from paperwire._trending_core import TrendingCore, watch_trending_request
from paperwire.days import AsyncDayList, DayList, days_request
from paperwire.papers import Paper
from paperwire.query import AnyQuery, Query
from paperwire.rise import (
    FIELDS,
    Rise,
    ask_at,
    board_request,
    entry_of,
    moments,
    rise_of_boards,
    rise_of_lists,
)
from paperwire.trending import Trending, next_page, trending_request
from paperwire.trending_watch import AsyncTrendingWatch, TrendingWatch
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import trending_service_pb2 as pb
from paperwire.voting import VoteResult, name_in_request, vote_request
from paperwire.watch import AsyncWatch, Watch

# Events that are fetched ahead: as few as can be, since the server makes one
# of all that happens while nobody reads.
_AHEAD = 1


class TrendingMethods:
    """What `Client` does with votes."""

    _calls: Calls
    _watches: weakref.WeakSet[Union[Watch, TrendingWatch]]

    def vote(
        self,
        paper: Union[str, Paper],
        *,
        voter: Optional[str] = None,
        revoke: bool = False,
        timeout: Optional[float] = None,
    ) -> VoteResult:
        """Casts a vote for a paper, or takes it back.

        A voter has one vote for each paper: voting again changes nothing. A
        vote counts in the paper's `votes`, in queries (`votes:>=1`) and, from
        now on, on boards; one that is taken back never was.

            client.vote("arxiv:2410.01131")
            client.vote(paper, voter="ada", revoke=True)

        Args:
            paper: Any of its names, see `get`; or a `Paper` that the server
                gave.
            voter: Who votes: `ada` or `users/ada`, of 1 to 63 lower-case
                letters, digits and hyphens. None: the server's `users/local`.
            revoke: Take the vote back.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such paper.
            FailedPrecondition: It is withdrawn (reason PAPER_WITHDRAWN); a
                vote for it can only be taken back.
            InvalidArgument: That is no name of a voter.
            ValueError: That names no paper, or no user.
        """
        request = vote_request(paper, voter, revoke)
        return VoteResult.from_proto(
            self._calls.unary(_rpc.VOTE_PAPER, request, timeout)
        )

    def trending(
        self,
        query: AnyQuery = "",
        *,
        window: str = "week",
        formula: str = "votes",
        half_life: Optional[Span] = None,
        as_of: Optional[Time] = None,
        limit: Optional[int] = 20,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Trending:
        """Returns the papers that lead a board by their votes, best first.

        A board holds the papers that got a vote in its window. Votes are
        those cast here, from the moment they were cast on, and those on the
        lists of curators ("hf-daily"), from the day of the list, 00:00 UTC,
        on.

            client.trending(window="day")
            client.trending("has:code", as_of="2024-10-03", limit=None)
            client.trending(formula="velocity", half_life=6 * 3600)

        Args:
            query: Only full matches of this text or `Query`, with its
                filters; empty for all papers. The order is that of the board.
            window: Which votes count, before the moment of the board: day
                (24 hours), week (7 days), month (30 days) or all.
            formula: How votes become a score. votes: their number.
                hacker-news: (votes - 1)^0.8 / (age in hours + 2)^1.8.
                reddit-hot: log10 of the votes; half a day later is worth ten
                times as many. velocity: the votes, each faded by half every
                `half_life`. wilson: the lower bound of the share of votes
                that are for the paper.
            half_life: Of velocity only: seconds, or a timedelta, from one
                minute to ten years. None: one day.
            as_of: The moment of the board; only votes up to it count. A date,
                or text without a clock ("2024-10-03", "2024-10"), is the end
                of that day or month: 23:59:59 UTC of its last day. None: now.
            limit: How many papers at most; more than 1,000 take further
                calls. None: the whole board.
            fields: Which fields of the papers to return ("title,authors").
            timeout: Seconds that a page may take.

        Raises:
            InvalidQuery: The text cannot be parsed; says where.
            InvalidArgument: Another part of the request is wrong: a half-life
                that is out of range, or beside another formula.
            ValueError: An argument is none of its known values.
        """
        request = trending_request(
            query, window, formula, half_life, as_of, limit, fields
        )
        answer = self._calls.unary(_rpc.LIST_TRENDING, request, timeout)
        while next_page(request, answer, limit):
            answer.MergeFrom(
                self._calls.unary(_rpc.LIST_TRENDING, request, timeout)
            )
        return Trending(Query.from_proto(request.query), answer)

    def watch_trending(
        self,
        query: AnyQuery = "",
        *,
        window: str = "week",
        formula: str = "votes",
        half_life: Optional[Span] = None,
        places: int = 20,
        resume_token: Optional[str] = None,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> TrendingWatch:
        """Waits for what happens on a board: papers enter, leave and move.

            for event in client.watch_trending(window="day"):
                for entry in event.entered:
                    print("new at", entry.rank, entry.title)
                event.board        # the whole board now

        The first event is the board as it stands. Boards change by votes and
        by time; what comes within 250 ms makes one event. A connection that
        breaks is made anew, for as long as it takes, and what happened
        meanwhile comes as one event. So it does, after a restart of your
        program, with the `token` of the last event as `resume_token`.

        Args:
            query: Only full matches of this text or `Query`, with its
                filters; empty for all papers.
            window: Which votes count; see `trending`.
            formula: How they count; see `trending`.
            half_life: Of velocity only; see `trending`.
            places: How deep the board is followed, 1 to 1,000. A paper that
                falls below leaves.
            resume_token: Go on behind this token of an earlier watch of the
                same board, as deep (`event.token`): the first event is what
                happened since, if anything did.
            fields: Which fields of the papers to return ("title,authors").
            timeout: End the loop after so many seconds without an event; a
                new loop over the same watch goes on. None: never.

        Raises:
            InvalidQuery: The text cannot be parsed; says where.
            InvalidArgument: The token is not one of this board and server, or
                another part of the request is wrong.
            Unavailable: There is no server.
            ValueError: An argument is none of its known values.
        """
        request = watch_trending_request(
            query, window, formula, half_life, places, resume_token, fields
        )

        def list_board(
            asked: pb.ListTrendingRequest,
        ) -> pb.ListTrendingResponse:
            return self._calls.unary(_rpc.LIST_TRENDING, asked, None)

        watch = TrendingWatch(
            TrendingCore(request, watch_patience(self._calls)),
            lambda r: self._calls.stream(_rpc.WATCH_TRENDING, r, _AHEAD),
            list_board=list_board,
            **_options(self._calls, timeout),
        )
        self._watches.add(watch)
        return watch

    def rise(
        self, paper: Union[str, Paper], *, timeout: Optional[float] = None
    ) -> Rise:
        """Returns how the votes of a paper rose, to be looked at.

            client.rise("arxiv:2410.01131")   # a line in a notebook

        Of a paper with votes that were cast here, it is the votes up to the
        end of each day, as `trending` counts them, from the first vote to
        now: one call for each day, and no more than 60 (of a longer time, at
        even distances). Votes that were taken back since do not show.

        Of other papers it is what the lists that featured them say: the votes
        when the list of that day was saved, not when people voted. A paper
        that was featured once has one point. Votes that its sources count
        without a day show nowhere; nor do, for a paper without an external
        id, those cast here, whose number `unplaced` tells.

        Args:
            paper: Any of its names, see `get`; or a `Paper` that the server
                gave.
            timeout: Seconds that each call may take.

        Raises:
            NotFound: There is no such paper.
            ValueError: That names no paper.
        """
        read = papers_pb.GetPaperRequest(
            name=name_in_request(paper), read_mask=to_mask(FIELDS)
        )
        found = Paper.from_proto(
            self._calls.unary(_rpc.GET_PAPER, read, timeout)
        )
        request = board_request(found)
        if not found.cast_votes or not request.query.text:
            return rise_of_lists(found)
        answer = self._calls.unary(_rpc.LIST_TRENDING, request, timeout)
        now = from_timestamp(answer.as_of_time)
        total, first = entry_of(found, answer)
        if not total:  # withdrawn: it is on no board
            return rise_of_lists(found)
        counted = []
        for moment in moments(first, now):
            ask_at(request, moment)
            answer = self._calls.unary(_rpc.LIST_TRENDING, request, timeout)
            counted.append((moment, entry_of(found, answer)[0]))
        return rise_of_boards(found, [*counted, (now, total)])

    def days(
        self,
        unit: str = "day",
        *,
        limit: Optional[int] = None,
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> DayList:
        """Lists the days on which curators featured papers, newest first.

        The papers of one are listed by `list(day=day.start_day,
        by="featured")`, the most votes of that day first.

        Args:
            unit: Whether to put days together: day, week (ISO 8601, from
                Monday on) or month.
            limit: How many at most. None: all.
            page_size: Days fetched at once, 1 to 1,000.
            timeout: Seconds that a page may take.

        Raises:
            ValueError: There is no such unit, or no such number.
        """
        request = days_request(unit, limit, page_size)

        def fetch() -> None:
            answer = self._calls.unary(_rpc.LIST_DAYS, request, timeout)
            days._take(request, answer, limit)

        days = DayList(fetch)
        fetch()
        return days


class AsyncTrendingMethods:
    """What `AsyncClient` does with votes."""

    _calls: AsyncCalls
    _watches: weakref.WeakSet[Union[AsyncWatch, AsyncTrendingWatch]]

    async def vote(
        self,
        paper: Union[str, Paper],
        *,
        voter: Optional[str] = None,
        revoke: bool = False,
        timeout: Optional[float] = None,
    ) -> VoteResult:
        """Casts a vote, or takes it back; as `Client.vote`."""
        request = vote_request(paper, voter, revoke)
        return VoteResult.from_proto(
            await self._calls.unary(_rpc.VOTE_PAPER, request, timeout)
        )

    async def trending(
        self,
        query: AnyQuery = "",
        *,
        window: str = "week",
        formula: str = "votes",
        half_life: Optional[Span] = None,
        as_of: Optional[Time] = None,
        limit: Optional[int] = 20,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Trending:
        """Returns the papers that lead a board; as `Client.trending`."""
        request = trending_request(
            query, window, formula, half_life, as_of, limit, fields
        )
        answer = await self._calls.unary(_rpc.LIST_TRENDING, request, timeout)
        while next_page(request, answer, limit):
            answer.MergeFrom(
                await self._calls.unary(_rpc.LIST_TRENDING, request, timeout)
            )
        return Trending(Query.from_proto(request.query), answer)

    def watch_trending(
        self,
        query: AnyQuery = "",
        *,
        window: str = "week",
        formula: str = "votes",
        half_life: Optional[Span] = None,
        places: int = 20,
        resume_token: Optional[str] = None,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> AsyncTrendingWatch:
        """Waits for what happens on a board; as `Client.watch_trending`.

        The first `async for` or `async with` connects.
        """
        request = watch_trending_request(
            query, window, formula, half_life, places, resume_token, fields
        )

        async def list_board(
            asked: pb.ListTrendingRequest,
        ) -> pb.ListTrendingResponse:
            return await self._calls.unary(_rpc.LIST_TRENDING, asked, None)

        watch = AsyncTrendingWatch(
            TrendingCore(request, watch_patience(self._calls)),
            lambda r: self._calls.stream(_rpc.WATCH_TRENDING, r),
            list_board=list_board,
            **_options(self._calls, timeout),
        )
        self._watches.add(watch)
        return watch

    async def rise(
        self, paper: Union[str, Paper], *, timeout: Optional[float] = None
    ) -> Rise:
        """Returns how the votes of a paper rose; as `Client.rise`."""
        read = papers_pb.GetPaperRequest(
            name=name_in_request(paper), read_mask=to_mask(FIELDS)
        )
        found = Paper.from_proto(
            await self._calls.unary(_rpc.GET_PAPER, read, timeout)
        )
        request = board_request(found)
        if not found.cast_votes or not request.query.text:
            return rise_of_lists(found)
        answer = await self._calls.unary(_rpc.LIST_TRENDING, request, timeout)
        now = from_timestamp(answer.as_of_time)
        total, first = entry_of(found, answer)
        if not total:  # withdrawn: it is on no board
            return rise_of_lists(found)
        counted = []
        for moment in moments(first, now):
            ask_at(request, moment)
            answer = await self._calls.unary(
                _rpc.LIST_TRENDING, request, timeout
            )
            counted.append((moment, entry_of(found, answer)[0]))
        return rise_of_boards(found, [*counted, (now, total)])

    async def days(
        self,
        unit: str = "day",
        *,
        limit: Optional[int] = None,
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> AsyncDayList:
        """Lists the days on which papers were featured; as `Client.days`."""
        request = days_request(unit, limit, page_size)

        async def fetch() -> None:
            answer = await self._calls.unary(_rpc.LIST_DAYS, request, timeout)
            days._take(request, answer, limit)

        days = AsyncDayList(fetch)
        await fetch()
        return days


def _options(
    calls: Union[Calls, AsyncCalls], timeout: Optional[float]
) -> Dict[str, Any]:
    return {
        "timeout": timeout,
        "open_timeout": calls.timeout,
        "timed_out": functools.partial(timed_out, calls.endpoint.target),
    }
