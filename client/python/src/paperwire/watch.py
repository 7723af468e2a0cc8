"""A query left standing, as an iterator of what starts to match.

for match in client.watch("sparse autoencoders"):
    print(match.paper.title)
"""

from __future__ import annotations

import time
from typing import Any, AsyncIterator, Callable, Iterator, List, Optional, Type

from paperwire import _render
from paperwire._asyncio import AsyncReader
from paperwire._following import AsyncFollowing, Following
from paperwire._places import AsyncPlace, CommitWarning, Place
from paperwire._showing import Showing
from paperwire._streams import Reader
from paperwire._watch_core import Reset, ResetWarning, WatchCore
from paperwire.freshness import LateSourceWarning, SourceList, SourceStats
from paperwire.matches import Match
from paperwire.v1 import subscription_service_pb2 as pb

__all__ = [
    "AsyncWatch",
    "CommitWarning",
    "LateSourceWarning",
    "Match",
    "Reset",
    "ResetWarning",
    "Watch",
]


class Watch(Following[pb.WatchResponse], Iterator[Match]):
    """The matches of a standing query, in journal order; see `Client.watch`.

    When it has been made, the server has taken its place: what is stored
    from then on comes. It connects anew by itself for as long as it takes,
    and never hands out a match twice. One thread may iterate; `stop` may be
    called from any.
    """

    _core: WatchCore

    def __init__(
        self,
        core: WatchCore,
        connect: Callable[[pb.WatchRequest], Reader[pb.WatchResponse]],
        *,
        place: Place,
        timeout: Optional[float],
        open_timeout: float,
        timed_out: Callable[[], Exception],
    ) -> None:
        super().__init__(core, connect)
        self._place = place
        self._timeout = timeout
        try:
            stored = place.load()
            if stored:
                core.resume(stored)
            first = self._event(time.monotonic() + open_timeout)
            if first is None:
                raise timed_out()
            core.feed(first)
        except BaseException:
            self.stop()
            raise

    @property
    def token(self) -> str:
        """Covers everything that was handed out and come back from."""
        return self._core.token

    @property
    def caught_up(self) -> bool:
        """Whether everything stored so far has come; from here on it is live.

        False again while a broken connection is made anew.
        """
        return self._core.caught_up

    @property
    def sources(self) -> SourceList:
        """The sources of papers and how alive they are, as last heard.

        The server tells every 15 seconds or more often; at most 20 of them.
        """
        return self._core.sources

    @property
    def late_sources(self) -> List[SourceStats]:
        """Those that have been silent for longer than is usual for them.

        A `LateSourceWarning` has said so when it began.
        """
        return self._core.sources.late

    def __iter__(self) -> Iterator[Match]:
        return self

    def __next__(self) -> Match:
        """Waits for the next match.

        Raises:
            StopIteration: `stop` was called, the timeout passed without a
                match (iterate again to go on), or all stored matches came
                and that was to be the end.
            CursorTooOld: The journal no longer reaches back to the token.
            NotFound: The subscription was deleted.
            PaperwireError: The server refuses the watch, or a commit.
        """
        match = self._next(
            None if self._timeout is None else time.monotonic() + self._timeout
        )
        if match is None:
            self._pause()
            raise StopIteration
        return match

    def commit(self) -> None:
        """Takes the last match for worked on, and keeps its token at once.

        Going on to the next match does this by itself; call it before you
        leave a loop whose last match is done. It is kept in the
        `cursor_store`, or, if a subscription is watched, on the server.

        Raises:
            PaperwireError: It could not be committed.
        """
        self._settle()
        if self._core.token:
            self._place.commit(self._core.token)

    def show(
        self, limit: Optional[int] = None, seconds: Optional[float] = None
    ) -> None:
        """Shows the matches as they come, until you interrupt it.

        In a notebook: a table that fills, redrawn at most four times a
        second. Elsewhere: a line for each match. What was shown is taken for
        worked on.

        Args:
            limit: End after so many matches.
            seconds: End after so many seconds.

        Raises:
            ValueError: One of them is not above 0.
            PaperwireError: As when the watch is iterated.
        """
        showing = Showing(self._core.title, limit, seconds, self._timeout)
        try:
            while not (showing.over or self.stopped):
                showing.take(self._next(showing.until))
            self.commit()
        except KeyboardInterrupt:
            if not showing.in_notebook:
                raise
        finally:
            showing.close()
            if self.stopped:
                self._drop()

    def stop(self) -> None:
        """Ends the watch; the loop over it ends. May be called twice.

        The token of a match that is still being worked on is not kept: it
        comes again next time, unless you call `commit` before. Waits for the
        last commit to the server, at most five seconds; if that fails, a
        `CommitWarning` says so.
        """
        self._end()
        self._place.close()

    close = stop

    def __enter__(self) -> Watch:
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

    def _next(self, deadline: Optional[float]) -> Optional[Match]:
        """The next match; None at the deadline, or when the watch ended."""
        self._settle()
        while not self.stopped:
            match = self._core.next()
            if match is not None:
                return match
            if self._core.done:
                self._stopped.set()
                break
            event = self._event(deadline)
            if event is None:
                break
            self._core.feed(event)
            self._keep(False)
        return None

    def _pause(self) -> None:
        """The loop ends, for now or, if the watch has ended, for ever."""
        if self.stopped:
            self._place.close()
            self._drop()
        else:
            self._place.finish()

    def _settle(self) -> None:
        self._keep(self._core.settle())

    def _keep(self, worked: bool) -> None:
        token = self._core.take_unsaved()
        if token:
            self._place.keep(token, worked)

    def _end(self) -> None:
        self._halt()


