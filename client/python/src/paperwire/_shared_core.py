"""The state of a watch in a share group: as `WatchCore`, without an order.

A group has its place on the server, so there are no tokens. What comes twice
is told by what is held, not by its sequence number: a match that somebody gave
back comes after newer ones.
"""

from __future__ import annotations

from typing import Any, Iterable, List, Optional

import grpc

from paperwire._leases import Leases
from paperwire._watch_core import WatchCore
from paperwire.matches import Match
from paperwire.v1 import subscription_service_pb2 as pb


class SharedCore(WatchCore):
    """The state of one member. Not for several threads at once."""

    def __init__(
        self, request: pb.WatchRequest, leases: Leases, **options: Any
    ) -> None:
        super().__init__(request, **options)
        self._leases = leases
        self._in_hand = 0

    @property
    def title(self) -> str:
        """What is watched, and with whom."""
        return f"{super().title}, shared by {self._request.share_group}"

    def next(self) -> Optional[Match]:
        """Returns the next match that is still held; None if none is there."""
        while self._queue:
            proto = self._queue.popleft()
            if self._leases.hand_out(proto.sequence):
                self._in_hand = proto.sequence
                self.count += 1
                return Match.from_proto(proto, self._leases)
        return None

    def settle(self) -> bool:
        """The loop came back from what it was handed."""
        handed, self._in_hand = self._in_hand, 0
        if handed:
            self._leases.came_back(handed)
        return bool(handed)

    def lost(self, error: Optional[grpc.RpcError]) -> float:
        """What was queued is not held any more; else as `WatchCore.lost`."""
        self._queue.clear()
        return super().lost(error)

    def leave(self) -> None:
        """Nobody works on anything any more."""
        self._queue.clear()
        self._in_hand = 0

    def _take(self, matches: Iterable[pb.WatchMatch]) -> None:
        self._queue.extend(matches)


def sequences_of(event: pb.WatchResponse) -> List[int]:
    """Returns the sequence numbers of the matches in an event."""
    kind = event.WhichOneof("event")
    if kind == "match":
        return [event.match.sequence]
    if kind == "matches":
        return [match.sequence for match in event.matches.matches]
    return []
