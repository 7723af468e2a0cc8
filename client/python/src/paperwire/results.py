"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import (
    TYPE_CHECKING,
    Any,
    Awaitable,
    Callable,
    Dict,
    List,
    Optional,
    Sequence,
    Tuple,
)

from paperwire import _render
from paperwire._frames import papers_frame
from paperwire._requests import FACETS
from paperwire.paging import AsyncPages, Loaded, Pages
from paperwire.papers import Paper
from paperwire.suggesting import Rewrite, help_text
from paperwire.v1 import search_service_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd

_MAX_PAGE = 1000
_FACET_WORDS = {value: word for word, value in FACETS.items()}


@dataclass(frozen=True)
class Highlight:
    """Matching words in one field of a paper.

    Attributes:
        field: "title" or "abstract".
        snippet: A readable piece of the field.
        start: Where the piece starts in the field, in characters.
        spans: Every match in the field as (start, end), in characters of the
            field, in order.
    """

    field: str
    snippet: str
    start: int
    spans: Tuple[Tuple[int, int], ...]

    def marked(self, left: str = "**", right: str = "**") -> str:
        """Returns the snippet with its matches between `left` and `right`."""
        return _render.mark(self.snippet, self.start, self.spans, left, right)

    def _repr_html_(self) -> str:
        return _render.mark_html(self.snippet, self.start, self.spans)

    def __str__(self) -> str:
        return self.marked()


def highlights_of(protos: Sequence[pb.Highlight]) -> Dict[str, Highlight]:
    """Returns highlights by field."""
    return {
        h.field: Highlight(
            h.field,
            h.snippet,
            h.snippet_start,
            tuple((span.start, span.end) for span in h.spans),
        )
        for h in protos
    }


