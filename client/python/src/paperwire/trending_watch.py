"""A board that is watched, as an iterator of what happens on it.

for event in client.watch_trending(window="day"):
    for entry in event.entered:
        print("new at", entry.rank, entry.title)
"""

from __future__ import annotations

import time
from typing import (
    Any,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Optional,
    Type,
)

from paperwire import _render
from paperwire._asyncio import AsyncReader
from paperwire._following import AsyncFollowing, Following
from paperwire._streams import Reader
from paperwire._trending_core import (
    TrendingCore,
    TrendingEvent,
    TrendingLeave,
    TrendingMove,
)
from paperwire.trending import Trending
from paperwire.v1 import trending_service_pb2 as pb

__all__ = [
    "AsyncTrendingWatch",
    "TrendingEvent",
    "TrendingLeave",
    "TrendingMove",
    "TrendingWatch",
]


class TrendingWatch(
    Following[pb.WatchTrendingResponse], Iterator[TrendingEvent]
):
    """What happens on a board; see `Client.watch_trending`.

    When it has been made, the board is known. It connects anew by itself for
    as long as it takes, and then hands out what happened since as one event.
    One thread may iterate; `stop` may be called from any.
    """

    _core: TrendingCore

    def __init__(
        self,
        core: TrendingCore,
        connect: Callable[
            [pb.WatchTrendingRequest], Reader[pb.WatchTrendingResponse]
        ],
        *,
        list_board: Callable[[pb.ListTrendingRequest], pb.ListTrendingResponse],
        timeout: Optional[float],
        open_timeout: float,
        timed_out: Callable[[], Exception],
    ) -> None:
        super().__init__(core, connect)
        self._list_board = list_board
        self._timeout = timeout
        self._first: Optional[TrendingEvent] = None
        try:
            first = self._event(time.monotonic() + open_timeout)
            if first is None:
                raise timed_out()
            self._first = self._feed(first)
        except BaseException:
            self.stop()
            raise

    @property
    def board(self) -> Trending:
        """The whole board as it was last told, as deep as it is followed.

        Its `as_of_time` goes on although nothing happens; its scores are
        those of the last event.
        """
        assert self._core.board is not None  # since it was opened
        return self._core.board

    @property
    def token(self) -> str:
        """Covers everything that was told, `board` included."""
        return self._core.token

    def __iter__(self) -> Iterator[TrendingEvent]:
        return self

    def __next__(self) -> TrendingEvent:
        """Waits for the next event.

        The first is the board as it stands; from a token on, what happened
        since.

        Raises:
            StopIteration: `stop` was called, or the timeout passed without an
                event (iterate again to go on).
            PaperwireError: The server refuses the watch.
        """
        deadline = None
        if self._timeout is not None:
            deadline = time.monotonic() + self._timeout
        told, self._first = self._first, None
        while told is None:
            event = self._event(deadline)
            if event is None:
                raise StopIteration
            told = self._feed(event)
        return told

    def stop(self) -> None:
        """Ends the watch; the loop over it ends. May be called twice."""
        self._halt()

    close = stop

    def __enter__(self) -> TrendingWatch:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Any,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return _about(self._core, self.stopped)

    def _feed(self, event: pb.WatchTrendingResponse) -> Optional[TrendingEvent]:
        asked = self._core.missing(event)
        if asked is not None:
            self._core.begin(self._list_board(asked))
        return self._core.feed(event)


class AsyncTrendingWatch(
    AsyncFollowing[pb.WatchTrendingResponse], AsyncIterator[TrendingEvent]
):
    """As `TrendingWatch`, for `async for`.

    The first `async for`, `async with` or `await watch.open()` connects.
    """

    _core: TrendingCore

    def __init__(
        self,
        core: TrendingCore,
        connect: Callable[[pb.WatchTrendingRequest], AsyncReader],
        *,
        list_board: Callable[
            [pb.ListTrendingRequest], Awaitable[pb.ListTrendingResponse]
        ],
        timeout: Optional[float],
        open_timeout: float,
        timed_out: Callable[[], Exception],
    ) -> None:
        super().__init__(core, connect)
        self._list_board = list_board
        self._timeout = timeout
        self._open_timeout = open_timeout
        self._timed_out = timed_out
        self._first: Optional[TrendingEvent] = None
        self._opened = False

    @property
    def board(self) -> Optional[Trending]:
        """As `TrendingWatch.board`; None before the watch is opened."""
        return self._core.board

    @property
    def token(self) -> str:
        """Covers everything that was told, `board` included."""
        return self._core.token

    async def open(self) -> AsyncTrendingWatch:
        """Connects, unless it has; then the board is known.

        Raises:
            PaperwireError: The server refuses the watch, or is not there.
        """
        if self._opened:
            return self
        try:
            first = await self._event(time.monotonic() + self._open_timeout)
            if first is not None:
                self._first = await self._feed(first)
            elif not self.stopped:
                raise self._timed_out()
        except BaseException:
            self.stop()
            raise
        self._opened = True
        return self

    def __aiter__(self) -> AsyncIterator[TrendingEvent]:
        return self

    async def __anext__(self) -> TrendingEvent:
        """As `TrendingWatch.__next__`; raises StopAsyncIteration."""
        await self.open()
        deadline = None
        if self._timeout is not None:
            deadline = time.monotonic() + self._timeout
        told, self._first = self._first, None
        while told is None:
            event = await self._event(deadline)
            if event is None:
                raise StopAsyncIteration
            told = await self._feed(event)
        return told

    def stop(self) -> None:
        """As `TrendingWatch.stop`; from the event loop's thread."""
        self._halt()

    async def aclose(self) -> None:
        """As `TrendingWatch.stop`."""
        self.stop()

    async def __aenter__(self) -> AsyncTrendingWatch:
        return await self.open()

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Any,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return "Async" + _about(self._core, self.stopped)

    async def _feed(
        self, event: pb.WatchTrendingResponse
    ) -> Optional[TrendingEvent]:
        asked = self._core.missing(event)
        if asked is not None:
            self._core.begin(await self._list_board(asked))
        return self._core.feed(event)


def _about(core: TrendingCore, stopped: bool) -> str:
    state = "stopped" if stopped else "open"
    events = _render.count(core.count, "event")
    return f"TrendingWatch({core.title}, {state}, {events})"
