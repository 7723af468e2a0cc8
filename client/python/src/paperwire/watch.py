"""A query left standing, as an iterator of what starts to match.

for match in client.watch("sparse autoencoders"):
    print(match.paper.title)
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
import time
from typing import Any, AsyncIterator, Callable, Iterator, Optional, Type

import grpc

from paperwire._asyncio import AsyncReader
from paperwire._streams import Reader
from paperwire._watch_core import (
    SILENCE_SECONDS,
    Match,
    Reset,
    ResetWarning,
    WatchCore,
)
from paperwire.cursors import CursorStore
from paperwire.v1 import subscription_service_pb2 as pb

__all__ = ["AsyncWatch", "Match", "Reset", "ResetWarning", "Watch"]


class Watch(Iterator[Match]):
    """The matches of a standing query, in journal order; see `Client.watch`.

    When it has been made, the server has taken its place: what is stored
    from then on comes. It connects anew by itself for as long as it takes,
    and never hands out a match twice. One thread may iterate; `stop` may be
    called from any.
    """

    def __init__(
        self,
        core: WatchCore,
        connect: Callable[[pb.WatchRequest], Reader[pb.WatchResponse]],
        *,
        store: Optional[CursorStore],
        key: str,
        timeout: Optional[float],
        open_timeout: float,
        timed_out: Callable[[], Exception],
    ) -> None:
        self._core = core
        self._connect = connect
        self._store = store
        self._key = key
        self._timeout = timeout
        self._reader: Optional[Reader[pb.WatchResponse]] = None
        self._stopped = threading.Event()
        self._first: Optional[pb.WatchResponse] = None
        try:
            stored = store.load(key) if store else None
            if stored:
                core.resume(stored)
            self._first = self._event(time.monotonic() + open_timeout)
            if self._first is None:
                raise timed_out()
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
    def stopped(self) -> bool:
        """Whether `stop` was called, or the watch came to its end."""
        return self._stopped.is_set()

    def __iter__(self) -> Watch:
        return self

    def __next__(self) -> Match:
        """Waits for the next match.

        Raises:
            StopIteration: `stop` was called, the timeout passed without a
                match (iterate again to go on), or all stored matches came
                and that was to be the end.
            CursorTooOld: The journal no longer reaches back to the token.
            PaperwireError: The server refuses the watch.
        """
        self.commit()
        deadline = (
            None if self._timeout is None else time.monotonic() + self._timeout
        )
        while not self._core.done:
            event, self._first = self._first, None
            event = event or self._event(deadline)
            if event is None:
                raise StopIteration
            match = self._core.feed(event)
            self._save()
            if match is not None:
                return match
        self.stop()
        raise StopIteration

    def commit(self) -> None:
        """Takes the last match for worked on, and stores its token.

        Going on to the next match does this by itself; call it before you
        leave a loop whose last match is done.
        """
        self._core.settle()
        self._save()

    def stop(self) -> None:
        """Ends the watch; the loop over it ends. May be called twice.

        The token of a match that is still being worked on is not stored: it
        comes again next time, unless you call `commit` before.
        """
        self._stopped.set()
        self._drop()

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

    def _save(self) -> None:
        token = self._core.take_unsaved()
        if token and self._store is not None:
            self._store.save(self._key, token)

    def _drop(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()

    def _event(self, deadline: Optional[float]) -> Optional[pb.WatchResponse]:
        """The next event over as many connections as it takes.

        None when the deadline passed or the watch was stopped.
        """
        while not self._stopped.is_set():
            left = SILENCE_SECONDS
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
            failure: Optional[grpc.RpcError] = None
            try:
                reader = self._reader
                if reader is None:
                    reader = self._connect(self._core.request())
                    self._reader = reader
                event = reader.get(min(left, SILENCE_SECONDS))
                if event is not None:
                    return event
            except TimeoutError:
                if left < SILENCE_SECONDS:
                    return None
            except grpc.RpcError as error:
                failure = error
            if self._stopped.is_set():
                return None
            self._drop()
            pause = self._core.lost(failure)
            if deadline is not None:
                pause = min(pause, max(0.0, deadline - time.monotonic()))
            self._stopped.wait(pause)
        self._drop()  # stopped while connecting
        return None


class AsyncWatch(AsyncIterator[Match]):
    """As `Watch`, for `async for`.

    The first `async for`, `async with` or `await watch.open()` connects; from
    then on what is stored comes.
    """

    def __init__(
        self,
        core: WatchCore,
        connect: Callable[[pb.WatchRequest], AsyncReader],
        *,
        store: Optional[Any],
        key: str,
        timeout: Optional[float],
        open_timeout: float,
        timed_out: Callable[[], Exception],
    ) -> None:
        self._core = core
        self._connect = connect
        self._store = store
        self._key = key
        self._timeout = timeout
        self._open_timeout = open_timeout
        self._timed_out = timed_out
        self._reader: Optional[AsyncReader] = None
        self._stopped = threading.Event()
        self._wake: Optional[asyncio.Event] = None  # made in the event loop
        self._opened = False
        self._first: Optional[pb.WatchResponse] = None

    @property
    def token(self) -> str:
        """Covers everything that was handed out and come back from."""
        return self._core.token

    @property
    def caught_up(self) -> bool:
        """Whether everything stored so far has come."""
        return self._core.caught_up

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called, or the watch came to its end."""
        return self._stopped.is_set()

    async def open(self) -> AsyncWatch:
        """Connects, unless it has; what is stored from then on comes.

        Raises:
            PaperwireError: The server refuses the watch, or is not there.
        """
        if self._opened:
            return self
        try:
            stored = await self._stored()
            if stored:
                self._core.resume(stored)
            self._first = await self._event(self._open_timeout)
            if self._first is None and not self._stopped.is_set():
                raise self._timed_out()
        except BaseException:
            self.stop()
            raise
        self._opened = True
        return self

    def __aiter__(self) -> AsyncWatch:
        return self

    async def __anext__(self) -> Match:
        """As `Watch.__next__`; raises StopAsyncIteration at its ends."""
        await self.open()
        await self.commit()
        deadline = (
            None if self._timeout is None else time.monotonic() + self._timeout
        )
        while not self._core.done:
            event, self._first = self._first, None
            if event is None:
                left = None if deadline is None else deadline - time.monotonic()
                event = await self._event(left)
            if event is None:
                raise StopAsyncIteration
            match = self._core.feed(event)
            await self._save()
            if match is not None:
                return match
        self.stop()
        raise StopAsyncIteration

    async def commit(self) -> None:
        """As `Watch.commit`."""
        self._core.settle()
        await self._save()

    def stop(self) -> None:
        """As `Watch.stop`; from the event loop's thread."""
        self._stopped.set()
        if self._wake is not None:
            self._wake.set()
        self._drop()

    async def aclose(self) -> None:
        """Ends the watch."""
        self.stop()

    async def __aenter__(self) -> AsyncWatch:
        return await self.open()

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Any,
    ) -> None:
        self.stop()

    async def _stored(self) -> Optional[str]:
        if self._store is None:
            return None
        token: Optional[str] = await _call(self._store.load, self._key)
        return token

    async def _save(self) -> None:
        token = self._core.take_unsaved()
        if token and self._store is not None:
            await _call(self._store.save, self._key, token)

    def _drop(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()

    async def _event(self, left: Optional[float]) -> Optional[pb.WatchResponse]:
        deadline = None if left is None else time.monotonic() + left
        while not self._stopped.is_set():
            left = SILENCE_SECONDS
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
            failure: Optional[grpc.RpcError] = None
            try:
                reader = self._reader
                if reader is None:
                    reader = self._connect(self._core.request())
                    self._reader = reader
                event: Optional[pb.WatchResponse] = await reader.get(
                    min(left, SILENCE_SECONDS)
                )
                if event is not None:
                    return event
            except TimeoutError:
                if left < SILENCE_SECONDS:
                    return None
            except grpc.RpcError as error:
                failure = error
            except asyncio.CancelledError:
                self._drop()
                if self._stopped.is_set():
                    return None
                raise
            if self._stopped.is_set():
                return None
            self._drop()
            pause = self._core.lost(failure)
            if deadline is not None:
                pause = min(pause, max(0.0, deadline - time.monotonic()))
            await self._sleep(pause)
        return None

    async def _sleep(self, seconds: float) -> None:
        """Sleeps, unless the watch is stopped."""
        if self._wake is None:
            self._wake = asyncio.Event()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)


async def _call(function: Any, *args: Any) -> Any:
    """Calls a store, which may be blocking or asynchronous."""
    if inspect.iscoroutinefunction(function):
        return await function(*args)
    return await asyncio.to_thread(function, *args)
