"""Webhooks of subscriptions, and what was posted to them, as values.

client.subscriptions.create("kites", id="kites", webhook=Webhook(url))
client.subscriptions.webhook_deliveries("kites", state="dead").to_pandas()
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Optional, Sequence, Union

from paperwire import _render
from paperwire._convert import (
    Span,
    span_of,
    time_of,
    to_duration,
    to_mask,
    unknown,
)
from paperwire._frames import TIME, table_frame
from paperwire.paging import AsyncPages, Loaded, Pages
from paperwire.v1 import webhook_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

ROWS = 50
_STATES = {
    "pending": pb.WebhookDelivery.STATE_PENDING,
    "delivered": pb.WebhookDelivery.STATE_DELIVERED,
    "dead": pb.WebhookDelivery.STATE_DEAD,
}
_STATE_WORDS = {value: word for word, value in _STATES.items()}


@dataclass(frozen=True)
class WebhookStatus:
    """How a webhook fares.

    Attributes:
        sequence: The journal sequence number up to which matches were taken
            or given up.
        failed_attempts: Attempts of the delivery at hand that failed so far.
        next_attempt: When it is tried next, UTC; None: nothing waits.
        last_success: When a delivery was last taken, UTC; None: never.
        last_error: What the last attempt failed with; empty when it did not.
        dead: Deliveries that were given up and not sent again since.
    """

    sequence: int = 0
    failed_attempts: int = 0
    next_attempt: Optional[datetime] = None
    last_success: Optional[datetime] = None
    last_error: str = ""
    dead: int = 0


@dataclass(frozen=True)
class Webhook:
    """Where a subscription's matches are posted.

    Attributes:
        url: An https address. Those of this machine or a private network are
            refused, unless the server runs with --allow-private-webhooks.
        secret: What deliveries are signed with: "whsec_" and the base64 of 24
            to 64 random bytes. None: when a webhook is made, the client makes
            one; when it is changed, it stays. The server never returns it.
        max_batch_size: The most matches in one delivery, at most 1,000.
        give_up_after: How long a delivery is tried, in seconds or as a
            `timedelta`, one minute to 7 days. None: 24 hours.
        disabled: Hold deliveries back; they are made up for later.
        fields: Which fields of the papers to send. None: all.
        status: How it fares; None in what you make yourself.
    """

    url: str
    secret: Optional[str] = field(default=None, repr=False)
    max_batch_size: int = 100
    give_up_after: Optional[Span] = None
    disabled: bool = False
    fields: Union[str, Sequence[str], None] = None
    status: Optional[WebhookStatus] = field(default=None, compare=False)

    @classmethod
    def from_proto(cls, proto: pb.Webhook) -> Webhook:
        """Makes it of the message."""
        status = proto.status
        return cls(
            proto.url,
            proto.secret or None,
            proto.max_batch_size or 100,
            span_of(proto, "give_up_after"),
            proto.disabled,
            list(proto.read_mask.paths) or None,
            WebhookStatus(
                status.sequence,
                status.failed_attempts,
                time_of(status, "next_attempt_time"),
                time_of(status, "last_success_time"),
                status.last_error,
                status.dead_count,
            ),
        )

    def to_proto(self) -> pb.Webhook:
        """Makes the message.

        Raises:
            ValueError: The time is not above 0.
        """
        proto = pb.Webhook(
            url=self.url,
            secret=self.secret or "",
            max_batch_size=self.max_batch_size,
            disabled=self.disabled,
            read_mask=to_mask(self.fields),
        )
        if self.give_up_after is not None:
            span = to_duration(self.give_up_after, "give_up_after")
            proto.give_up_after.CopyFrom(span)
        return proto

    @property
    def state(self) -> str:
        """How it fares in a word: "well", "failing" or "disabled"."""
        if self.disabled:
            return "disabled"
        if self.status is not None and self.status.last_error:
            return "failing"
        return "well"


@dataclass(frozen=True)
class WebhookDelivery:
    """One delivery to a webhook.

    Attributes:
        id: Its id, unique for the subscription.
        state: "pending": not taken yet; "delivered"; "dead": given up.
        first_sequence: The journal sequence number of its first match.
        last_sequence: That of its last match.
        matches: How many it has.
        attempts: How often it was posted.
        created: When it was put together, UTC.
        attempted: When it was last posted, UTC; None: not yet.
        took: How long the last attempt took.
        http_status: The HTTP status of the last answer; 0: there was none.
        error: What the last attempt failed with; empty when it did not.
    """

    id: str
    state: str
    first_sequence: int = 0
    last_sequence: int = 0
    matches: int = 0
    attempts: int = 0
    created: Optional[datetime] = None
    attempted: Optional[datetime] = None
    took: Optional[timedelta] = None
    http_status: int = 0
    error: str = ""

    @classmethod
    def from_proto(cls, proto: pb.WebhookDelivery) -> WebhookDelivery:
        """Makes it of the message."""
        return cls(
            proto.id,
            _STATE_WORDS.get(proto.state, "unknown"),
            proto.first_sequence,
            proto.last_sequence,
            proto.match_count,
            proto.attempt_count,
            time_of(proto, "create_time"),
            time_of(proto, "attempt_time"),
            span_of(proto, "attempt_duration"),
            proto.http_status,
            proto.error,
        )


def to_state(word: Optional[str]) -> pb.WebhookDelivery.State:
    """Returns a delivery's state; None is any.

    Raises:
        ValueError: There is no such state.
    """
    if word is None:
        return pb.WebhookDelivery.STATE_UNSPECIFIED
    if word not in _STATES:
        raise unknown("state", word, _STATES)
    return _STATES[word]


class _DeliveryList(Loaded[WebhookDelivery]):
    """What a list of deliveries shows, however it is fetched."""

    def _head(self) -> str:
        shown = _render.count(len(self._items), "delivery", "deliveries")
        return shown if self._exhausted else f"{shown} loaded"

    def _more(self) -> str:
        return "…" if len(self._items) > ROWS or not self._exhausted else ""

    def __repr__(self) -> str:
        lines = [self._head()]
        for d in self._items[:ROWS]:
            cells = [
                _render.fit(d.id, 16),
                _render.fit(d.state, 9),
                f"{_render.count(d.matches, 'match', 'matches'):>13}",
                f"{_render.count(d.attempts, 'attempt'):>11}",
                _time(d.attempted),
                _outcome(d),
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self) -> str:
        rows = [
            [
                f"<code>{escape(d.id)}</code>",
                escape(d.state),
                f"{d.matches:,}",
                f"{d.attempts:,}",
                _time(d.created),
                _time(d.attempted),
                escape(_outcome(d)),
            ]
            for d in self._items[:ROWS]
        ]
        columns = ["id", "state", "matches", "attempts", "created"]
        columns += ["attempted", "outcome"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _take(self, deliveries: Sequence[Any], token: str) -> None:
        self._items += [WebhookDelivery.from_proto(d) for d in deliveries]
        self._exhausted = not token

    def _frame(self, limit: Optional[int]) -> pd.DataFrame:
        items = self._items[:limit]
        took = [d.took.total_seconds() if d.took else None for d in items]
        return table_frame(
            [
                ("id", "string", [d.id for d in items]),
                ("state", "string", [d.state for d in items]),
                ("matches", "Int64", [d.matches for d in items]),
                ("attempts", "Int64", [d.attempts for d in items]),
                ("created", TIME, [d.created for d in items]),
                ("attempted", TIME, [d.attempted for d in items]),
                ("seconds", "Float64", took),
                ("http_status", "Int64", [d.http_status for d in items]),
                ("error", "string", [d.error for d in items]),
                ("first_sequence", "Int64", [d.first_sequence for d in items]),
                ("last_sequence", "Int64", [d.last_sequence for d in items]),
            ]
        )


class DeliveryList(_DeliveryList, Pages[WebhookDelivery]):
    """Deliveries to a webhook, newest first, fetched as they are read."""

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row a delivery, fetching all of them, or `limit`.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        return self._frame(limit)


class AsyncDeliveryList(_DeliveryList, AsyncPages[WebhookDelivery]):
    """As `DeliveryList`, read by `async for`; the first page is loaded."""

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `DeliveryList.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        return self._frame(limit)


def _outcome(delivery: WebhookDelivery) -> str:
    if delivery.error:
        return _render.plain(delivery.error)[:80]
    return str(delivery.http_status or "")


def _time(at: Optional[datetime]) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at is not None else ""
