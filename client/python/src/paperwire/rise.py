"""How the votes of a paper rose, day by day, as a small picture.

client.rise("arxiv:2410.01131")             # a line in a notebook
client.rise("arxiv:2410.01131").to_frame()
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from html import escape
from typing import TYPE_CHECKING, Any, List, NamedTuple, Sequence, Tuple

from paperwire import _render
from paperwire._convert import from_timestamp, to_timestamp
from paperwire._frames import TIME, table_frame
from paperwire.papers import Paper
from paperwire.v1 import trending_service_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

FIELDS = ["name", "title", "features", "external_ids", "cast_vote_count"]
MOST_POINTS = 60
_BLOCKS = "▁▂▃▄▅▆▇█"
_COLUMNS = 40
_WIDTH, _HEIGHT, _MARGIN = 420, 120, 24
_DAY = timedelta(days=1)


class RisePoint(NamedTuple):
    """How many votes a paper had at the end of a day, in UTC."""

    date: date
    votes: int


@dataclass(frozen=True)
class Rise:
    """How the votes of a paper rose; see `Client.rise`.

    Attributes:
        name: The paper's name.
        title: Its title.
        points: Days, in order, and the votes up to the end of each.
        unplaced: Votes that were cast here and are in no point, because it is
            not known when.
    """

    name: str
    title: str
    points: Tuple[RisePoint, ...] = ()
    unplaced: int = 0

    @property
    def votes(self) -> int:
        """Those of the last point."""
        return self.points[-1].votes if self.points else 0

    def to_pandas(self) -> pd.DataFrame:
        """Returns one row a point: `date` (midnight, UTC) and `votes`.

        Raises:
            ImportError: pandas is not installed.
        """
        return table_frame(
            [
                (
                    "date",
                    TIME,
                    [_midnight(point.date) for point in self.points],
                ),
                ("votes", "int64", [point.votes for point in self.points]),
            ]
        )

    to_frame = to_pandas

    def _spark(self) -> str:
        """A block for each span of time, as high as its last point."""
        columns = min(_COLUMNS, self._days + 1)
        most = max((point.votes for point in self.points), default=0) or 1
        heights = [
            self._votes_after((self._days + 1) * (column + 1) // columns - 1)
            for column in range(columns)
        ]
        top = len(_BLOCKS) - 1
        return "".join(_BLOCKS[-(-votes * top // most)] for votes in heights)

    def _votes_after(self, days: int) -> int:
        until = self.points[0].date + days * _DAY
        return [p.votes for p in self.points if p.date <= until][-1]

    @property
    def _days(self) -> int:
        if not self.points:
            return -1
        return (self.points[-1].date - self.points[0].date).days

    def _head(self) -> str:
        if not self.points:
            return "no votes whose day is known"
        first, last = self.points[0].date, self.points[-1].date
        span = f"{first}" if first == last else f"{first} to {last}"
        return f"{_render.count(self.votes, 'vote')}, {span}"

    def _note(self) -> str:
        if not self.unplaced:
            return ""
        cast = _render.count(self.unplaced, "vote")
        return f"and {cast} cast here, when is not known"

    def __repr__(self) -> str:
        title = _render.plain(self.title)[:60]
        facts = ", ".join(filter(None, [self._head(), self._note()]))
        return f"Rise({title!r}: {facts}) {self._spark()}".rstrip()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _repr_svg_(self) -> str:
        head = " · ".join(filter(None, [self._head(), self._note()]))
        picture = _picture(self.points) if self.points else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" '
            f'height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            'font-family="sans-serif" font-size="11" fill="currentColor">'
            f"<title>{escape(_render.plain(self.title))}</title>"
            f'<text x="{_MARGIN}" y="14">{escape(head)}</text>{picture}</svg>'
        )

    def _repr_html_(self) -> str:
        title = escape(self.title or self.name)
        return f"<div><b>{title}</b><br>{self._repr_svg_()}</div>"


def _picture(points: Sequence[RisePoint]) -> str:
    """Steps from day to day, over a line at 0; a day alone is a dot."""
    bottom, top = _HEIGHT - _MARGIN, _MARGIN + 4
    days = max((points[-1].date - points[0].date).days, 1)
    most = max(point.votes for point in points) or 1
    places = [
        (
            _MARGIN
            + (point.date - points[0].date).days
            / days
            * (_WIDTH - 2 * _MARGIN),
            bottom - point.votes / most * (bottom - top),
        )
        for point in points
    ]
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}"
    for x, y in places[1:]:
        path += f"H{x:.1f}V{y:.1f}"
    labels = f'<text x="{_MARGIN}" y="{_HEIGHT - 8}">{points[0].date}</text>'
    if len(points) > 1:
        labels += (
            f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 8}" '
            f'text-anchor="end">{points[-1].date}</text>'
        )
    x, y = places[-1]
    return (
        f'<path d="M{_MARGIN} {bottom}H{_WIDTH - _MARGIN}" fill="none" '
        'stroke="currentColor" stroke-opacity=".3"/>'
        f'<path d="{path}" fill="none" stroke="currentColor" '
        'stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>{labels}'
    )


def rise_of_lists(paper: Paper) -> Rise:
    """Returns what the lists that featured a paper tell, as boards count it.

    A later list of the same source adds what it has more, and takes nothing
    back; sources add up.
    """
    most: Counter[str] = Counter()
    votes: Counter[date] = Counter()
    for feature in sorted(paper.proto.features, key=lambda f: f.day):
        gained = feature.vote_count - most[feature.source]
        if gained > 0:
            most[feature.source] = feature.vote_count
            votes[date.fromisoformat(feature.day)] += gained
    points, total = [], 0
    for day in sorted(votes):
        total += votes[day]
        points.append(RisePoint(day, total))
    return Rise(paper.name, paper.title, tuple(points), paper.cast_votes)


def board_request(paper: Paper) -> pb.ListTrendingRequest:
    """Makes the request for the board that holds this paper alone, now.

    Empty when nothing names the paper in a query.
    """
    ids = list(paper.ids.items())
    if not ids:
        return pb.ListTrendingRequest()
    scheme, value = ids[0]
    request = pb.ListTrendingRequest(
        window=pb.TRENDING_WINDOW_ALL, page_size=10
    )
    request.query.text = f'id:"{scheme}:{value}"'
    request.read_mask.paths.append("name")
    return request


def entry_of(
    paper: Paper, answer: pb.ListTrendingResponse
) -> Tuple[int, datetime]:
    """Returns a paper's votes up to the moment, and when the first came.

    It is the moment itself when the paper has none.
    """
    moment = from_timestamp(answer.as_of_time)
    for entry in answer.papers:
        if entry.paper.name == paper.name:
            inputs = entry.inputs
            return (
                inputs.total_vote_count,
                from_timestamp(inputs.first_vote_time),
            )
    return 0, moment


def moments(first: datetime, now: datetime) -> List[datetime]:
    """Returns the ends of the days from the first vote on, but today's.

    Of more than 60 days, the first and others at even distances.
    """
    start = first.astimezone(timezone.utc).date()
    days = (now.astimezone(timezone.utc).date() - start).days
    step = max(1, -(-days // (MOST_POINTS - 1)))
    return [
        _midnight(start + day * _DAY) + _DAY - timedelta(seconds=1)
        for day in range(0, days, step)
    ]


def ask_at(request: pb.ListTrendingRequest, moment: datetime) -> None:
    """Turns a request to another moment."""
    request.as_of_time.CopyFrom(to_timestamp(moment))


def rise_of_boards(
    paper: Paper, counted: Sequence[Tuple[datetime, int]]
) -> Rise:
    """Makes it of the votes up to each moment."""
    points = [
        RisePoint(moment.astimezone(timezone.utc).date(), votes)
        for moment, votes in counted
    ]
    return Rise(paper.name, paper.title, tuple(points))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
