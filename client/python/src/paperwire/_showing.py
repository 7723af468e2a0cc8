"""A watch that somebody looks at: a table that fills, or lines.

`Showing` does no call: it says until when to wait for a match (`until`), is
given what came (`take`), and draws.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from html import escape
from typing import Any, Deque, List, Optional, Tuple

from paperwire import _render
from paperwire.matches import Match

DRAW_SECONDS = 0.25
ROWS = 20
_REASONS = 4  # in a row


class Feed:
    """The newest matches as a table, the newest first."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._rows: Deque[Tuple[int, Match]] = deque(maxlen=ROWS)
        self.count = 0
        self.ended = False

    def add(self, match: Match) -> None:
        """Puts a match on top."""
        self.count += 1
        self._rows.appendleft((self.count, match))

    def _head(self) -> str:
        matches = _render.count(self.count, "match", "matches")
        state = "" if self.ended else "; watching"
        return f"{matches} for {self._title}{state}"

    def _more(self) -> str:
        hidden = self.count - len(self._rows)
        return (
            f"… after {_render.count(hidden, 'more match', 'more matches')}"
            if hidden
            else ""
        )

    def __repr__(self) -> str:
        return "\n".join(
            filter(
                None,
                [
                    self._head(),
                    *(line(match) for _, match in self._rows),
                    self._more(),
                ],
            )
        )

    def _repr_html_(self) -> str:
        return _render.table_html(
            self._head(),
            ["", "title", "authors", "date", "votes", "", "stored"],
            [_cells(number, match) for number, match in self._rows],
            self._more(),
        )


def _cells(number: int, match: Match) -> List[str]:
    title = match.highlights.get("title")
    cells = _render.paper_cells(
        match.paper, title._repr_html_() if title else ""
    )
    if match.reasons:
        reasons = "<br>".join(escape(str(r)) for r in match.reasons[:_REASONS])
        cells[0] += f"<br><small>{reasons}</small>"
    return [str(number), *cells, escape(match.news), _time(match)]


def _time(match: Match) -> str:
    return f"{match.stored:%Y-%m-%d %H:%M:%S}" if match.stored else ""


def line(match: Match) -> str:
    """Returns a match in one line."""
    paper = match.paper
    by = paper.authors[0] if paper.authors else ""
    if len(paper.authors) > 1:
        by += " et al."
    parts = [
        _time(match),
        f"{match.news:<11}",
        _render.plain(paper.title or paper.name),
        _render.plain(by),
        paper.date,
    ]
    return "  ".join(part for part in parts if part)


def why(match: Match) -> List[str]:
    """Returns a line for each reason, if they were asked for."""
    columns = shutil.get_terminal_size((100, 24)).columns
    return [_render.fit(f"  {r}", columns).rstrip() for r in match.reasons]


class Showing:
    """What `show` draws, and when it ends.

    Args:
        title: What is watched.
        limit: End after so many matches.
        seconds: End after so many seconds.
        timeout: End after so many seconds without a match.

    Raises:
        ValueError: One of them is not above 0.
    """

    def __init__(
        self,
        title: str,
        limit: Optional[int],
        seconds: Optional[float],
        timeout: Optional[float],
    ) -> None:
        for what, value in (("limit", limit), ("seconds", seconds)):
            if value is not None and not value > 0:
                raise ValueError(f"{what}: {value} is not above 0")
        now = time.monotonic()
        self._feed = Feed(title)
        self._limit = limit
        self._end = None if seconds is None else now + seconds
        self._timeout = timeout
        self._came = now  # when the last match did
        self._drawn = now
        self._stale = False
        display = _notebook_display()
        self.in_notebook = display is not None
        self._handle = display and display(self._feed, display_id=True)

    @property
    def over(self) -> bool:
        """Whether the limit or a time is reached."""
        if self._limit is not None and self._feed.count >= self._limit:
            return True
        return any(end <= time.monotonic() for end in self._ends())

    @property
    def until(self) -> Optional[float]:
        """Until when to wait for a match, by the monotonic clock."""
        times = self._ends()
        if self._stale:
            times.append(self._drawn + DRAW_SECONDS)
        return min(times, default=None)

    def take(self, match: Optional[Match]) -> None:
        """Takes in a match, or that none came in time; draws if it may."""
        if match is not None:
            self._feed.add(match)
            self._came = time.monotonic()
            self._stale = self.in_notebook
            if not self.in_notebook:
                print("\n".join([line(match), *why(match)]), flush=True)
        if time.monotonic() >= self._drawn + DRAW_SECONDS:
            self._draw()

    def close(self) -> None:
        """Draws the last state."""
        self._feed.ended = self._stale = True
        self._draw()

    def _ends(self) -> List[float]:
        ends = [] if self._end is None else [self._end]
        if self._timeout is not None:
            ends.append(self._came + self._timeout)
        return ends

    def _draw(self) -> None:
        if self._stale and self._handle is not None:
            self._handle.update(self._feed)
            self._drawn = time.monotonic()
        self._stale = False


def _notebook_display() -> Any:
    """Returns IPython's `display` in a notebook, else None.

    IPython on a terminal cannot draw again what it has shown.
    """
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    return display
