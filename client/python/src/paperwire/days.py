"""The days on which curators featured papers.

for day in client.days(limit=7):
    print(day.label, day.paper_count, day.votes)
    client.list(day=day.start_day, by="featured")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from html import escape
from typing import TYPE_CHECKING, Any, Optional

from paperwire import _render
from paperwire._convert import unknown
from paperwire._frames import TIME, table_frame
from paperwire.paging import AsyncPages, Loaded, Pages
from paperwire.v1 import trending_service_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

UNITS = {
    "day": pb.ListDaysRequest.UNIT_DAY,
    "week": pb.ListDaysRequest.UNIT_WEEK,
    "month": pb.ListDaysRequest.UNIT_MONTH,
}
_UNIT_WORDS = {value: word for word, value in UNITS.items()}
ROWS = 50


@dataclass(frozen=True)
class FeaturedDay:
    """A day, week or month on which papers were featured.

    Attributes:
        label: "2026-07-10", "2026-W28" or "2026-07".
        start_day: Its first day, in the calendar of the lists.
        end_day: Its last day.
        paper_count: Papers that were featured in it, each counted once.
        votes: Votes on its lists, each paper by its highest count.
    """

    label: str
    start_day: date
    end_day: date
    paper_count: int
    votes: int

    @classmethod
    def from_proto(cls, proto: pb.FeaturedDay) -> FeaturedDay:
        """Makes it of the message."""
        return cls(
            proto.label,
            date.fromisoformat(proto.start_day),
            date.fromisoformat(proto.end_day),
            proto.paper_count,
            proto.vote_count,
        )


class _DayList(Loaded[FeaturedDay]):
    """What a list of days shows, however it is fetched."""

    _unit = "day"

    def _head(self) -> str:
        shown = _render.count(len(self._items), self._unit)
        return shown if self._exhausted else f"{shown} loaded"

    def _more(self) -> str:
        return "…" if len(self._items) > ROWS or not self._exhausted else ""

    def __repr__(self) -> str:
        lines = [self._head()]
        for day in self._items[:ROWS]:
            papers = _render.count(day.paper_count, "paper")
            votes = _render.count(day.votes, "vote")
            label = _render.fit(day.label, 10)
            lines.append(f"{label}  {papers:>14}  {votes:>14}")
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self) -> str:
        rows = [
            [escape(day.label), f"{day.paper_count:,}", f"{day.votes:,}"]
            for day in self._items[:ROWS]
        ]
        columns = ["", "papers", "votes"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _take(
        self,
        request: pb.ListDaysRequest,
        answer: pb.ListDaysResponse,
        limit: Optional[int],
    ) -> None:
        """Takes a page, and turns the request to the one after it."""
        self._unit = _UNIT_WORDS[request.unit]
        self._items += [FeaturedDay.from_proto(day) for day in answer.days]
        request.page_token = answer.next_page_token
        self._exhausted = not answer.next_page_token
        if limit is not None:
            del self._items[limit:]
            missing = limit - len(self._items)
            request.page_size = min(request.page_size, missing)
            self._exhausted = self._exhausted or not missing

    def _frame(self, limit: Optional[int]) -> pd.DataFrame:
        items = self._items[:limit]
        return table_frame(
            [
                ("label", "string", [d.label for d in items]),
                ("start_day", TIME, [_midnight(d.start_day) for d in items]),
                ("end_day", TIME, [_midnight(d.end_day) for d in items]),
                ("paper_count", "int64", [d.paper_count for d in items]),
                ("votes", "int64", [d.votes for d in items]),
            ]
        )


class DayList(_DayList, Pages[FeaturedDay]):
    """Days, weeks or months, newest first, fetched as they are read."""

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row a day, fetching all of them, or `limit`.

        Its days are times: midnight, UTC.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        return self._frame(limit)


class AsyncDayList(_DayList, AsyncPages[FeaturedDay]):
    """As `DayList`, read by `async for`; the first page is loaded."""

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `DayList.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        return self._frame(limit)


def days_request(
    unit: str, limit: Optional[int], page_size: int
) -> pb.ListDaysRequest:
    """Makes the request of a list's first page.

    Raises:
        ValueError: A unit or a number that there is not.
    """
    if unit not in UNITS:
        raise unknown("unit", unit, UNITS)
    if limit is not None and limit < 1:
        raise ValueError(f"limit: {limit} is less than 1; None for no limit")
    if not 1 <= page_size <= 1000:
        raise ValueError(f"page_size: {page_size} is not in 1 to 1,000")
    return pb.ListDaysRequest(
        unit=UNITS[unit], page_size=min(page_size, limit or page_size)
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
