"""What the server sends by mail, as values.

client.digests.create("jane@example.org", "kites", digest_id="kites")
client.digests.list().to_pandas()
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Union

from paperwire import _render
from paperwire._convert import span_of, time_of, unknown
from paperwire._frames import TIME, table_frame
from paperwire.names import digest_name
from paperwire.paging import AsyncPages, Loaded, Pages
from paperwire.query import Query
from paperwire.subscriptions import asked_for
from paperwire.trending import FORMULA_WORDS, WINDOW_WORDS
from paperwire.v1 import digest_pb2 as pb
from paperwire.v1 import trending_service_pb2 as trending_pb

if TYPE_CHECKING:
    import pandas as pd

FREQUENCIES = {
    "daily": pb.DigestSchedule.FREQUENCY_DAILY,
    "weekdays": pb.DigestSchedule.FREQUENCY_WEEKDAYS,
    "weekly": pb.DigestSchedule.FREQUENCY_WEEKLY,
}
_FREQUENCY_WORDS = {value: word for word, value in FREQUENCIES.items()}
_FREQUENCY_WORDS[pb.DigestSchedule.FREQUENCY_UNSPECIFIED] = "daily"
WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
ROWS = 50


@dataclass(frozen=True)
class DigestSchedule:
    """When a digest is sent.

    Attributes:
        frequency: "daily", "weekdays" (Monday to Friday) or "weekly".
        weekday: Of "weekly": "monday" to "sunday"; empty otherwise.
        at: The time of day there ("08:00").
        zone: A zone of the IANA database ("Europe/Berlin").
    """

    frequency: str = "daily"
    weekday: str = ""
    at: str = "08:00"
    zone: str = "UTC"

    @classmethod
    def from_proto(cls, proto: pb.DigestSchedule) -> DigestSchedule:
        """Makes it of the message."""
        frequency = _FREQUENCY_WORDS.get(proto.frequency, "unknown")
        weekday = ""
        if frequency == "weekly":
            weekday = WEEKDAYS[(proto.weekday or 1) - 1]
        return cls(
            frequency,
            weekday,
            proto.time_of_day or "08:00",
            proto.time_zone or "UTC",
        )

    def to_proto(self) -> pb.DigestSchedule:
        """Makes the message.

        Raises:
            ValueError: The frequency or the weekday is none of those known,
                or the one does not go with the other.
        """
        if self.frequency not in FREQUENCIES:
            raise unknown("schedule", self.frequency, FREQUENCIES)
        if self.weekday and self.weekday not in WEEKDAYS:
            raise unknown("weekday", self.weekday, WEEKDAYS)
        if self.weekday and self.frequency != "weekly":
            raise ValueError(
                f"weekday: {self.weekday!r} goes with schedule='weekly'"
            )
        return pb.DigestSchedule(
            frequency=FREQUENCIES[self.frequency],
            weekday=WEEKDAYS.index(self.weekday) + 1 if self.weekday else 0,
            time_of_day=self.at,
            time_zone=self.zone,
        )

    def __str__(self) -> str:
        days = {"weekdays": "Monday to Friday"}.get(
            self.frequency, self.frequency
        )
        if self.weekday:
            days = f"{self.weekday.capitalize()}s"
        return f"{days} at {self.at} {self.zone}"


@dataclass(frozen=True)
class DigestBoard:
    """The board that a digest brings; see `Client.trending`.

    Attributes:
        window: Whose votes count: "day", "week", "month" or "all".
        formula: How they count.
        half_life: Of "velocity" only. None: one day.
        query: Only papers that match it. None: all.
    """

    window: str = "week"
    formula: str = "votes"
    half_life: Optional[timedelta] = None
    query: Optional[Query] = None

    @classmethod
    def from_proto(cls, proto: pb.DigestBoard) -> DigestBoard:
        """Makes it of the message."""
        window = proto.window or trending_pb.TRENDING_WINDOW_WEEK
        formula = proto.formula or trending_pb.TRENDING_FORMULA_VOTES
        return cls(
            WINDOW_WORDS.get(window, "unknown"),
            FORMULA_WORDS.get(formula, "unknown"),
            span_of(proto, "half_life"),
            Query.from_proto(proto.query) if proto.HasField("query") else None,
        )

    def __str__(self) -> str:
        span = (
            "of all time" if self.window == "all" else f"of the {self.window}"
        )
        about = f"board {span} by {self.formula}"
        if self.query is not None:
            about += f": {asked_for(self.query)}"
        return about


@dataclass(frozen=True)
class Digest:
    """What somebody gets by mail, and when, as it was when it was read.

    Attributes:
        name: `users/local/digests/kites`.
        address: Where it goes.
        query: Papers that newly match this. None: none.
        board: The board whose leaders it brings. None: none.
        schedule: When it is sent.
        display_name: What its subject says; empty: the query or the board.
        max_papers: Papers in a mail at most, of the query and of the board
            each.
        monthly_note: Whether a note says so when there was no mail for 30
            days.
        state: "unconfirmed": its reader was asked, and has not agreed yet;
            "active"; "paused"; "unsubscribed": its reader stopped it;
            "suppressed": its address does not exist, or complained.
        created: When it was created, UTC.
        updated: When it was last changed, UTC; mails do not count.
        confirmed: When its reader agreed, UTC; None: never.
        next_send: When it is due next, UTC; None: it is not active.
        last_send: When a mail was last handed over, UTC; None: never.
        last_error: Why the last attempt failed, or why it is suppressed.
        etag: Changes with every change.
    """

    name: str
    address: str
    query: Optional[Query] = None
    board: Optional[DigestBoard] = None
    schedule: DigestSchedule = field(default_factory=DigestSchedule)
    display_name: str = ""
    max_papers: int = 20
    monthly_note: bool = False
    state: str = "unconfirmed"
    created: Optional[datetime] = None
    updated: Optional[datetime] = None
    confirmed: Optional[datetime] = None
    next_send: Optional[datetime] = None
    last_send: Optional[datetime] = None
    last_error: str = ""
    etag: str = ""

    @classmethod
    def from_proto(cls, proto: pb.Digest) -> Digest:
        """Makes it of the message."""
        return cls(
            proto.name,
            proto.address,
            Query.from_proto(proto.query) if proto.HasField("query") else None,
            DigestBoard.from_proto(proto.board)
            if proto.HasField("board")
            else None,
            DigestSchedule.from_proto(proto.schedule),
            proto.display_name,
            proto.max_papers or 20,
            proto.monthly_note,
            word_of(pb.Digest.State, proto.state, "STATE_"),
            time_of(proto, "create_time"),
            time_of(proto, "update_time"),
            time_of(proto, "confirm_time"),
            time_of(proto, "next_send_time"),
            time_of(proto, "last_send_time"),
            proto.last_error,
            proto.etag,
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
    def content(self) -> str:
        """What it brings, in one line."""
        parts = [] if self.query is None else [asked_for(self.query)]
        parts += [] if self.board is None else [str(self.board)]
        return "; ".join(parts)

    def _facts(self) -> List[str]:
        facts = [self.state, f"to {self.address}", str(self.schedule)]
        if self.next_send is not None:
            facts.append(f"next {self.next_send:%Y-%m-%d %H:%M} UTC")
        if self.last_error:
            facts.append(self.last_error)
        return facts

    def __repr__(self) -> str:
        content = _render.plain(self.content)
        facts = _render.plain(", ".join(self._facts()))
        return f"Digest({self.id}: {content!r}, {facts})"

    def _repr_html_(self) -> str:
        title = escape(self.display_name or self.id)
        facts = " · ".join(escape(f) for f in [self.name, *self._facts()])
        return (
            f"<div><b>{title}</b> <code>{escape(self.content)}</code><br>"
            f"<small>{facts}</small></div>"
        )


AnyDigest = Union[str, Digest]
"""What names a digest: its name, its id if it is the user `local`'s, or a
`Digest`."""


def name_of(digest: AnyDigest) -> str:
    """Returns its resource name.

    Raises:
        ValueError: That names no digest.
        TypeError: It is neither text nor a `Digest`.
    """
    return digest.name if isinstance(digest, Digest) else digest_name(digest)


def word_of(enum: Any, value: int, prefix: str) -> str:
    """Returns a value of the contract in lower case; "unknown" for others."""
    if value not in enum.values():
        return "unknown"
    return str(enum.Name(value)).removeprefix(prefix).lower()


class _DigestList(Loaded[Digest]):
    """What a list of digests shows, however it is fetched."""

    def _head(self) -> str:
        shown = _render.count(len(self._items), "digest")
        return shown if self._exhausted else f"{shown} loaded"

    def _more(self) -> str:
        return "…" if len(self._items) > ROWS or not self._exhausted else ""

    def __repr__(self) -> str:
        lines = [self._head()]
        for d in self._items[:ROWS]:
            cells = [
                _render.fit(d.id, 20),
                _render.fit(d.state, 12),
                _render.fit(d.address, 24),
                _render.fit(d.content, 32),
                _render.plain(str(d.schedule)),
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self) -> str:
        rows = [
            [
                f"<code>{escape(d.id)}</code>",
                escape(d.display_name),
                escape(d.state),
                escape(d.address),
                f"<code>{escape(d.content)}</code>",
                escape(str(d.schedule)),
                f"{d.next_send:%Y-%m-%d %H:%M}" if d.next_send else "",
            ]
            for d in self._items[:ROWS]
        ]
        columns = ["id", "name", "state", "to", "papers", "sent", "next"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _take(self, digests: Sequence[Any], token: str) -> None:
        self._items += [Digest.from_proto(d) for d in digests]
        self._exhausted = not token

    def _frame(self, limit: Optional[int]) -> pd.DataFrame:
        items = self._items[:limit]
        queries = [asked_for(d.query) if d.query else None for d in items]
        boards = [str(d.board) if d.board else None for d in items]
        return table_frame(
            [
                ("name", "string", [d.name for d in items]),
                ("display_name", "string", [d.display_name for d in items]),
                ("address", "string", [d.address for d in items]),
                ("query", "string", queries),
                ("board", "string", boards),
                ("schedule", "string", [str(d.schedule) for d in items]),
                ("state", "string", [d.state for d in items]),
                ("created", TIME, [d.created for d in items]),
                ("confirmed", TIME, [d.confirmed for d in items]),
                ("next_send", TIME, [d.next_send for d in items]),
                ("last_send", TIME, [d.last_send for d in items]),
                ("last_error", "string", [d.last_error for d in items]),
            ]
        )


class DigestList(_DigestList, Pages[Digest]):
    """Digests by name, fetched as they are read."""

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row a digest, fetching all of them, or `limit`.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        return self._frame(limit)


class AsyncDigestList(_DigestList, AsyncPages[Digest]):
    """As `DigestList`, read by `async for`; the first page is loaded."""

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `DigestList.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        return self._frame(limit)
