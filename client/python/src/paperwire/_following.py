"""A stream that is followed over as many connections as it takes.

What is asked for, and what an answer means, is the business of a core:

    request() ──► server ──► an event
        ▲                       │
        └── lost(error): wait ◄─┘ the stream ended

The blocking and the asyncio form do the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import Any, Callable, Generic, Optional, Protocol, TypeVar, Union

import grpc

from paperwire._asyncio import AsyncCalls, AsyncReader
from paperwire._blocking import Calls
from paperwire._channel import LONGEST_WATCH_PAUSE, Patience
from paperwire._streams import Reader

# The server sends something at least every 15 s. When nothing came for this
# long, the connection is dead, whatever TCP thinks.
SILENCE_SECONDS = 60.0
Event = TypeVar("Event")


def watch_patience(calls: Union[Calls, AsyncCalls]) -> Patience:
    """Returns who tries for ever to get a connection back that worked."""
    return Patience(
        calls.endpoint.target, calls.retries, None, LONGEST_WATCH_PAUSE
    )


class Core(Protocol):
    """What is followed."""

    def request(self) -> Any:
        """Returns the request for a new connection."""

    def lost(self, error: Optional[grpc.RpcError]) -> float:
        """Returns the seconds to wait; raises when there is no point."""


class Following(Generic[Event]):
    """One stream. One thread may wait for events; any may end it."""

    def __init__(
        self, core: Core, connect: Callable[[Any], Reader[Event]]
    ) -> None:
        self._core = core
        self._connect = connect
        self._reader: Optional[Reader[Event]] = None
        self._stopped = threading.Event()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called, or the watch came to its end."""
        return self._stopped.is_set()

    def _halt(self) -> None:
        """Ends it, also for who waits."""
        self._stopped.set()
        self._drop()

    def _drop(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()

    def _event(self, deadline: Optional[float]) -> Optional[Event]:
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


class AsyncFollowing(Generic[Event]):
    """As `Following`, of one event loop."""

    def __init__(
        self, core: Core, connect: Callable[[Any], AsyncReader]
    ) -> None:
        self._core = core
        self._connect = connect
        self._reader: Optional[AsyncReader] = None
        self._stopped = threading.Event()
        self._wake: Optional[asyncio.Event] = None  # made in the event loop

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called, or the watch came to its end."""
        return self._stopped.is_set()

    def _halt(self) -> None:
        """Ends it, also for who waits."""
        self._stopped.set()
        if self._wake is not None:
            self._wake.set()
        self._drop()

    def _drop(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()

    async def _event(self, deadline: Optional[float]) -> Optional[Event]:
        """As `Following._event`."""
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
                event: Optional[Event] = await reader.get(
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
