"""Help with what to ask: completions, and other queries when nothing matches.

client.suggest("concept bott")
results = client.search("concept bottelneck")
results.did_you_mean[0].query
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Iterable, List, Sequence, Tuple, Union

from paperwire import _render
from paperwire._convert import unknown
from paperwire.query import Query
from paperwire.v1 import search_service_pb2 as pb

_KINDS = {
    "title": pb.SUGGESTION_KIND_TITLE,
    "author": pb.SUGGESTION_KIND_AUTHOR,
    "term": pb.SUGGESTION_KIND_TERM,
}
_KIND_WORDS = {value: word for word, value in _KINDS.items()}
_MAX_SUGGESTIONS = 20

Kinds = Union[str, Iterable[str], None]


@dataclass(frozen=True)
class Suggestion:
    """What a text could become.

    Attributes:
        kind: "title", "author" or "term".
        text: What to show.
        query: What to search for to find it, quoted where it must be.
        paper: The name of the paper; of a title only.
        paper_count: How many papers the query matches; 1 of a title.
    """

    kind: str
    text: str
    query: str
    paper: str
    paper_count: int

    @classmethod
    def from_proto(cls, proto: pb.Suggestion) -> Suggestion:
        """Makes it of the message."""
        return cls(
            _KIND_WORDS.get(proto.kind, "unknown"),
            proto.text,
            proto.query,
            proto.paper,
            proto.paper_count,
        )

    def __str__(self) -> str:
        return _render.plain(self.text)


class Suggestions(List[Suggestion]):
    """Suggestions, by kind, the best first in each."""

    def __repr__(self) -> str:
        lines = [_render.count(len(self), "suggestion")]
        for s in self:
            count = "" if s.kind == "title" else f"  ({s.paper_count:,})"
            lines.append(f"{s.kind:<6} {s}{count}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [
            [
                s.kind,
                escape(s.text),
                f"<code>{escape(s.query)}</code>",
                f"{s.paper_count:,}",
            ]
            for s in self
        ]
        return _render.table_html(
            _render.count(len(self), "suggestion"),
            ["kind", "text", "query", "papers"],
            rows,
            "",
        )

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)


@dataclass(frozen=True)
class WordChange:
    """A word in another spelling: as asked, and as papers have it."""

    old: str
    new: str


@dataclass(frozen=True)
class Rewrite:
    """A query that could be asked instead; `client.search(rewrite.query)`.

    Attributes:
        query: The whole query: its text and the filters beside it.
        kind: "spelling", "without_filter", "without_exclusion",
            "without_quotes", "without_exact", "any_field" or "any_word".
        description: The change in English ("without year:1998").
        word_changes: Which words were changed, in the order of the text.
        total: How many papers it matches fully; exact.
    """

    query: Query
    kind: str
    description: str
    word_changes: Tuple[WordChange, ...]
    total: int

    @classmethod
    def from_proto(cls, proto: pb.QueryRewrite) -> Rewrite:
        """Makes it of the message."""
        return cls(
            Query.from_proto(proto.query),
            pb.QueryRewrite.Kind.Name(proto.kind)[len("KIND_") :].lower()
            if proto.kind in pb.QueryRewrite.Kind.values()
            else "unknown",
            proto.description,
            tuple(
                WordChange(c.old_text, c.new_text) for c in proto.word_changes
            ),
            proto.total_full_matches,
        )

    def __str__(self) -> str:
        """Returns one line: what to ask, what is changed, what it finds."""
        found = _render.count(self.total, "full match", "full matches")
        asked = _render.plain(self.query.text)
        if self.kind == "spelling":
            return f"{asked}: {found}"
        return f"{asked} ({_render.plain(self.description)}): {found}"


def help_text(meant: Sequence[Rewrite], wider: Sequence[Rewrite]) -> str:
    """Returns the lines that stand below an empty result, or none."""
    return "\n".join(
        [f"Did you mean {rewrite}" for rewrite in meant]
        + [f"Or {rewrite}" for rewrite in wider]
    )


def suggest_request(text: str, kinds: Kinds, limit: int) -> pb.SuggestRequest:
    """Makes the request for suggestions.

    Raises:
        ValueError: A kind or a number that there is not.
    """
    words = [kinds] if isinstance(kinds, str) else list(kinds or ())
    for word in words:
        if word not in _KINDS:
            raise unknown("kinds", word, _KINDS)
    if not 1 <= limit <= _MAX_SUGGESTIONS:
        raise ValueError(f"limit: {limit} is not in 1 to {_MAX_SUGGESTIONS}")
    return pb.SuggestRequest(
        text=text, kinds=[_KINDS[word] for word in words], limit=limit
    )
