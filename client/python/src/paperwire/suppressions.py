"""Addresses that no mail is sent to, as values.

client.digests.suppress("jane@example.org")
client.digests.suppressions().to_pandas()
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any, Optional, Sequence

from paperwire import _render
from paperwire._convert import time_of
from paperwire._frames import TIME, table_frame
from paperwire.digests import word_of
from paperwire.paging import AsyncPages, Loaded, Pages
from paperwire.v1 import digest_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

ROWS = 50


@dataclass(frozen=True)
class Suppression:
    """An address that nothing is sent to.

    Attributes:
        address: The address, in lower case.
        reason: "bounced": there is no such mailbox; "complained": its reader
            marked a mail as unwanted; "manual": by `suppress`.
        detail: What was said.
        created: Since when, UTC.
    """

    address: str
    reason: str
    detail: str = ""
    created: Optional[datetime] = None

    @classmethod
    def from_proto(cls, proto: pb.Suppression) -> Suppression:
        """Makes it of the message."""
        return cls(
            proto.name.removeprefix("suppressions/"),
            word_of(pb.Suppression.Reason, proto.reason, "REASON_"),
            proto.detail,
            time_of(proto, "create_time"),
        )


class _SuppressionList(Loaded[Suppression]):
    """What a list of suppressions shows, however it is fetched."""

    def _head(self) -> str:
        shown = _render.count(
            len(self._items), "suppressed address", "suppressed addresses"
        )
        return shown if self._exhausted else f"{shown} loaded"

    def _more(self) -> str:
        return "…" if len(self._items) > ROWS or not self._exhausted else ""

    def __repr__(self) -> str:
        lines = [self._head()]
        for s in self._items[:ROWS]:
            cells = [
                _render.fit(s.address, 32),
                _render.fit(s.reason, 10),
                _time(s.created),
                _render.plain(s.detail)[:60],
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self) -> str:
        rows = [
            [
                escape(s.address),
                escape(s.reason),
                _time(s.created),
                escape(s.detail),
            ]
            for s in self._items[:ROWS]
        ]
        columns = ["address", "reason", "since", "detail"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _take(self, suppressions: Sequence[Any], token: str) -> None:
        self._items += [Suppression.from_proto(s) for s in suppressions]
        self._exhausted = not token

    def _frame(self, limit: Optional[int]) -> pd.DataFrame:
        items = self._items[:limit]
        return table_frame(
            [
                ("address", "string", [s.address for s in items]),
                ("reason", "string", [s.reason for s in items]),
                ("created", TIME, [s.created for s in items]),
                ("detail", "string", [s.detail for s in items]),
            ]
        )


class SuppressionList(_SuppressionList, Pages[Suppression]):
    """Addresses that nothing is sent to, fetched as they are read."""

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row an address, fetching all of them, or `limit`.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        return self._frame(limit)


class AsyncSuppressionList(_SuppressionList, AsyncPages[Suppression]):
    """As `SuppressionList`, read by `async for`; the first page is loaded."""

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `SuppressionList.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        return self._frame(limit)


def _time(at: Optional[datetime]) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""
