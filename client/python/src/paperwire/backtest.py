"""What a query would have delivered, had it been left standing.

client.backtest("sparse autoencoders", days=90)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from html import escape
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    List,
    NamedTuple,
    Optional,
    Tuple,
)

from paperwire import _render
from paperwire._convert import Time, from_timestamp, to_mask, to_timestamp
from paperwire._convert import to_datetime as _to_datetime
from paperwire._frames import TIME, table_frame
from paperwire._requests import Fields
from paperwire.matches import Match
from paperwire.query import AnyQuery, Query, query_proto
from paperwire.subscriptions import asked_for, to_news
from paperwire.v1 import subscription_service_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

_MOST_SAMPLES = 100
# A longer span is shown by months.
_MOST_BARS = 62
_BAR = 40


class DayCount(NamedTuple):
    """How much would have come on one day, in UTC."""

    date: date
    count: int  # type: ignore[assignment]  # hides that of tuples


@dataclass(frozen=True)
class Backtest:
    """What a query would have delivered; see `Client.backtest`.

    Attributes:
        query: What was asked.
        total: How many matches there would have been: exact.
        days: Each day that the span touches, in order, with its count; the
            first and the last may be there in part only. At most the last
            3,660.
        samples: The newest matches, newest first. They have no tokens.
        since: Where the span starts, UTC.
        until: Where it ends.
        sequence: The journal sequence number up to which this is complete.
    """

    query: Query
    total: int
    days: Tuple[DayCount, ...]
    samples: Tuple[Match, ...]
    since: datetime
    until: datetime
    sequence: int

    @classmethod
    def from_proto(
        cls,
        request: pb.PreviewSubscriptionRequest,
        answer: pb.PreviewSubscriptionResponse,
        samples: int,
    ) -> Backtest:
        """Makes it of the messages, with so many samples at most."""
        return cls(
            Query.from_proto(request.query),
            answer.total_match_count,
            tuple(
                DayCount(date.fromisoformat(day.date), day.match_count)
                for day in answer.days
            ),
            tuple(Match.from_proto(m) for m in answer.samples[:samples]),
            from_timestamp(answer.span.start_time),
            from_timestamp(answer.span.end_time),
            answer.sequence,
        )

    @property
    def per_day(self) -> float:
        """The average of a day (24 hours of the span)."""
        span = (self.until - self.since) / timedelta(days=1)
        return self.total / span if span > 0 else 0.0

    def to_pandas(self) -> pd.DataFrame:
        """Returns one row a day: `date` (midnight, UTC) and `count`.

        Raises:
            ImportError: pandas is not installed.
        """
        dates = [
            datetime(d.date.year, d.date.month, d.date.day, tzinfo=timezone.utc)
            for d in self.days
        ]
        return table_frame(
            [
                ("date", TIME, dates),
                ("count", "int64", [day.count for day in self.days]),
            ]
        )

    to_frame = to_pandas

    def _head(self) -> str:
        matches = _render.count(self.total, "match", "matches")
        span = f"{self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"
        asked = _render.plain(asked_for(self.query))
        return f"{matches}, {self.per_day:,.1f} a day, {span}: {asked}"

    def _bars(self) -> List[Tuple[str, int, float]]:
        """The rows to show: what for, how many, the share of the highest."""
        counts: Dict[str, int] = {}
        digits = 10 if len(self.days) <= _MOST_BARS else 7
        for day in self.days:
            key = day.date.isoformat()[:digits]
            counts[key] = counts.get(key, 0) + day.count
        most = max(counts.values(), default=0) or 1
        return [(key, n, n / most) for key, n in counts.items()]

    def __repr__(self) -> str:
        bars = [
            f"{key:<10} {n:>7,} {'█' * -int(-share * _BAR // 1)}".rstrip()
            for key, n, share in self._bars()
        ]
        rows = [(m.paper, _render.votes(m.paper)) for m in self.samples]
        samples = _render.table_text("The newest:", rows, "") if rows else ""
        return "\n".join(filter(None, [self._head(), *bars, samples]))

    def _repr_html_(self) -> str:
        bars = [
            [
                escape(key),
                f"{n:,}",
                '<div style="background:currentColor;opacity:.6;height:.8em;'
                f'width:{share * 20:.2f}em"></div>',
            ]
            for key, n, share in self._bars()
        ]
        html = _render.table_html(
            self._head(), ["day", "matches", ""], bars, ""
        )
        if not self.samples:
            return html
        rows = [
            [str(number), *_render.paper_cells(match.paper)]
            for number, match in enumerate(self.samples, 1)
        ]
        columns = ["", "title", "authors", "date", "votes"]
        return html + _render.table_html("The newest:", columns, rows, "")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)


def backtest_request(
    query: AnyQuery,
    days: Optional[float],
    since: Optional[Time],
    until: Optional[Time],
    news: str,
    samples: int,
    fields: Fields,
) -> pb.PreviewSubscriptionRequest:
    """Makes the request of a backtest.

    Raises:
        ValueError: Days and a beginning, or a number or a time that there is
            not.
        TypeError: As `query_proto`.
    """
    if not 0 <= samples <= _MOST_SAMPLES:
        raise ValueError(f"samples: {samples} is not in 0 to {_MOST_SAMPLES}")
    request = pb.PreviewSubscriptionRequest(
        query=query_proto(query),
        news=to_news(news),
        sample_size=max(samples, 1),  # 0 stands for the server's default
        read_mask=to_mask(fields),
    )
    if days is not None:
        if since is not None:
            raise ValueError("give days or since, not both")
        if not 0 < days <= 36_600:
            raise ValueError(f"days: {days} is not above 0, or over a century")
        end = datetime.now(timezone.utc)
        if until is not None:
            end = _to_datetime(until, "until")
        since = end - timedelta(days=days)
    if since is not None:
        request.span.start_time.CopyFrom(to_timestamp(since, "since"))
    if until is not None:
        request.span.end_time.CopyFrom(to_timestamp(until, "until"))
    return request
