"""A watch without its connection: what to ask, and what an answer means.

The blocking and the asyncio watch both drive one `WatchCore`:

    request() ──► server ──► feed(event) ──► next(): a Match, or nothing
        ▲                        │
        └── lost(error): wait ◄──┘ the stream ended

Matches that came in one event queue up, and the next event is fed when they
are gone: what a progress covers, the consumer has had.

Two tokens are kept. `_received` is the newest that came: a new connection
starts from it, so nothing comes twice. `token` covers what the consumer has
come back from: that one is stored.
"""

from __future__ import annotations

import warnings
from collections import deque
from dataclasses import dataclass
from typing import Callable, Deque, Iterable, Optional, Set

import grpc

from paperwire import _render
from paperwire._channel import Patience
from paperwire.freshness import LateSourceWarning, SourceList, SourceStats
from paperwire.matches import Match
from paperwire.v1 import source_pb2
from paperwire.v1 import subscription_service_pb2 as pb


@dataclass(frozen=True)
class Reset:
    """The server's data was put back to an older state; the watch goes on.

    What was delivered before may come again.

    Attributes:
        reason: The server's word for it.
        sequence: The journal sequence number the watch goes on from.
        token: The same as a token.
    """

    reason: str
    sequence: int
    token: str


class ResetWarning(UserWarning):
    """A watch was reset, and no `on_reset` was given to be told."""


class WatchCore:
    """The state of one watch. Not for several threads at once."""

    def __init__(
        self,
        request: pb.WatchRequest,
        *,
        until_caught_up: bool,
        on_reset: Optional[Callable[[Reset], None]],
        patience: Patience,
    ) -> None:
        self._request = request
        self._until_caught_up = until_caught_up
        self._on_reset = on_reset
        self._patience = patience
        self._received = request.resume_token
        self._queue: Deque[pb.WatchMatch] = deque()
        self._handed = ""
        self._unsaved = ""
        self._sequence = 0  # of the newest match that came,
        self._names: Set[str] = set()  # and the papers that came with it
        self.token = request.resume_token
        self.count = 0  # of the matches handed out
        self.sources = SourceList()
        self.caught_up = False
        self.done = False

    @property
    def title(self) -> str:
        """What is watched, for people."""
        name = self._request.subscription
        if name:
            return _render.plain(
                name.removeprefix("users/local/subscriptions/")
            )
        return repr(_render.plain(self._request.query.text))

    def request(self) -> pb.WatchRequest:
        """Returns the request for a new connection."""
        self.caught_up = False
        if self._received:
            self._request.resume_token = self._received
        return self._request

    def resume(self, token: str) -> None:
        """Starts from a stored token."""
        self._received = self.token = token

    def feed(self, event: pb.WatchResponse) -> None:
        """Takes in an event, when `next` has no more of the last one.

        An event of a later contract tells nothing here.
        """
        self._patience.worked()
        kind = event.WhichOneof("event")
        if kind == "match":
            self._take([event.match])
        elif kind == "matches":
            self._take(event.matches.matches)
        elif kind == "progress":
            self._covered(event.progress.resume_token)
            self._hear_of(event.progress.sources)
        elif kind == "caught_up":
            self._covered(event.caught_up.resume_token)
            self.caught_up = True
            self.done = self._until_caught_up
        elif kind == "reset":
            self._reset(event.reset)

    def next(self) -> Optional[Match]:
        """Returns the next match to hand out; None if none is there."""
        if not self._queue:
            return None
        match = Match.from_proto(self._queue.popleft())
        self._handed = match.token
        self.count += 1
        return match

    def settle(self) -> bool:
        """The consumer came back: what it was handed has been worked on.

        Returns whether there was anything.
        """
        handed, self._handed = self._handed, ""
        if handed:
            self.token = self._unsaved = handed
        return bool(handed)

    def take_unsaved(self) -> str:
        """Returns the token to store, if there is a new one, else ""."""
        unsaved, self._unsaved = self._unsaved, ""
        return unsaved

    def lost(self, error: Optional[grpc.RpcError]) -> float:
        """Returns the seconds to wait; raises when the watch is over."""
        return self._patience.lost(error)

    def _take(self, matches: Iterable[pb.WatchMatch]) -> None:
        """Queues matches, but those that came before."""
        for match in matches:
            self._received = match.resume_token
            if match.sequence < self._sequence:
                continue
            if match.sequence > self._sequence:
                self._sequence = match.sequence
                self._names.clear()
            if match.paper.name in self._names:
                continue
            if match.paper.name:  # the caller's fields may leave names out
                self._names.add(match.paper.name)
            self._queue.append(match)

    def _covered(self, token: str) -> None:
        self._received = token
        self.token = self._unsaved = token

    def _hear_of(self, sources: Iterable[source_pb2.SourceFreshness]) -> None:
        """Says of each source once that it has turned late."""
        late_before = {source.source for source in self.sources.late}
        self.sources = SourceList(map(SourceStats.from_proto, sources))
        for source in self.sources.late:
            if source.source not in late_before:
                warnings.warn(
                    f"nothing new has come from the source {source}",
                    LateSourceWarning,
                    stacklevel=2,
                )

    def _reset(self, event: pb.WatchReset) -> None:
        self._covered(event.resume_token)
        self._sequence = 0
        self._names.clear()
        reset = Reset(
            pb.WatchReset.Reason.Name(event.reason)
            if event.reason in pb.WatchReset.Reason.values()
            else str(event.reason),
            event.sequence,
            event.resume_token,
        )
        if self._on_reset is not None:
            self._on_reset(reset)
        else:
            warnings.warn(
                "the server's data was put back to an older state "
                f"({reset.reason}); the watch goes on from sequence "
                f"{reset.sequence:,}, and papers may come again",
                ResetWarning,
                stacklevel=2,
            )
