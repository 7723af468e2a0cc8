"""Queries that the server keeps standing, as values.

sub = client.subscriptions.create("kites", id="kites", news="versions")
client.subscriptions.list().to_pandas()
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from html import escape
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from google.protobuf.timestamp_pb2 import Timestamp

from paperwire import _render
from paperwire._convert import Time, time_of, to_timestamp, unknown
from paperwire._frames import TIME, table_frame
from paperwire.deliveries import Webhook
from paperwire.names import subscription_name
from paperwire.paging import AsyncPages, Loaded, Pages
from paperwire.query import Query
from paperwire.v1 import subscription_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

NEWS = {"papers": pb.NEWS_PAPERS, "versions": pb.NEWS_VERSIONS}
_NEWS_WORDS = {value: word for word, value in NEWS.items()}
_NEWS_WORDS[pb.NEWS_UNSPECIFIED] = "papers"
_MOST_PENDING = 1000
ROWS = 50

Expires = Union[Time, timedelta, None]
Labels = Optional[Mapping[str, str]]


@dataclass(frozen=True)
class Cursor:
    """How far the reader of a subscription has come.

    Attributes:
        token: Everything up to here was dealt with.
        sequence: The same, as a journal sequence number.
        committed: When it was committed, UTC; None: never.
    """

    token: str
    sequence: int
    committed: Optional[datetime] = None

    @classmethod
    def from_proto(cls, proto: pb.Cursor) -> Cursor:
        """Makes it of the message."""
        return cls(
            proto.resume_token,
            proto.sequence,
            time_of(proto, "commit_time"),
        )


@dataclass(frozen=True)
class ShareGroup:
    """Watchers that share the matches of a subscription among them.

    Attributes:
        name: Its name ("workers").
        sequence: The journal sequence number up to which all matches were
            acknowledged.
        leased: Matches that a watcher holds and has not acknowledged yet.
        watchers: How many watch in the group now.
    """

    name: str
    sequence: int = 0
    leased: int = 0
    watchers: int = 0

    @classmethod
    def from_proto(cls, proto: pb.ShareGroup) -> ShareGroup:
        """Makes it of the message."""
        return cls(
            proto.name, proto.sequence, proto.leased_count, proto.watcher_count
        )


@dataclass(frozen=True)
class Subscription:
    """A query that the server keeps standing, as it was when it was read.

    Attributes:
        name: `users/local/subscriptions/kites`.
        query: What is asked.
        display_name: What people call it.
        news: What is delivered: "papers": each once, when it first matches.
            "versions": each new version of it, too.
        labels: Marks of the owner's own.
        expires: When the server deletes it, UTC; None: never.
        state: "active", or "paused": matches are noted and held back.
        created: When it was created, UTC.
        updated: When it was last changed, UTC; commits do not count.
        etag: Changes with every change.
        cursor: How far its reader has come.
        pending: Matches after the cursor; 1,000 stands for 1,000 or more.
        webhook: Where matches are posted; None: nowhere. It carries its secret
            only as the answer to the call that set it.
        share_groups: The groups that share its matches, by name; see
            `Client.watch`.
    """

    name: str
    query: Query
    display_name: str = ""
    news: str = "papers"
    labels: Dict[str, str] = field(default_factory=dict)
    expires: Optional[datetime] = None
    state: str = "active"
    created: Optional[datetime] = None
    updated: Optional[datetime] = None
    etag: str = ""
    cursor: Cursor = field(default_factory=lambda: Cursor("", 0))
    pending: int = 0
    webhook: Optional[Webhook] = None
    share_groups: Tuple[ShareGroup, ...] = ()

    @classmethod
    def from_proto(cls, proto: pb.Subscription) -> Subscription:
        """Makes it of the message."""
        states = pb.Subscription.State
        return cls(
            proto.name,
            Query.from_proto(proto.query),
            proto.display_name,
            _NEWS_WORDS.get(proto.news, "unknown"),
            dict(proto.labels),
            time_of(proto, "expire_time"),
            states.Name(proto.state).removeprefix("STATE_").lower()
            if proto.state in states.values()
            else "unknown",
            time_of(proto, "create_time"),
            time_of(proto, "update_time"),
            proto.etag,
            Cursor.from_proto(proto.cursor),
            proto.pending_count,
            Webhook.from_proto(proto.webhook)
            if proto.HasField("webhook")
            else None,
            tuple(ShareGroup.from_proto(g) for g in proto.share_groups),
        )

    @property
    def id(self) -> str:
        """The last part of its name; enough to name it, if it is `local`'s."""
        return self.name.rpartition("/")[2]

    @property
    def user(self) -> str:
        """Whose it is."""
        return self.name.removeprefix("users/").partition("/")[0]

    @property
    def paused(self) -> bool:
        """Whether matches are held back."""
        return self.state == "paused"

    def _facts(self) -> List[str]:
        facts = [self.state]
        if self.news != "papers":
            facts.append(f"news: {self.news}")
        facts.append(f"{_pending(self.pending)} pending")
        if self.webhook is not None:
            facts.append(f"webhook: {self.webhook.state}")
        if self.share_groups:
            names = ", ".join(group.name for group in self.share_groups)
            facts.append(f"shared by {names}")
        if self.expires is not None:
            facts.append(f"expires {self.expires:%Y-%m-%d %H:%M}")
        facts += [f"{key}={value}" for key, value in self.labels.items()]
        return facts

    def __repr__(self) -> str:
        asked = _render.plain(asked_for(self.query))
        facts = _render.plain(", ".join(self._facts()))
        return f"Subscription({self.id}: {asked!r}, {facts})"

    def _repr_html_(self) -> str:
        title = escape(self.display_name or self.id)
        asked = escape(asked_for(self.query))
        facts = " · ".join(escape(f) for f in [self.name, *self._facts()])
        return (
            f"<div><b>{title}</b> <code>{asked}</code><br>"
            f"<small>{facts}</small></div>"
        )


