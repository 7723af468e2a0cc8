"""Telling the server what became of a share group's matches.

A member's matches are acknowledged, released and extended in the background,
by one call for all of them: see `_leases` for when. The thread, or the task,
runs while there is something to tell, and does not hold the watch.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import weakref
from typing import Awaitable, Callable, Optional, Union

from paperwire._leases import Leases, Told
from paperwire._places import (
    CLOSE_SECONDS,
    EXIT_SECONDS,
    HOPELESS,
    AsyncPlace,
    Place,
    exiting,
    warn_of,
)
from paperwire.errors import PaperwireError

Tell = Callable[[Told, Optional[float]], object]
AsyncTell = Callable[[Told, Optional[float]], Awaitable[object]]


class SharedPlace(Place):
    """Tells the server by a thread. Threads may share one.

    Args:
        leases: What is held.
        send: Tells it, within so many seconds (None: as many as a call may
            take).
    """

    def __init__(self, leases: Leases, send: Tell) -> None:
        self._leases = leases
        self._send = send
        self._changed = threading.Condition()
        self._running = False
        self._until = 0.0  # when the thread looks again
        self._closed = False
        self._sending = threading.Lock()
        leases.on_change = _weakly(self)
        exiting.add(self)

    def keep(self, token: str, worked: bool) -> None:
        """Raises what has no remedy; there is no token to keep."""
        error = self._leases.take_error()
        if isinstance(error, HOPELESS):
            raise error

    def commit(self, token: str) -> None:
        """Tells all of it now."""
        self._attempt(None)
        error = self._leases.take_error()
        if error is not None:
            raise error

    def finish(self) -> None:
        """Tells what is left; without a server the thread goes on trying."""
        if not self._closed:
            self._attempt(CLOSE_SECONDS)
            self.wake()

    def close(self) -> None:
        """Tells what is left, or warns; the thread ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._attempt(CLOSE_SECONDS)
        warn_of(self._leases.take_error(), "acknowledged")

    def exit(self) -> None:
        """The program ends: tells what is left, if that goes quickly."""
        if not self._closed:
            with contextlib.suppress(Exception):
                self._attempt(EXIT_SECONDS)

    def wake(self) -> None:
        """Has a thread run if there is something to do."""
        with self._changed:
            left = self._leases.wait()
            if left is None:
                return
            if self._running:
                if time.monotonic() + left < self._until:
                    self._changed.notify_all()
            elif not self._closed:
                self._running = True
                threading.Thread(
                    target=self._run, name="paperwire-leases", daemon=True
                ).start()

    def _run(self) -> None:
        while True:
            with self._changed:
                left = None if self._closed else self._leases.wait()
                if left is None:
                    self._running = False
                    return
                if left > 0:
                    self._until = time.monotonic() + left
                    self._changed.wait(left)
                    self._until = 0.0
                    continue
            self._attempt(None)

    def _attempt(self, timeout: Optional[float]) -> None:
        """Tells what there is, after what is being told already."""
        if not self._sending.acquire(timeout=timeout or -1):
            return
        try:
            told = self._leases.take()
            if not told:
                return
            try:
                self._send(told, timeout)
            except PaperwireError as error:
                self._leases.failed(told, error, isinstance(error, HOPELESS))
            else:
                self._leases.told(told)
        finally:
            self._sending.release()


class AsyncSharedPlace(AsyncPlace):
    """Tells the server by a task; see `SharedPlace`."""

    def __init__(self, leases: Leases, send: AsyncTell) -> None:
        self._leases = leases
        self._send = send
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._task: Optional[asyncio.Future[None]] = None
        self._nudge: Optional[asyncio.Event] = None  # of the task's loop
        self._until = 0.0  # when the task looks again
        self._closed = False
        self._sending: Optional[asyncio.Lock] = None  # made in the event loop
        leases.on_change = _weakly(self)

    async def load(self) -> Optional[str]:
        """Learns which event loop it is in; there is no token."""
        self._loop = asyncio.get_running_loop()
        return None

    async def keep(self, token: str, worked: bool) -> None:
        """Raises what has no remedy; there is no token to keep."""
        error = self._leases.take_error()
        if isinstance(error, HOPELESS):
            raise error

    async def commit(self, token: str) -> None:
        """Tells all of it now."""
        await self._attempt(None)
        error = self._leases.take_error()
        if error is not None:
            raise error

    async def finish(self) -> None:
        """Tells what is left; without a server the task goes on trying."""
        if not self._closed:
            await self._attempt(CLOSE_SECONDS)
            self._wake()

    async def close(self) -> None:
        """Tells what is left, or warns; the task ends."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._attempt(CLOSE_SECONDS)
        warn_of(self._leases.take_error(), "acknowledged")

    def hurry(self) -> None:
        """Has the task tell at once what it would tell soon."""
        self._leases.hurry()
        if self._nudge is not None:
            self._nudge.set()

    def wake(self) -> None:
        """Has a task run if there is something to do; from any thread."""
        if self._loop is None or self._loop.is_closed():
            return
        try:
            here = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            here = False
        if here:
            self._wake()
        else:
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        left = self._leases.wait()
        if left is None:
            return
        if self._task is not None and not self._task.done():
            if self._nudge and time.monotonic() + left < self._until:
                self._nudge.set()
        elif not self._closed:
            self._nudge = asyncio.Event()
            self._task = asyncio.ensure_future(self._run(self._nudge))

    async def _run(self, nudge: asyncio.Event) -> None:
        try:
            while (left := self._leases.wait()) is not None:
                if left > 0:
                    self._until = time.monotonic() + left
                    nudge.clear()
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(nudge.wait(), left)
                    self._until = 0.0
                    continue
                await self._attempt(None)
        except asyncio.CancelledError:
            # The event loop ends, and the watch was not closed.
            if not self._closed:
                await self._attempt(EXIT_SECONDS)
            raise

    async def _attempt(self, timeout: Optional[float]) -> None:
        """As `SharedPlace._attempt`."""
        if self._sending is None:
            self._sending = asyncio.Lock()
        try:
            await asyncio.wait_for(self._sending.acquire(), timeout)
        except asyncio.TimeoutError:
            return
        try:
            told = self._leases.take()
            if not told:
                return
            try:
                await self._send(told, timeout)
            except PaperwireError as error:
                self._leases.failed(told, error, isinstance(error, HOPELESS))
            except asyncio.CancelledError:
                self._leases.put_back(told)
                raise
            else:
                self._leases.told(told)
        finally:
            self._sending.release()


def _weakly(place: Union[SharedPlace, AsyncSharedPlace]) -> Callable[[], None]:
    """Returns what wakes a place that is still there.

    A place knows its leases; were they to know it, both would stay until the
    garbage collector finds them.
    """
    there = weakref.ref(place)

    def wake() -> None:
        found = there()
        if found is not None:
            found.wake()

    return wake
