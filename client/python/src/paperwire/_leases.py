"""The matches that a member of a share group holds, and what became of them.

                ┌─────────── lease ran out, connection lost ──────────┐
                │                                                     ▼
    arrived ─► queued ─hand_out─► in work ─ack─────► to tell ─► told, forgotten
                                     └────release──► to tell ─►

The server hands a match out again when its lease ran out or the connection
broke, maybe to us: what is in work here, or was acknowledged lately, is not
queued a second time.

`Leases` does no call. It says when something is to be told (`wait`), what
(`take`), and is given what came of it (`told`, `failed`). Threads may share
one: matches arrive on the connection's, and are acknowledged on any.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Callable, Dict, Iterable, List, Optional, Set, Tuple

from paperwire._channel import LONGEST_WATCH_PAUSE, backoff
from paperwire.errors import InvalidArgument, PaperwireError

ACK_SECONDS = 1.0
ACK_MATCHES = 100
# Acknowledgements that are remembered, so that what was on its way to us
# meanwhile is not worked on again.
_REMEMBERED = 10_000
# A match was on its way for a part of its lease.
_SAFE = 0.9


@dataclass
class _Held:
    until: float  # by the monotonic clock
    in_work: bool = False


@dataclass(frozen=True)
class Told:
    """What one call tells the server."""

    acknowledged: List[int] = field(default_factory=list)
    released: List[int] = field(default_factory=list)
    extended: List[int] = field(default_factory=list)
    taken: float = 0.0  # when, by the monotonic clock

    def __bool__(self) -> bool:
        return bool(self.acknowledged or self.released or self.extended)


class Leases:
    """What is held, of one watch.

    Args:
        lease: How long the server lets us hold a match, in seconds.
        auto: Whether what is in work is extended, and acknowledged when the
            loop comes back.
        most: The most matches held at a time.
    """

    def __init__(self, lease: float, auto: bool, most: int) -> None:
        self.auto = auto
        self.on_change: Callable[[], None] = _nothing
        self._lease = lease
        # Half of what may be held, so that the server goes on sending.
        self._enough = max(1, min(ACK_MATCHES, most // 2))
        self._lock = threading.RLock()  # a finalizer may come in between
        self._connection = 0
        self._active = False  # whether a loop runs
        self._held: Dict[int, _Held] = {}
        self._known: Dict[int, None] = {}  # acknowledged, oldest first
        self._acks: List[int] = []
        self._releases: List[int] = []
        self._extensions: Set[int] = set()
        self._ack_at = 0.0
        self._extend_at = 0.0
        self._failures = 0
        self._retry_at = 0.0
        self._error: Optional[PaperwireError] = None

    def __reduce__(self) -> Tuple[Callable[[], None], Tuple[()]]:
        """Stays behind when a match is copied to another process."""
        return _nothing, ()

    # What the watch says.

    def connected(self) -> Callable[[Iterable[int]], None]:
        """Begins a connection: what was queued is not held any more.

        Returns what to call with the sequence numbers that arrive by it.
        """
        with self._lock:
            self._connection += 1
            connection = self._connection
            self._held = {s: h for s, h in self._held.items() if h.in_work}
        return lambda sequences: self._arrived(connection, sequences)

    def _arrived(self, connection: int, sequences: Iterable[int]) -> None:
        now = time.monotonic()
        with self._lock:
            if connection != self._connection:
                return
            for sequence in sequences:
                held = self._held.get(sequence)
                if sequence in self._known:
                    continue
                if held is None or (
                    held.in_work and not self.auto and held.until < now
                ):
                    held = self._held[sequence] = _Held(0.0)
                held.until = now + _SAFE * self._lease
        self.on_change()

    def hand_out(self, sequence: int) -> bool:
        """Whether to give this one to the loop: it is held, and new to it."""
        with self._lock:
            self._active = True
            held = self._held.get(sequence)
            if held is None or held.in_work:
                return False
            if held.until < time.monotonic():
                del self._held[sequence]  # somebody else has it
                return False
            held.in_work = True
        self.on_change()
        return True

    def came_back(self, sequence: int) -> None:
        """The loop has come back from a match."""
        if self.auto and self.holds(sequence):
            self.ack(sequence)

    def idle(self) -> None:
        """No loop runs: nothing is extended without being asked."""
        with self._lock:
            self._active = False

    def give_back(self) -> None:
        """Nobody works on anything any more: nothing is held.

        The connection is about to be closed, which frees all of it.
        """
        with self._lock:
            self._active = False
            self._connection += 1
            self._held.clear()
            self._extensions.clear()
            self._releases.clear()

    # What the loop says.

    @property
    def working(self) -> bool:
        """Whether anything is in work."""
        with self._lock:
            return any(held.in_work for held in self._held.values())

    def holds(self, sequence: int) -> bool:
        """Whether it was handed out, and neither acknowledged nor released."""
        with self._lock:
            held = self._held.get(sequence)
            return held is not None and held.in_work

    def ack(self, sequence: int) -> None:
        """It was dealt with; so it counts, whoever holds it now."""
        with self._lock:
            if sequence in self._known:
                return
            self._held.pop(sequence, None)
            self._known[sequence] = None
            if len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._acks.append(sequence)
        self.on_change()

    def release(self, sequence: int) -> None:
        """It is given back."""
        with self._lock:
            held = self._held.get(sequence)
            if held is None or not held.in_work:
                return
            del self._held[sequence]
            self._releases.append(sequence)
        self.on_change()

    def extend(self, sequence: int) -> None:
        """It takes longer."""
        with self._lock:
            if sequence not in self._held:
                return
            self._extensions.add(sequence)
        self.on_change()

    # What is told to the server.

    def wait(self) -> Optional[float]:
        """Returns the seconds to the next call; None if none is due."""
        now = time.monotonic()
        with self._lock:
            times = []
            if self._releases or self._extensions:
                times.append(0.0)
            if self._acks:
                times.append(0.0 if self._full else self._ack_at)
            if self._active and any(map(self._renewed, self._held.values())):
                times.append(self._extend_at)
            if not times:
                return None
            return max(0.0, max(min(times), self._retry_at) - now)

    @property
    def _full(self) -> bool:
        return len(self._acks) >= self._enough

    def _renewed(self, held: _Held) -> bool:
        """Whether it is extended without being asked."""
        return self.auto or not held.in_work

    def take(self) -> Told:
        """Returns what to tell now; what comes later waits."""
        now = time.monotonic()
        with self._lock:
            extended = self._extensions & self._held.keys()
            if self._active and now >= self._extend_at:
                self._extend_at = now + self._lease / 3
                extended |= {
                    s for s, h in self._held.items() if self._renewed(h)
                }
            if not self.auto:  # what nobody acknowledged in time is gone
                gone = now - self._lease
                for sequence in [
                    s for s, h in self._held.items() if h.until < gone
                ]:
                    del self._held[sequence]
            told = Told(self._acks, self._releases, sorted(extended), now)
            self._acks, self._releases = [], []
            self._extensions = set()
            self._ack_at = now + ACK_SECONDS
            return told

    def told(self, told: Told) -> None:
        """The server knows it."""
        with self._lock:
            self._failures, self._retry_at, self._error = 0, 0.0, None
            for sequence in told.extended:
                held = self._held.get(sequence)
                if held is not None:
                    held.until = told.taken + self._lease

    def failed(self, told: Told, error: PaperwireError, hopeless: bool) -> None:
        """The server was not there, or refused it.

        Args:
            told: What it was to be told.
            error: Why not.
            hopeless: Whether trying again does not help.
        """
        with self._lock:
            self._error = error
            if hopeless or isinstance(error, InvalidArgument):
                return
            self._put_back(told)
            self._failures += 1
            pause = backoff(self._failures, LONGEST_WATCH_PAUSE)
            self._retry_at = time.monotonic() + max(pause, ACK_SECONDS / 2)

    def put_back(self, told: Told) -> None:
        """It was not told after all, for nobody's fault."""
        with self._lock:
            self._put_back(told)

    def _put_back(self, told: Told) -> None:
        self._acks = told.acknowledged + self._acks
        self._releases = told.released + self._releases
        self._extensions.update(told.extended)

    def hurry(self) -> None:
        """Makes what is to be told due."""
        with self._lock:
            self._ack_at = self._retry_at = 0.0

    def take_error(self) -> Optional[PaperwireError]:
        """Returns what went wrong, once."""
        with self._lock:
            error, self._error = self._error, None
            return error


def _nothing() -> None:
    """Nobody is to be told of a change."""
