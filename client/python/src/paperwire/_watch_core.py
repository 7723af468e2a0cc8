"""A watch without its connection: what to ask, and what an answer means.

The blocking and the asyncio watch both drive one `WatchCore`:

    request() ──► server ──► feed(event) ──► a Match, or nothing
        ▲                        │
        └── lost(error): wait ◄──┘ the stream ended

Two tokens are kept. `_received` is the newest that came: a new connection
starts from it, so nothing comes twice. `token` covers what the consumer has
come back from: that one is stored.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, field
from typing import Callable, Dict, Optional, Set

import grpc

from paperwire import _render
from paperwire._channel import Patience
from paperwire._convert import Time, to_mask, to_timestamp
from paperwire._requests import Fields
from paperwire.papers import Paper
from paperwire.results import Highlight, highlights_of
from paperwire.v1 import query_pb2
from paperwire.v1 import subscription_service_pb2 as pb

# The server sends something at least every 15 s. When nothing came for this
# long, the connection is dead, whatever TCP thinks.
SILENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Match:
    """A paper that starts to match a watch.

    Attributes:
        paper: The paper as it was at that moment.
        sequence: The journal sequence number that made it match.
        created: Whether the paper was new; else a change made it match.
        highlights: Where the words stand, by field.
        token: Covers this match and all before it. Store it with your work,
            and start with `token=` from it: nothing is lost, nothing twice.
    """

    paper: Paper
    sequence: int
    created: bool
    highlights: Dict[str, Highlight] = field(default_factory=dict)
    token: str = ""

    def __repr__(self) -> str:
        new = "new" if self.created else "changed"
        return f"Match({self.sequence}, {new}, {self.paper!r})"

    def _repr_html_(self) -> str:
        found = "<br>".join(h._repr_html_() for h in self.highlights.values())
        return f"{self.paper._repr_html_()}<p>{found}</p>"


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
        query: query_pb2.Query,
        *,
        start: Time,
        token: Optional[str],
        fields: Fields,
        highlights: bool,
        until_caught_up: bool,
        on_reset: Optional[Callable[[Reset], None]],
        patience: Patience,
    ) -> None:
        self._request = pb.WatchRequest(
            query=query,
            read_mask=to_mask(fields),
            omit_highlights=not highlights,
        )
        if start == "now":
            self._request.position = pb.WatchRequest.POSITION_NOW
        elif start == "beginning":
            self._request.position = pb.WatchRequest.POSITION_BEGINNING
        else:
            self._request.start_time.CopyFrom(to_timestamp(start, "start"))
        self._until_caught_up = until_caught_up
        self._on_reset = on_reset
        self._patience = patience
        self._received = token or ""
        self._handed = ""
        self._unsaved = ""
        self._sequence = 0  # of the newest match handed out,
        self._names: Set[str] = set()  # and the papers that came with it
        self.token = token or ""
        self.caught_up = False
        self.done = False

    def request(self) -> pb.WatchRequest:
        """Returns the request for a new connection."""
        self.caught_up = False
        if self._received:
            self._request.resume_token = self._received
        return self._request

    def resume(self, token: str) -> None:
        """Starts from a stored token."""
        self._received = self.token = token

    def feed(self, event: pb.WatchResponse) -> Optional[Match]:
        """Takes in an event; returns the match to hand out, if it is one."""
        self._patience.worked()
        kind = event.WhichOneof("event")
        if kind == "match":
            return self._match(event.match)
        if kind == "progress":
            self._covered(event.progress.resume_token)
        elif kind == "caught_up":
            self._covered(event.caught_up.resume_token)
            self.caught_up = True
            self.done = self._until_caught_up
        elif kind == "reset":
            self._reset(event.reset)
        return None  # an event of a later contract tells nothing here

    def settle(self) -> None:
        """The consumer came back: what it was handed has been worked on."""
        if self._handed:
            self.token = self._unsaved = self._handed
            self._handed = ""

    def take_unsaved(self) -> str:
        """Returns the token to store, if there is a new one, else ""."""
        unsaved, self._unsaved = self._unsaved, ""
        return unsaved

    def lost(self, error: Optional[grpc.RpcError]) -> float:
        """Returns the seconds to wait; raises when the watch is over."""
        return self._patience.lost(error)

    def _match(self, match: pb.WatchMatch) -> Optional[Match]:
        self._received = match.resume_token
        if match.sequence < self._sequence:
            return None
        if match.sequence > self._sequence:
            self._sequence = match.sequence
            self._names.clear()
        if match.paper.name in self._names:
            return None
        if match.paper.name:  # the caller's fields may leave names out
            self._names.add(match.paper.name)
        self._handed = match.resume_token
        return Match(
            Paper.from_proto(match.paper),
            match.sequence,
            match.created,
            highlights_of(match.highlights),
            match.resume_token,
        )

    def _covered(self, token: str) -> None:
        self._received = token
        self.token = self._unsaved = token

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


def cursor_key(query: query_pb2.Query, key: Optional[str]) -> str:
    """Returns the key of a watch in a cursor store.

    A token belongs to one query. Unless the caller names the watch, the key
    is made of the query, so that a changed query is a new watch.
    """
    if key is not None:
        return key
    data = query.SerializeToString(deterministic=True)
    words = _render.plain(query.text)[:24].strip()
    mark = hashlib.sha256(data).hexdigest()[:16]
    return f"{words}-{mark}" if words else mark
