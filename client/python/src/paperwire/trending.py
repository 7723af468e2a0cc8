"""The papers that a community votes for, as of now or of any past moment.

board = client.trending("sparse autoencoders", window="month")
board[0].paper.title, board[0].votes, board[0].rank_change
client.trending(as_of="2024-10-03", formula="hacker-news").to_pandas()
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Iterable, List, Optional

from paperwire import _render
from paperwire._convert import (
    Span,
    Time,
    from_timestamp,
    time_of,
    to_duration,
    to_last_second,
    to_mask,
    to_timestamp,
    unknown,
)
from paperwire._frames import TIME, papers_frame
from paperwire._requests import Fields
from paperwire.papers import Paper
from paperwire.query import AnyQuery, Query, query_proto
from paperwire.subscriptions import asked_for
from paperwire.v1 import trending_service_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

WINDOWS = {
    "day": pb.TRENDING_WINDOW_DAY,
    "week": pb.TRENDING_WINDOW_WEEK,
    "month": pb.TRENDING_WINDOW_MONTH,
    "all": pb.TRENDING_WINDOW_ALL,
}
FORMULAS = {
    "votes": pb.TRENDING_FORMULA_VOTES,
    "hacker-news": pb.TRENDING_FORMULA_HACKER_NEWS,
    "reddit-hot": pb.TRENDING_FORMULA_REDDIT_HOT,
    "velocity": pb.TRENDING_FORMULA_VELOCITY,
    "wilson": pb.TRENDING_FORMULA_WILSON,
}
WINDOW_WORDS = {value: word for word, value in WINDOWS.items()}
FORMULA_WORDS = {value: word for word, value in FORMULAS.items()}
_SPANS = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
_MAX_PAGE = 1000


@dataclass(frozen=True)
class TrendingPaper:
    """A paper on a board, and what its place was computed of.

    Attributes:
        rank: Its place, from 1.
        score: Its score by the board's formula; comparable within one board.
        paper: The paper as it stands now.
        votes: Its votes in the window.
        total_votes: Its votes up to the moment of the board.
        first_vote_time: When it got its first vote, UTC; one of a list, on
            the list's day, 00:00.
        previous_rank: Its place on the same board 24 hours before; None: it
            was not on it.
        newcomer: Whether its first vote is less than 24 hours old.
    """

    rank: int
    score: float
    paper: Paper
    votes: int
    total_votes: int
    first_vote_time: datetime
    previous_rank: Optional[int] = None
    newcomer: bool = False

    @classmethod
    def from_proto(cls, proto: pb.TrendingPaper) -> TrendingPaper:
        """Makes it of the message."""
        inputs = proto.inputs
        return cls(
            proto.rank,
            proto.score,
            Paper.from_proto(proto.paper),
            inputs.vote_count,
            inputs.total_vote_count,
            from_timestamp(inputs.first_vote_time),
            proto.previous_rank if proto.HasField("previous_rank") else None,
            proto.newcomer,
        )

    @property
    def name(self) -> str:
        """The paper's name."""
        return self.paper.name

    @property
    def title(self) -> str:
        """The paper's title."""
        return self.paper.title

    @property
    def rank_change(self) -> Optional[int]:
        """By how many places it rose in 24 hours; below 0, it fell.

        None: it was not on the board then.
        """
        if self.previous_rank is None:
            return None
        return self.previous_rank - self.rank

    def _move(self) -> str:
        """How it moved, as short as can be: `▲3`, `▼1`, `=`, `new`."""
        change = self.rank_change
        if change is None:
            return "new" if self.newcomer else ""
        return f"{'▲' if change > 0 else '▼'}{abs(change):,}" if change else "="

    def __repr__(self) -> str:
        facts = [f"{self.rank}", f"{self.score:.6g}"]
        facts.append(_render.count(self.votes, "vote"))
        facts += filter(None, [self._move()])
        return f"TrendingPaper({', '.join(facts)}, {self.paper!r})"

    def _repr_html_(self) -> str:
        votes = _render.count(self.votes, "vote")
        return (
            f"{self.paper._repr_html_()}<small>rank {self.rank:,} "
            f"{self._move()}, score {self.score:.6g}, {votes}</small>"
        )


