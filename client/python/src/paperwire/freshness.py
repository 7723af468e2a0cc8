"""How alive the sources of papers are.

    client.sources()           # a table, what is late first
    client.sources().late      # only those

A source that has gone silent looks like one that has nothing to say; this
tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from typing import TYPE_CHECKING, Any, Iterable, List, Optional

from paperwire import _render
from paperwire._convert import span_of, time_of
from paperwire._frames import TIME, table_frame
from paperwire.v1 import server_service_pb2 as server_pb
from paperwire.v1 import source_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


class LateSourceWarning(UserWarning):
    """A source of papers has been silent for longer than is usual for it."""


@dataclass(frozen=True)
class SourceStats:
    """What a source brought, and whether its last word is long ago for it.

    Attributes:
        source: Its name, as imports have it ("arxiv").
        papers: Active papers that it reported; None in a watch.
        last_import: When it was last imported from, whether there was
            anything new or not, UTC; None: before the server kept this.
        last_news: When it last brought something new, UTC.
        usual_interval: How long it usually is between two imports with
            something new; None: not enough of them are known.
        due: When something new is due at the latest, UTC; None with
            `usual_interval`.
        late: Whether `due` is past.
    """

    source: str
    papers: Optional[int] = None
    last_import: Optional[datetime] = None
    last_news: Optional[datetime] = None
    usual_interval: Optional[timedelta] = None
    due: Optional[datetime] = None
    late: bool = False

    @classmethod
    def from_proto(
        cls, proto: pb.SourceFreshness, papers: Optional[int] = None
    ) -> SourceStats:
        """Makes it of the message."""
        return cls(
            proto.source,
            papers,
            time_of(proto, "last_import_time"),
            time_of(proto, "last_news_time"),
            span_of(proto, "usual_interval"),
            time_of(proto, "due_time"),
            proto.late,
        )

    @classmethod
    def from_stats(cls, proto: server_pb.SourceStats) -> SourceStats:
        """Makes it of the server's statistics."""
        if not proto.HasField("freshness"):
            return cls(proto.source, proto.papers)
        fresh = pb.SourceFreshness()
        fresh.CopyFrom(proto.freshness)
        fresh.source = proto.source
        return cls.from_proto(fresh, proto.papers)

    @property
    def late_by(self) -> Optional[timedelta]:
        """For how long something new has been due; None: it is not late."""
        if not self.late or self.due is None:
            return None
        return max(datetime.now(timezone.utc) - self.due, timedelta())

    def __str__(self) -> str:
        """Returns one line: its name, its last news, whether it is late."""
        parts = [_render.plain(self.source)]
        if self.last_news is not None:
            parts.append(f"last news {self.last_news:%Y-%m-%d %H:%M}")
        if self.usual_interval is not None:
            parts.append(f"usually every {rough(self.usual_interval)}")
        if self.late:
            parts.append(_late(self))
        return ", ".join(parts)


class SourceList(List[SourceStats]):
    """Sources, those that are late first, then by their last news."""

    def __init__(self, sources: Iterable[SourceStats] = ()) -> None:
        def order(source: SourceStats) -> Any:
            at = source.last_news
            return (not source.late, -at.timestamp() if at else 0.0)

        super().__init__(sorted(sources, key=order))

    @property
    def late(self) -> List[SourceStats]:
        """Those that have been silent for too long."""
        return [source for source in self if source.late]

    def _head(self) -> str:
        late = len(self.late)
        return _render.count(len(self), "source") + (
            f", {late} late" if late else ""
        )

    def __repr__(self) -> str:
        lines = [self._head()]
        for s in self:
            cells = [
                _render.fit(s.source, 16),
                f"{'' if s.papers is None else f'{s.papers:,}':>9}",
                f"{_time(s.last_import):<16}",
                f"{_time(s.last_news):<16}",
                f"{rough(s.usual_interval):<7}",
                _late(s),
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [
            [
                escape(s.source),
                "" if s.papers is None else f"{s.papers:,}",
                _time(s.last_import),
                _time(s.last_news),
                rough(s.usual_interval),
                f"<b>{_late(s)}</b>" if s.late else "",
            ]
            for s in self
        ]
        columns = ["source", "papers", "last import", "last news", "usually"]
        return _render.table_html(self._head(), [*columns, "late"], rows, "")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def to_pandas(self) -> pd.DataFrame:
        """Returns one row a source; `usual_interval` and `late_by` in seconds.

        Raises:
            ImportError: pandas is not installed.
        """
        usual = [_seconds(s.usual_interval) for s in self]
        return table_frame(
            [
                ("source", "string", [s.source for s in self]),
                ("papers", "Int64", [s.papers for s in self]),
                ("last_import", TIME, [s.last_import for s in self]),
                ("last_news", TIME, [s.last_news for s in self]),
                ("usual_interval", "Float64", usual),
                ("due", TIME, [s.due for s in self]),
                ("late", "bool", [s.late for s in self]),
                ("late_by", "Float64", [_seconds(s.late_by) for s in self]),
            ]
        )


def rough(span: Optional[timedelta]) -> str:
    """Returns a length of time in its largest unit ("3 d"); None: nothing."""
    if span is None:
        return ""
    seconds = max(span.total_seconds(), 0.0)
    for unit, size in _UNITS:
        # 36 hours say more than 1 day.
        if seconds >= 2 * size or size == 1:
            return f"{seconds / size:.0f} {unit}"
    return ""


def _late(source: SourceStats) -> str:
    late = source.late_by
    if late is None:
        return "late" if source.late else ""
    return f"late by {rough(late)}"


def _seconds(span: Optional[timedelta]) -> Optional[float]:
    return None if span is None else span.total_seconds()


def _time(at: Optional[datetime]) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""