@dataclass(frozen=True)
class Explanation:
    """A part of a score: what it stands for, and what it is the sum of."""

    value: float
    description: str
    details: Tuple[Explanation, ...] = ()

    @classmethod
    def from_proto(cls, proto: pb.Explanation) -> Explanation:
        """Makes it of the message."""
        return cls(
            proto.value,
            proto.description,
            tuple(cls.from_proto(part) for part in proto.details),
        )

    def __str__(self) -> str:
        lines = [f"{self.value:.4f}  {self.description}"]
        for part in self.details:
            lines += ["  " + line for line in str(part).splitlines()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Hit:
    """One paper found.

    Attributes:
        paper: The paper.
        score: The BM25F score; comparable within one answer only.
        match: "full": all of the query matches. "partial": every filter
            does, but only some of the words.
        highlights: Where the words stand, by field ("title", "abstract").
        explanation: How the score came about; only with `explain=True`.
    """

    paper: Paper
    score: float
    match: str
    highlights: Dict[str, Highlight] = field(default_factory=dict)
    explanation: Optional[Explanation] = None

    @classmethod
    def from_proto(cls, proto: pb.Hit) -> Hit:
        """Makes it of the message."""
        return cls(
            Paper.from_proto(proto.paper),
            proto.score,
            "full" if proto.match_kind == pb.MATCH_KIND_FULL else "partial",
            highlights_of(proto.highlights),
            Explanation.from_proto(proto.explanation)
            if proto.HasField("explanation")
            else None,
        )

    @property
    def name(self) -> str:
        """The paper's name."""
        return self.paper.name

    @property
    def title(self) -> str:
        """The paper's title."""
        return self.paper.title

    def __repr__(self) -> str:
        return f"Hit({self.score:.2f}, {self.match}, {self.paper!r})"

    def _repr_html_(self) -> str:
        found = "<br>".join(h._repr_html_() for h in self.highlights.values())
        return (
            f"{self.paper._repr_html_()}<p>{found}</p>"
            f"<small>score {self.score:.2f}, {escape(self.match)} match</small>"
        )


class Facet(Dict[str, int]):
    """How many full matches have each value, the most frequent first.

    Attributes:
        other_values: How many more values there are beyond the limit.
    """

    other_values: int = 0


class _HitList(Loaded[Hit]):
    """What a list of hits shows, however it is fetched."""

    def _head(self) -> str:
        raise NotImplementedError

    def _more(self) -> str:
        hidden = len(self._items) - _render.ROWS
        if not self._exhausted:
            return "… more are fetched as you read on"
        return (
            f"… and {_render.count(hidden, 'more hit')}" if hidden > 0 else ""
        )

    def __repr__(self) -> str:
        rows = [
            (hit.paper, f"{hit.score:.2f}{'' if hit.match == 'full' else ' ~'}")
            for hit in self._items[: _render.ROWS]
        ]
        return _render.table_text(self._head(), rows, self._more())

    def _repr_html_(self) -> str:
        rows = []
        for number, hit in enumerate(self._items[: _render.ROWS], 1):
            title = hit.highlights.get("title")
            cells = _render.paper_cells(
                hit.paper, title._repr_html_() if title else ""
            )
            abstract = hit.highlights.get("abstract")
            if abstract:
                cells[0] += f"<br><small>{abstract._repr_html_()}</small>"
            cells += [f"{hit.score:.2f}", escape(hit.match)]
            rows.append([str(number), *cells])
        columns = ["", "title", "authors", "date", "votes", "score", "match"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _frame(self) -> pd.DataFrame:
        return papers_frame(
            [hit.paper for hit in self._items],
            [
                ("score", "float64", [hit.score for hit in self._items]),
                ("match", "string", [hit.match for hit in self._items]),
            ],
        )


class _SearchState(_HitList):
    """A walk over a search's pages: which to ask for, and when to stop."""

    _request: pb.SearchRequest
    _limit: Optional[int]

    def _begin(
        self,
        request: pb.SearchRequest,
        limit: Optional[int],
        first: pb.SearchResponse,
    ) -> None:
        self._request = pb.SearchRequest()
        self._request.CopyFrom(request)
        self._limit = limit
        self._step = request.page_size
        self._size = request.page_size
        self._ignored = list(first.ignored_words)
        self._meant = [Rewrite.from_proto(r) for r in first.did_you_mean]
        self._wider = [Rewrite.from_proto(r) for r in first.relaxations]
        self._total = first.total_full_matches
        self._sequence = first.sequence
        self._facets = {}
        for facet in first.facets:
            counts = Facet((v.value, v.count) for v in facet.values)
            counts.other_values = facet.other_values
            self._facets[_FACET_WORDS.get(facet.field, "unknown")] = counts
        self._absorb(first)

    def _next_request(self) -> pb.SearchRequest:
        """Pages grow, so that a long walk takes few calls."""
        self._size = min(self._size * 2, max(_MAX_PAGE, self._step))
        wanted = self._total if self._limit is None else self._limit
        missing = max(wanted - len(self._items), 1)
        # Whole steps, so that partial matches fill up the last of them only.
        if self._limit is None:
            missing = -(-missing // self._step) * self._step
        self._request.page_size = min(self._size, missing)
        return self._request

    def _absorb(self, response: pb.SearchResponse) -> None:
        self._items += [Hit.from_proto(hit) for hit in response.hits]
        self._request.page_token = response.next_page_token
        if self._limit is not None:
            del self._items[self._limit :]
            done = len(self._items) >= self._limit
        else:
            done = len(self._items) >= self._total
        self._exhausted = done or not response.next_page_token

    @property
    def total(self) -> int:
        """How many papers match fully; exact."""
        return self._total

    @property
    def sequence(self) -> int:
        """The journal sequence number up to which the answer is complete."""
        return self._sequence

    @property
    def facets(self) -> Dict[str, Facet]:
        """The counts asked for: `results.facets["year"]["2024"]`."""
        return self._facets

    @property
    def ignored_words(self) -> List[str]:
        """Common words of the query that were left aside ("the", "of")."""
        return self._ignored

    @property
    def did_you_mean(self) -> List[Rewrite]:
        """The query with words that papers have, when it matches nothing.

        Also when a word that it asks for stands in no paper.
        """
        return self._meant

    @property
    def relaxations(self) -> List[Rewrite]:
        """Wider queries that match something, when this one does not."""
        return self._wider

    def _more(self) -> str:
        return "\n".join(
            filter(None, [super()._more(), help_text(self._meant, self._wider)])
        )

    def _head(self) -> str:
        asked = _render.plain(self._request.query.text)
        what = f" for {asked!r}" if asked else ""
        head = (
            f"{_render.count(self._total, 'full match', 'full matches')}{what}"
        )
        if any(hit.match != "full" for hit in self._items):
            head += "; ~ marks partial matches"
        return head


class Results(_SearchState, Pages[Hit]):
    """The hits of a search, best first, fetched as they are read.

        results = client.search("sparse autoencoders", facets=["year"])
        results.total             # exact, known at once
        for hit in results: ...   # pages come by themselves
        results.first(20)
        results.to_pandas()

    Without a `limit` the walk ends with the last full match and the partial
    matches that fill up its page. With one it ends there, partial matches
    included. It is a stable walk over one snapshot; leave it for more than 10
    minutes, and reading on raises `PageTokenExpired`.
    """

    def __init__(
        self,
        request: pb.SearchRequest,
        limit: Optional[int],
        first: pb.SearchResponse,
        call: Callable[[pb.SearchRequest], pb.SearchResponse],
    ) -> None:
        Pages.__init__(self, lambda: self._absorb(call(self._next_request())))
        self._begin(request, limit, first)

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row a hit, fetching all of them, or `limit`.

        The columns are always there and always have the same types: times
        are UTC, missing numbers and words are NA.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        frame = self._frame()
        return frame if limit is None else frame.head(limit)


class AsyncResults(_SearchState, AsyncPages[Hit]):
    """As `Results`, read by `async for`; the first page is loaded."""

    def __init__(
        self,
        request: pb.SearchRequest,
        limit: Optional[int],
        first: pb.SearchResponse,
        call: Callable[[pb.SearchRequest], Awaitable[pb.SearchResponse]],
    ) -> None:
        async def fetch() -> None:
            self._absorb(await call(self._next_request()))

        AsyncPages.__init__(self, fetch)
        self._begin(request, limit, first)

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `Results.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        frame = self._frame()
        return frame if limit is None else frame.head(limit)


class Similar(_HitList, Pages[Hit]):
    """Papers like a given one, best first; complete from the start.

    Attributes:
        terms: What the likeness was judged by, most telling first.
        sequence: The journal sequence number that the answer has seen.
    """

    def __init__(self, response: pb.SearchSimilarPapersResponse) -> None:
        Pages.__init__(self, lambda: None)
        self._items = [Hit.from_proto(hit) for hit in response.hits]
        self._exhausted = True
        self.terms: List[str] = list(response.terms)
        self.sequence: int = response.sequence

    def __len__(self) -> int:
        return len(self._items)

    def to_pandas(self) -> pd.DataFrame:
        """Returns one row a hit; raises ImportError without pandas."""
        return self._frame()

    def _head(self) -> str:
        terms = ", ".join(_render.plain(term) for term in self.terms[:8])
        return f"{_render.count(len(self._items), 'similar paper')} by: {terms}"


class _PaperList(Loaded[Paper]):
    """What a list of papers shows, however it is fetched."""

    def _head(self) -> str:
        shown = _render.count(len(self._items), "paper")
        return shown if self._exhausted else f"{shown} loaded"

    def _more(self) -> str:
        hidden = len(self._items) - _render.ROWS
        if hidden > 0 or not self._exhausted:
            return "…"
        return ""

    def __repr__(self) -> str:
        shown = self._items[: _render.ROWS]
        rows = [(paper, _render.votes(paper)) for paper in shown]
        return _render.table_text(self._head(), rows, self._more())

    def _repr_html_(self) -> str:
        rows = [
            [str(number), *_render.paper_cells(paper)]
            for number, paper in enumerate(self._items[: _render.ROWS], 1)
        ]
        columns = ["", "title", "authors", "date", "votes"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _take(self, papers: Sequence[Any], token: str) -> None:
        self._items += [Paper.from_proto(paper) for paper in papers]
        self._exhausted = not token


class PaperList(_PaperList, Pages[Paper]):
    """Papers of a day or a span of time, fetched as they are read."""

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row a paper, fetching all of them, or `limit`.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        return papers_frame(self._items[:limit])


class AsyncPaperList(_PaperList, AsyncPages[Paper]):
    """As `PaperList`, read by `async for`; the first page is loaded."""

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `PaperList.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        return papers_frame(self._items[:limit])