AnySubscription = Union[str, Subscription]
"""What names a subscription: its name, its id if it is the user `local`'s,
or a `Subscription`."""


def name_of(subscription: AnySubscription) -> str:
    """Returns its resource name.

    Raises:
        ValueError: That names no subscription.
        TypeError: It is neither text nor a `Subscription`.
    """
    if isinstance(subscription, Subscription):
        return subscription.name
    return subscription_name(subscription)


def asked_for(query: Query) -> str:
    """Returns a query in one line: its text, then its filters."""
    parts = [query.text or "all papers"]
    for name in ("categories", "sources", "has"):
        words = list(getattr(query, name) or ())
        if words:
            parts.append(f"{name}: {' '.join(words)}")
    for name in ("published_after", "published_before"):
        at = getattr(query, name)
        if at is not None:
            shown = f"{at:%Y-%m-%d}" if isinstance(at, datetime) else str(at)
            parts.append(f"{name.replace('_', ' ')} {shown}")
    if query.min_votes:
        parts.append(f"at least {_render.count(query.min_votes, 'vote')}")
    return "; ".join(parts)


def to_news(word: str) -> pb.News:
    """Returns what counts as news.

    Raises:
        ValueError: It is neither "papers" nor "versions".
    """
    if word not in NEWS:
        raise unknown("news", word, NEWS)
    return NEWS[word]


def to_expiry(expires: Expires) -> Optional[Timestamp]:
    """Returns when it expires; a `timedelta` counts from now.

    Raises:
        ValueError: The text is no time.
    """
    if isinstance(expires, timedelta):
        expires = datetime.now(timezone.utc) + expires
    return None if expires is None else to_timestamp(expires, "expires")


def with_secret(
    subscription: Subscription, secret: Optional[str]
) -> Subscription:
    """Returns it with the secret that was set; the server returns none."""
    if not secret or subscription.webhook is None:
        return subscription
    webhook = replace(subscription.webhook, secret=secret)
    return replace(subscription, webhook=webhook)


class _SubscriptionList(Loaded[Subscription]):
    """What a list of subscriptions shows, however it is fetched."""

    def _head(self) -> str:
        shown = _render.count(len(self._items), "subscription")
        return shown if self._exhausted else f"{shown} loaded"

    def _more(self) -> str:
        return "…" if len(self._items) > ROWS or not self._exhausted else ""

    def __repr__(self) -> str:
        lines = [self._head()]
        for s in self._items[:ROWS]:
            cells = [
                _render.fit(s.id, 24),
                _render.fit(asked_for(s.query), 40),
                _render.fit(s.state, 6),
                f"{_pending(s.pending):>6} pending",
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self) -> str:
        rows = [
            [
                f"<code>{escape(s.id)}</code>",
                escape(s.display_name),
                f"<code>{escape(asked_for(s.query))}</code>",
                escape(s.news),
                escape(s.state),
                _pending(s.pending),
                escape(", ".join(f"{k}={v}" for k, v in s.labels.items())),
                f"{s.expires:%Y-%m-%d}" if s.expires else "",
            ]
            for s in self._items[:ROWS]
        ]
        columns = ["id", "name", "query", "news", "state", "pending"]
        columns += ["labels", "expires"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _take(self, subscriptions: Sequence[Any], token: str) -> None:
        self._items += [Subscription.from_proto(s) for s in subscriptions]
        self._exhausted = not token

    def _frame(self, limit: Optional[int]) -> pd.DataFrame:
        items = self._items[:limit]
        return table_frame(
            [
                ("name", "string", [s.name for s in items]),
                ("display_name", "string", [s.display_name for s in items]),
                ("query", "string", [asked_for(s.query) for s in items]),
                ("news", "string", [s.news for s in items]),
                ("state", "string", [s.state for s in items]),
                ("pending", "Int64", [s.pending for s in items]),
                ("labels", "object", [s.labels for s in items]),
                ("created", TIME, [s.created for s in items]),
                ("updated", TIME, [s.updated for s in items]),
                ("expires", TIME, [s.expires for s in items]),
                ("committed", TIME, [s.cursor.committed for s in items]),
                ("sequence", "Int64", [s.cursor.sequence for s in items]),
            ]
        )


class SubscriptionList(_SubscriptionList, Pages[Subscription]):
    """Subscriptions by name, fetched as they are read."""

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row a subscription, fetching all of them, or `limit`.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        return self._frame(limit)


class AsyncSubscriptionList(_SubscriptionList, AsyncPages[Subscription]):
    """As `SubscriptionList`, read by `async for`."""

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `SubscriptionList.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        return self._frame(limit)


def _pending(count: int) -> str:
    return f"{count:,}{'+' if count >= _MOST_PENDING else ''}"
