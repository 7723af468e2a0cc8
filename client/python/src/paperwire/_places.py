"""Where a watch keeps its place: a store of the caller's, or the server.

A place is told of every token that the loop has come back from. A store has
it saved before the loop goes on. The server is told in the background, by one
commit a second or one for 100 matches, whichever comes first: a commit covers
all that came before it, so those between need none.

    keep(token) ──► Backlog ──► a thread or a task: commit the newest token
                       ▲                    │
                       └── not yet done ◄───┘ no server: later, again
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import inspect
import threading
import time
import warnings
import weakref
from typing import Any, Awaitable, Callable, Optional

from paperwire._channel import LONGEST_WATCH_PAUSE, backoff
from paperwire.cursors import CursorStore
from paperwire.errors import (
    DataLoss,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PaperwireError,
    PermissionDenied,
    Unimplemented,
)

COMMIT_SECONDS = 1.0
COMMIT_MATCHES = 100
# The last commit of a watch that ends, and of a program that does, may take
# so many seconds.
CLOSE_SECONDS = 5.0
EXIT_SECONDS = 2.0
# What waiting does not mend.
HOPELESS = (
    DataLoss,
    FailedPrecondition,
    NotFound,
    PermissionDenied,
    Unimplemented,
)


class CommitWarning(UserWarning):
    """A watch ended, and its last matches could not be committed.

    They come again when the subscription is watched the next time. The same,
    of a share group, when they could not be acknowledged.
    """


class Backlog:
    """What is to be committed, and when. Not for several threads at once."""

    def __init__(self) -> None:
        self.error: Optional[PaperwireError] = None
        self._token = ""  # the newest
        self._done = ""  # the newest that needs no commit any more
        self._matches = 0  # to be committed; without any, there is no hurry
        self._due = 0.0
        self._failures = 0

    def note(self, token: str, worked: bool) -> None:
        """Takes in how far the loop has come; raises what has no remedy.

        Args:
            token: Covers that.
            worked: Whether a match is among it.
        """
        self._token = token
        self._matches += worked
        error = self.error
        if isinstance(error, HOPELESS):
            self.error = None
            raise error

    def hurry(self) -> None:
        """Makes what is to be committed due."""
        self._due = 0.0

    @property
    def full(self) -> bool:
        """Whether there is enough for a commit at once."""
        return self._matches >= COMMIT_MATCHES and not self._failures

    def wait(self) -> Optional[float]:
        """Returns the seconds to the next commit; None if none is due."""
        if not self._matches or not self.pending:
            return None
        return 0.0 if self.full else max(0.0, self._due - time.monotonic())

    @property
    def pending(self) -> str:
        """The token to commit; empty if there is none."""
        return self._token if self._token != self._done else ""

    def take(self) -> str:
        """Returns the token to commit now; what is noted later waits."""
        self._matches = 0
        self._due = time.monotonic() + COMMIT_SECONDS
        return self.pending

    def committed(self, token: str) -> None:
        """The server has it."""
        if self.pending:  # else it has a newer one already
            self._done = token
        self._failures, self.error = 0, None

    def failed(self, token: str, error: PaperwireError) -> None:
        """The server was not there, or refused it."""
        if not self.pending:
            return  # it has a newer one, or nobody waits any more
        self.error = error
        if isinstance(error, (InvalidArgument, *HOPELESS)):
            # A token is refused when the server's data was put back: the
            # watch is going to be told, and has another one then.
            self._done = token
            return
        self._failures += 1
        self._matches += 1
        pause = backoff(self._failures, LONGEST_WATCH_PAUSE)
        self._due = time.monotonic() + max(pause, COMMIT_SECONDS)

    def give_up(self) -> Optional[PaperwireError]:
        """Leaves it at that; returns what went wrong, if anything did."""
        error, self.error = self.error, None
        self._done = self._token
        return error


class Place:
    """Keeps no place."""

    def load(self) -> Optional[str]:
        """Returns the token to start from; None to start where asked."""
        return None

    def keep(self, token: str, worked: bool) -> None:
        """The loop has come back from all that the token covers.

        Raises:
            Exception: It cannot be kept, and trying again does not help.
        """

    def commit(self, token: str) -> None:
        """Keeps it now, because the caller asked.

        Raises:
            Exception: It cannot be kept.
        """

    def finish(self) -> None:
        """The loop ends or pauses: keeps what is not kept yet, if it can."""

    def close(self) -> None:
        """The watch ends: as `finish`, with a warning if that fails.

        May be called again, when a loop came back after the watch was ended.
        """

    def exit(self) -> None:
        """The program ends: keeps what is left, if that goes quickly."""


class StoredPlace(Place):
    """Keeps it in a store."""

    def __init__(self, store: CursorStore, key: str) -> None:
        self._store = store
        self._key = key

    def load(self) -> Optional[str]:
        """Returns the stored token."""
        return self._store.load(self._key)

    def keep(self, token: str, worked: bool) -> None:
        """Saves it."""
        self._store.save(self._key, token)


class CommittedPlace(Place):
    """Keeps it on the server. Threads may share one.

    Its thread lives while something is to be committed, and does not hold the
    watch: what a watch that was left behind had noted is committed.

    Args:
        send: Commits a token, within so many seconds (None: as many as a call
            may take).
        automatic: Whether to commit without being asked.
    """

    def __init__(
        self,
        send: Callable[[str, Optional[float]], object],
        automatic: bool,
    ) -> None:
        self._send = send
        self._automatic = automatic
        self._backlog = Backlog()
        self._changed = threading.Condition()
        self._running = False
        self._closed = False
        exiting.add(self)

    def keep(self, token: str, worked: bool) -> None:
        """Has it committed soon."""
        if not self._automatic:
            return
        with self._changed:
            self._backlog.note(token, worked)
            self._wake()

    def commit(self, token: str) -> None:
        """Commits it."""
        self._send(token, None)
        with self._changed:
            self._backlog.committed(token)

    def finish(self) -> None:
        """Commits what is left; without a server the thread goes on trying."""
        with self._changed:
            token = "" if self._closed else self._backlog.take()
        if token:
            self._attempt(token, CLOSE_SECONDS)
            with self._changed:
                self._wake()

    def close(self) -> None:
        """Commits what is left, or warns; the thread ends."""
        with self._changed:
            self._closed = True
            token = self._backlog.take()
            self._changed.notify_all()
        if token:
            self._attempt(token, CLOSE_SECONDS)
        with self._changed:
            error = self._backlog.give_up()
        warn_of(error)

    def exit(self) -> None:
        """The program ends: commits what is left, if that goes quickly."""
        with self._changed:
            token = self._backlog.take() if not self._closed else ""
        if token:
            with contextlib.suppress(Exception):
                self._attempt(token, EXIT_SECONDS)

    def _wake(self) -> None:
        """Has a thread run if there is something to do."""
        if self._running:
            if self._backlog.full:
                self._changed.notify_all()
        elif not self._closed and self._backlog.wait() is not None:
            self._running = True
            threading.Thread(
                target=self._run, name="paperwire-committer", daemon=True
            ).start()

    def _run(self) -> None:
        while True:
            with self._changed:
                left = None if self._closed else self._backlog.wait()
                if left is None:
                    self._running = False
                    return
                if left > 0:
                    self._changed.wait(left)
                    continue
                token = self._backlog.take()
            self._attempt(token, None)

    def _attempt(self, token: str, timeout: Optional[float]) -> None:
        try:
            self._send(token, timeout)
        except PaperwireError as error:
            with self._changed:
                self._backlog.failed(token, error)
        else:
            with self._changed:
                self._backlog.committed(token)


exiting: weakref.WeakSet[Place] = weakref.WeakSet()


@atexit.register
def _exit() -> None:
    for place in list(exiting):
        place.exit()


class AsyncPlace:
    """As `Place`, awaited."""

    async def load(self) -> Optional[str]:
        """As `Place.load`."""
        return None

    async def keep(self, token: str, worked: bool) -> None:
        """As `Place.keep`."""

    async def commit(self, token: str) -> None:
        """As `Place.commit`."""

    async def finish(self) -> None:
        """As `Place.finish`."""

    async def close(self) -> None:
        """As `Place.close`."""

    def hurry(self) -> None:
        """The watch ends, and nobody waits: keeps at once what is left."""


class AsyncStoredPlace(AsyncPlace):
    """Keeps it in a store, whose methods may be blocking or asynchronous."""

    def __init__(self, store: Any, key: str) -> None:
        self._store = store
        self._key = key

    async def load(self) -> Optional[str]:
        """Returns the stored token."""
        token: Optional[str] = await _call(self._store.load, self._key)
        return token

    async def keep(self, token: str, worked: bool) -> None:
        """Saves it."""
        await _call(self._store.save, self._key, token)


class AsyncCommittedPlace(AsyncPlace):
    """Keeps it on the server, by a task; see `CommittedPlace`."""

    def __init__(
        self,
        send: Callable[[str, Optional[float]], Awaitable[object]],
        automatic: bool,
    ) -> None:
        self._send = send
        self._automatic = automatic
        self._backlog = Backlog()
        self._task: Optional[asyncio.Future[None]] = None
        self._nudge: Optional[asyncio.Event] = None  # of the task's loop
        self._closed = False

    async def keep(self, token: str, worked: bool) -> None:
        """Has it committed soon."""
        if not self._automatic:
            return
        self._backlog.note(token, worked)
        self._wake()

    async def commit(self, token: str) -> None:
        """Commits it."""
        await self._send(token, None)
        self._backlog.committed(token)

    async def finish(self) -> None:
        """Commits what is left; without a server the task goes on trying."""
        token = "" if self._closed else self._backlog.take()
        if token:
            await self._attempt(token, CLOSE_SECONDS)
            self._wake()

    async def close(self) -> None:
        """Commits what is left, or warns; the task ends."""
        self._closed = True
        token = self._backlog.take()
        if self._task is not None:
            self._task.cancel()
        if token:
            await self._attempt(token, CLOSE_SECONDS)
        warn_of(self._backlog.give_up())

    def hurry(self) -> None:
        """Has the task commit at once what it would commit soon."""
        self._backlog.hurry()
        if self._nudge is not None:
            self._nudge.set()

    def _wake(self) -> None:
        if self._task is not None and not self._task.done():
            if self._backlog.full and self._nudge is not None:
                self._nudge.set()
        elif not self._closed and self._backlog.wait() is not None:
            self._nudge = asyncio.Event()
            self._task = asyncio.ensure_future(self._run(self._nudge))

    async def _run(self, nudge: asyncio.Event) -> None:
        try:
            while (left := self._backlog.wait()) is not None:
                if left > 0:
                    nudge.clear()
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(nudge.wait(), left)
                    continue
                await self._attempt(self._backlog.take(), None)
        except asyncio.CancelledError:
            # The event loop ends, and the watch was not closed.
            token = "" if self._closed else self._backlog.take()
            if token:
                await self._attempt(token, EXIT_SECONDS)
            raise

    async def _attempt(self, token: str, timeout: Optional[float]) -> None:
        try:
            await self._send(token, timeout)
        except PaperwireError as error:
            self._backlog.failed(token, error)
        else:
            self._backlog.committed(token)


def warn_of(error: Optional[PaperwireError], what: str = "committed") -> None:
    """Warns that the last matches could not be `what`, if they could not."""
    # Who deletes a subscription does not care for its cursor.
    if error is not None and not isinstance(error, NotFound):
        warnings.warn(
            f"the last matches could not be {what} ({error}); they come again",
            CommitWarning,
            stacklevel=4,
        )


async def _call(function: Any, *args: Any) -> Any:
    """Calls a store, which may be blocking or asynchronous."""
    if inspect.iscoroutinefunction(function):
        return await function(*args)
    return await asyncio.to_thread(function, *args)