class Trending(List[TrendingPaper]):
    """The papers that lead a board, best first; complete from the start.

        board = client.trending()
        for entry in board:
            print(entry.rank, entry.votes, entry.title)
        board.formula_text    # how the scores were computed

    Attributes:
        query: What was asked.
        window: Whose votes count: "day", "week", "month" or "all".
        formula: What made scores of them.
        formula_text: The formula with its parameters, to be read.
        start_time: Votes after this moment count, UTC; None: all do.
        as_of_time: The moment of the board, UTC: votes up to it count.
        total: How many papers are on the board; exact.
    """

    def __init__(self, query: Query, answer: pb.ListTrendingResponse) -> None:
        super().__init__(TrendingPaper.from_proto(p) for p in answer.papers)
        self.query = query
        self.window: str = WINDOW_WORDS.get(answer.window, "unknown")
        self.formula: str = FORMULA_WORDS.get(answer.formula, "unknown")
        self.formula_text: str = answer.formula_text
        self.start_time: Optional[datetime] = time_of(answer, "start_time")
        self.as_of_time: datetime = from_timestamp(answer.as_of_time)
        self.total: int = answer.total_size

    def later(
        self, entries: Iterable[TrendingPaper], as_of_time: datetime, total: int
    ) -> Trending:
        """Returns what became of this board at a later moment.

        Args:
            entries: The papers that lead it then, best first.
            as_of_time: The moment.
            total: How many papers are on it then.
        """
        board = copy.copy(self)
        board[:] = entries
        board.as_of_time = as_of_time
        board.total = total
        span = _SPANS.get(self.window)
        board.start_time = None if span is None else as_of_time - span
        return board

    def to_pandas(self) -> pd.DataFrame:
        """Returns one row a paper, with the columns of all such frames.

        Its `votes` are the paper's own, as of now; those in the window are
        `window_votes`.

        Raises:
            ImportError: pandas is not installed.
        """
        return papers_frame(
            [entry.paper for entry in self],
            [
                ("rank", "int64", [e.rank for e in self]),
                ("score", "float64", [e.score for e in self]),
                ("window_votes", "int64", [e.votes for e in self]),
                ("total_votes", "int64", [e.total_votes for e in self]),
                ("first_vote_time", TIME, [e.first_vote_time for e in self]),
                ("previous_rank", "Int64", [e.previous_rank for e in self]),
                ("rank_change", "Int64", [e.rank_change for e in self]),
                ("newcomer", "bool", [e.newcomer for e in self]),
            ],
        )

    def _head(self) -> str:
        papers = _render.count(self.total, "paper")
        start = f"{self.start_time:%Y-%m-%d %H:%M} " if self.start_time else ""
        span = f"{start}to {self.as_of_time:%Y-%m-%d %H:%M}"
        asked = _render.plain(asked_for(self.query))
        return f"{papers} by {self.formula}, {span}: {asked}"

    def _more(self) -> str:
        hidden = self.total - min(len(self), _render.ROWS)
        more = f"… and {_render.count(hidden, 'more paper')}" if hidden else ""
        score = f"score: {_render.plain(self.formula_text)}"
        return "\n".join(filter(None, [more, score]))

    def __repr__(self) -> str:
        rows = [
            (entry.paper, f"{entry.votes:,} {entry._move()}")
            for entry in self[: _render.ROWS]
        ]
        return _render.table_text(self._head(), rows, self._more())

    def _repr_html_(self) -> str:
        rows = [
            [
                f"{entry.rank:,}",
                *_render.paper_cells(entry.paper)[:3],
                f"{entry.votes:,}",
                f"{entry.score:.6g}",
                escape(entry._move()),
            ]
            for entry in self[: _render.ROWS]
        ]
        columns = ["", "title", "authors", "date", "votes", "score", "moved"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)


def to_window(word: str, what: str = "window") -> pb.TrendingWindow:
    """Returns whose votes count.

    Raises:
        ValueError: There is no such window.
    """
    if word not in WINDOWS:
        raise unknown(what, word, WINDOWS)
    return WINDOWS[word]


def to_formula(word: str) -> pb.TrendingFormula:
    """Returns how they count.

    Raises:
        ValueError: There is no such formula.
    """
    if word not in FORMULAS:
        raise unknown("formula", word, FORMULAS)
    return FORMULAS[word]


def trending_request(
    query: AnyQuery,
    window: str,
    formula: str,
    half_life: Optional[Span],
    as_of: Optional[Time],
    limit: Optional[int],
    fields: Fields,
) -> pb.ListTrendingRequest:
    """Makes the request of a board's first page.

    Raises:
        ValueError: A window, formula, time or number that there is not.
        TypeError: As `query_proto`.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit: {limit} is less than 1; None for no limit")
    request = pb.ListTrendingRequest(
        query=query_proto(query),
        window=to_window(window),
        formula=to_formula(formula),
        page_size=min(limit or _MAX_PAGE, _MAX_PAGE),
        read_mask=to_mask(fields),
    )
    if half_life is not None:
        request.half_life.CopyFrom(to_duration(half_life, "half_life"))
    if as_of is not None:
        moment = to_last_second(as_of, "as_of")
        request.as_of_time.CopyFrom(to_timestamp(moment))
    return request


def next_page(
    request: pb.ListTrendingRequest,
    answer: pb.ListTrendingResponse,
    limit: Optional[int],
) -> bool:
    """Turns a request to the page after those in an answer.

    Args:
        request: The request of the page before.
        answer: What came so far; the next page can be merged into it.
        limit: How many papers are wanted at most. None: all.

    Returns:
        Whether a further page is there and wanted.
    """
    missing = _MAX_PAGE if limit is None else limit - len(answer.papers)
    request.page_token = answer.next_page_token
    request.page_size = min(missing, _MAX_PAGE)
    # Merging leaves it as it is when the last page has none.
    answer.ClearField("next_page_token")
    return missing > 0 and bool(request.page_token)