class AsyncWatch(AsyncFollowing[pb.WatchResponse], AsyncIterator[Match]):
    """As `Watch`, for `async for`.

    The first `async for`, `async with` or `await watch.open()` connects; from
    then on what is stored comes.
    """

    _core: WatchCore

    def __init__(
        self,
        core: WatchCore,
        connect: Callable[[pb.WatchRequest], AsyncReader],
        *,
        place: AsyncPlace,
        timeout: Optional[float],
        open_timeout: float,
        timed_out: Callable[[], Exception],
    ) -> None:
        super().__init__(core, connect)
        self._place = place
        self._timeout = timeout
        self._open_timeout = open_timeout
        self._timed_out = timed_out
        self._opened = False

    @property
    def token(self) -> str:
        """Covers everything that was handed out and come back from."""
        return self._core.token

    @property
    def caught_up(self) -> bool:
        """Whether everything stored so far has come."""
        return self._core.caught_up

    @property
    def sources(self) -> SourceList:
        """As `Watch.sources`."""
        return self._core.sources

    @property
    def late_sources(self) -> List[SourceStats]:
        """As `Watch.late_sources`."""
        return self._core.sources.late

    async def open(self) -> AsyncWatch:
        """Connects, unless it has; what is stored from then on comes.

        Raises:
            PaperwireError: The server refuses the watch, or is not there.
        """
        if self._opened:
            return self
        try:
            stored = await self._place.load()
            if stored:
                self._core.resume(stored)
            first = await self._event(time.monotonic() + self._open_timeout)
            if first is not None:
                self._core.feed(first)
            elif not self.stopped:
                raise self._timed_out()
        except BaseException:
            self.stop()
            raise
        self._opened = True
        return self

    def __aiter__(self) -> AsyncIterator[Match]:
        return self

    async def __anext__(self) -> Match:
        """As `Watch.__next__`; raises StopAsyncIteration at its ends."""
        await self.open()
        match = await self._next(
            None if self._timeout is None else time.monotonic() + self._timeout
        )
        if match is None:
            await self._pause()
            raise StopAsyncIteration
        return match

    async def commit(self) -> None:
        """As `Watch.commit`."""
        await self._settle()
        if self._core.token:
            await self._place.commit(self._core.token)

    async def show(
        self, limit: Optional[int] = None, seconds: Optional[float] = None
    ) -> None:
        """As `Watch.show`."""
        await self.open()
        showing = Showing(self._core.title, limit, seconds, self._timeout)
        try:
            while not (showing.over or self.stopped):
                showing.take(await self._next(showing.until))
            await self.commit()
        finally:
            showing.close()
            if self.stopped:
                self._drop()

    def stop(self) -> None:
        """As `Watch.stop`, without waiting; from the event loop's thread."""
        self._end()
        self._place.hurry()

    async def aclose(self) -> None:
        """As `Watch.stop`: ends the watch, and waits for the last commit."""
        self._end()
        await self._place.close()

    async def __aenter__(self) -> AsyncWatch:
        return await self.open()

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Any,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return "Async" + _about(self._core, self.stopped)

    async def _next(self, deadline: Optional[float]) -> Optional[Match]:
        """As `Watch._next`."""
        await self._settle()
        while not self.stopped:
            match = self._core.next()
            if match is not None:
                return match
            if self._core.done:
                self._stopped.set()
                break
            event = await self._event(deadline)
            if event is None:
                break
            self._core.feed(event)
            await self._keep(False)
        return None

    async def _pause(self) -> None:
        """As `Watch._pause`."""
        if self.stopped:
            await self._place.close()
            self._drop()
        else:
            await self._place.finish()

    async def _settle(self) -> None:
        await self._keep(self._core.settle())

    async def _keep(self, worked: bool) -> None:
        token = self._core.take_unsaved()
        if token:
            await self._place.keep(token, worked)

    def _end(self) -> None:
        self._halt()


def _about(core: WatchCore, stopped: bool) -> str:
    """What a watch says of itself: a loop reads it, `show` shows it."""
    state = "stopped" if stopped else "live" if core.caught_up else "open"
    matches = _render.count(core.count, "match", "matches")
    return f"Watch({core.title}, {state}, {matches})"
