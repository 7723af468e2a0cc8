"""A paper that starts to match a watch, and why.

for match in client.watch("sparse autoencoders", explain=True):
    print(match.paper.title, match.reasons)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Dict, Optional, Tuple

from paperwire import _render
from paperwire._convert import time_of
from paperwire._leases import Leases
from paperwire.papers import Paper
from paperwire.results import Highlight, highlights_of
from paperwire.v1 import subscription_service_pb2 as pb


@dataclass(frozen=True)
class Reason:
    """A part of a query, and where a paper meets it.

    Attributes:
        term: The part, as the query language writes it ("author:bengio").
        field: The field of the paper where it stands ("title", "abstract",
            "author", "category", "venue", "source", "id", "has", "published",
            "votes").
        fragment: What stands there: of a text some 120 characters, else the
            whole of it (an author's name).
    """

    term: str
    field: str
    fragment: str

    def __str__(self) -> str:
        return _render.plain(f"{self.term} in {self.field}: {self.fragment}")


@dataclass(frozen=True)
class Match:
    """A paper that starts to match a watch.

    Attributes:
        paper: The paper as it was at that moment.
        sequence: The journal sequence number that made it match.
        created: Whether the paper was new; else a change made it match, or
            it is a new version.
        highlights: Where the words stand, by field.
        token: Covers this match and all before it. Store it with your work,
            and start with `token=` from it: nothing is lost, nothing twice.
            Empty in a backtest, in a share group and from a webhook.
        new_version: Whether the paper matched before, and this is a new
            version of it.
        stored: When the server stored it, UTC.
        reasons: Why it matches, in the order of the query; only with
            `explain=True`.
        attempt: In a share group: how often it was handed to a member since
            the server started, 1 at first. Else 0.
        lease_expires: In a share group: until when it was held when it came,
            by the server's clock, UTC. Else None.
    """

    paper: Paper
    sequence: int
    created: bool
    highlights: Dict[str, Highlight] = field(default_factory=dict)
    token: str = ""
    new_version: bool = False
    stored: Optional[datetime] = None
    reasons: Tuple[Reason, ...] = ()
    attempt: int = 0
    lease_expires: Optional[datetime] = None
    _leases: Optional[Leases] = field(default=None, repr=False, compare=False)

    @classmethod
    def from_proto(
        cls, proto: pb.WatchMatch, leases: Optional[Leases] = None
    ) -> Match:
        """Makes it of the message.

        Args:
            proto: The message.
            leases: Where it is held, in a share group.
        """
        return cls(
            Paper.from_proto(proto.paper),
            proto.sequence,
            proto.created,
            highlights_of(proto.highlights),
            proto.resume_token,
            proto.new_version,
            time_of(proto, "store_time"),
            tuple(Reason(r.term, r.field, r.fragment) for r in proto.reasons),
            proto.delivery_attempt,
            time_of(proto, "lease_expire_time"),
            leases,
        )

    @property
    def news(self) -> str:
        """What is new: the paper ("new"), "changed", or "new version"."""
        if self.new_version:
            return "new version"
        return "new" if self.created else "changed"

    def ack(self) -> None:
        """Dealt with: it comes to nobody in the share group again.

        Returns at once, from any thread; the server is told within a second,
        together with others (`watch.commit()` waits for it). May be called
        again.

        Raises:
            ValueError: It is not a match of a share group.
        """
        self._held().ack(self.sequence)

    def release(self) -> None:
        """Gives it back: it goes to another member at once, or to this one.

        Returns at once, from any thread. What is not held any more, or was
        acknowledged, stays as it is.

        Raises:
            ValueError: It is not a match of a share group.
        """
        self._held().release(self.sequence)

    def extend(self) -> None:
        """Takes longer: its lease begins anew.

        Returns at once, from any thread. With `auto_ack` the watch does this
        by itself for as long as the loop works on the match.

        Raises:
            ValueError: It is not a match of a share group.
        """
        self._held().extend(self.sequence)

    def _held(self) -> Leases:
        if self._leases is None:
            raise ValueError(
                "this match is not held for a share group; watch with "
                "share_group=, or use client.subscriptions.acknowledge"
            )
        return self._leases

    def __repr__(self) -> str:
        return f"Match({self.sequence}, {self.news}, {self.paper!r})"

    def _repr_html_(self) -> str:
        found = "<br>".join(h._repr_html_() for h in self.highlights.values())
        why = "".join(f"<li>{escape(str(r))}</li>" for r in self.reasons)
        return f"{self.paper._repr_html_()}<p>{found}</p>" + (
            f"<small><ul>{why}</ul></small>" if why else ""
        )
