"""Papers in Python: a light wrapper over the message of the contract."""

from __future__ import annotations

import inspect
import math
from datetime import datetime
from html import escape
from typing import Any, Dict, Iterable, List, Mapping, Optional, Union

from paperwire._convert import (
    LINK_KINDS,
    Time,
    from_timestamp,
    precision_of,
    to_list,
    to_timestamp,
    unknown,
)
from paperwire.v1 import paper_pb2

_KIND_WORDS = {kind: word for word, kind in LINK_KINDS.items()}


class Paper:
    """A paper: what to import, and what comes back.

        paper = paperwire.Paper("On the Weight of Feathers",
                                authors=["Ada Plume"], published="2024-03")
        client.import_papers([paper])

    What this class leaves out (affiliations, signals, versions) is in
    `paper.proto`. Two papers are equal when all their fields are.

    Args:
        title: The title, in one line; TeX is kept.
        abstract: The abstract, in one paragraph.
        authors: Names in reading order ("Yoshua Bengio").
        published: When the first version appeared. A year or a month alone
            is kept as that.
        revised: When the newest version appeared.
        categories: Subject categories, the primary one first ("cs.CL").
        venue: Where it was published ("ACL 2024").
        comment: The authors' remark.
        arxiv_id: "2410.01131".
        doi: "10.1103/PhysRevD.93.016005".
        ids: Further external ids by scheme (`{"acl": "2024.acl-long.1"}`).
        url: Its page.
        pdf_url: The paper as PDF.
        code_url: Its source code.
        links: Further addresses by kind (`{"demo": "https://..."}`).
        votes: Votes of the community that the source counts.
        comments: Comments of the community.
        keywords: Keywords of the authors or the source.
        source: Who reports it ("arxiv"); the import's `source` otherwise.
        withdrawn: Whether to hide it from searches and watches.

    Raises:
        ValueError: A time is not one.
        TypeError: A value has the wrong type.
    """

    __slots__ = ("_proto",)

    def __init__(
        self,
        title: str = "",
        *,
        abstract: str = "",
        authors: Union[str, Iterable[str], None] = None,
        published: Optional[Time] = None,
        revised: Optional[Time] = None,
        categories: Union[str, Iterable[str], None] = None,
        venue: str = "",
        comment: str = "",
        arxiv_id: str = "",
        doi: str = "",
        ids: Optional[Mapping[str, str]] = None,
        url: str = "",
        pdf_url: str = "",
        code_url: str = "",
        links: Optional[Mapping[str, Union[str, Iterable[str]]]] = None,
        votes: Optional[int] = None,
        comments: Optional[int] = None,
        keywords: Union[str, Iterable[str], None] = None,
        source: str = "",
        withdrawn: bool = False,
    ) -> None:
        texts = {
            "title": title,
            "abstract": abstract,
            "venue": venue,
            "comment": comment,
            "source": source,
        }
        for what, text in texts.items():
            if not isinstance(text, str):
                raise TypeError(f"{what}: {text!r} is not text")
        proto = paper_pb2.Paper(
            title=title,
            abstract=abstract,
            categories=to_list(categories, "categories"),
            venue=venue,
            comment=comment,
            keywords=to_list(keywords, "keywords"),
            vote_count=_count(votes, "votes"),
            comment_count=_count(comments, "comments"),
        )
        proto.authors.extend(
            paper_pb2.Author(name=name) for name in to_list(authors, "authors")
        )
        if published is not None:
            proto.published_time.CopyFrom(to_timestamp(published, "published"))
            proto.published_precision = precision_of(published)
        if revised is not None:
            proto.revised_time.CopyFrom(to_timestamp(revised, "revised"))
        named = {"arxiv": arxiv_id, "doi": doi, **(ids or {})}
        for scheme, value in named.items():
            if value:
                proto.external_ids.add(scheme=scheme, value=value)
        _add_links(
            proto,
            [("page", url), ("pdf", pdf_url), ("code", code_url)],
            links or {},
        )
        if source:
            proto.sources.append(source)
        if withdrawn:
            proto.state = paper_pb2.Paper.STATE_WITHDRAWN
        self._proto = proto

    @classmethod
    def from_proto(cls, proto: paper_pb2.Paper) -> Paper:
        """Wraps a message, without a copy."""
        paper = cls.__new__(cls)
        paper._proto = proto
        return paper

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Paper:
        """Makes a paper of a mapping with this class's argument names.

        What `to_dict` adds to them (name, cast_votes, sequence) is left
        aside, so that a paper of one server can be imported to another. None,
        and what pandas has for it, is the same as absent.

        Raises:
            ValueError: There is a key that no paper has.
            TypeError: A value has the wrong type.
        """
        given = {}
        for key, value in values.items():
            if key in _ARGUMENTS:
                if not _absent(value):
                    given[key] = value
            elif key not in _OUTPUT_KEYS:
                raise unknown("key", key, _ARGUMENTS)
        paper = cls(**given)
        if "source" not in given and not _absent(values.get("sources")):
            paper._proto.sources.extend(to_list(values["sources"], "sources"))
        return paper

    @property
    def proto(self) -> paper_pb2.Paper:
        """The message of the contract, with everything there is."""
        return self._proto

    @property
    def name(self) -> str:
        """The server's name for it (`papers/x7f`); empty before import."""
        return self._proto.name

    @property
    def title(self) -> str:
        """The title as its source spells it."""
        return self._proto.title

    @property
    def abstract(self) -> str:
        """The abstract."""
        return self._proto.abstract

    @property
    def authors(self) -> List[str]:
        """The authors' names, in their order."""
        return [author.name for author in self._proto.authors]

    @property
    def published(self) -> Optional[datetime]:
        """When the first version appeared, UTC; None if not known."""
        if not self._proto.HasField("published_time"):
            return None
        return from_timestamp(self._proto.published_time)

    @property
    def revised(self) -> Optional[datetime]:
        """When the newest version appeared, UTC; None if not known."""
        if not self._proto.HasField("revised_time"):
            return None
        return from_timestamp(self._proto.revised_time)

    @property
    def year(self) -> Optional[int]:
        """The year of publication in UTC; None if not known."""
        published = self.published
        return published.year if published else None

    @property
    def date(self) -> str:
        """The date of publication, as much of it as is known; or empty."""
        if not self._proto.HasField("published_time"):
            return ""
        digits = {
            paper_pb2.DATE_PRECISION_YEAR: 4,
            paper_pb2.DATE_PRECISION_MONTH: 7,
        }.get(self._proto.published_precision, 10)
        return from_timestamp(self._proto.published_time).isoformat()[:digits]

    @property
    def categories(self) -> List[str]:
        """Subject categories, the primary one first."""
        return list(self._proto.categories)

    @property
    def venue(self) -> str:
        """Where it was published, in the source's words."""
        return self._proto.venue

    @property
    def comment(self) -> str:
        """The authors' remark."""
        return self._proto.comment

    @property
    def keywords(self) -> List[str]:
        """Keywords of the authors or the source."""
        return list(self._proto.keywords)

    @property
    def sources(self) -> List[str]:
        """Who reported it, the first reporter first."""
        return list(self._proto.sources)

    @property
    def votes(self) -> Optional[int]:
        """Votes of the community: those of sources, and those cast here.

        Searches and orders by votes take the same sum. None if no source
        counts them and none was cast.
        """
        if self._source_votes is None and not self.cast_votes:
            return None
        return (self._source_votes or 0) + self.cast_votes

    @property
    def cast_votes(self) -> int:
        """Those of `votes` that were cast here; see `Client.vote`."""
        return self._proto.cast_vote_count

    @property
    def _source_votes(self) -> Optional[int]:
        proto = self._proto
        return proto.vote_count if proto.HasField("vote_count") else None

    @property
    def comments(self) -> Optional[int]:
        """Comments of the community; None if no source counts them."""
        proto = self._proto
        return proto.comment_count if proto.HasField("comment_count") else None

    @property
    def ids(self) -> Dict[str, str]:
        """External ids by scheme, the first of each."""
        ids: Dict[str, str] = {}
        for external in self._proto.external_ids:
            ids.setdefault(external.scheme, external.value)
        return ids

    @property
    def arxiv_id(self) -> str:
        """The arXiv id without its version; empty if there is none."""
        return self.ids.get("arxiv", "")

    @property
    def doi(self) -> str:
        """The DOI; empty if there is none."""
        return self.ids.get("doi", "")

    @property
    def links(self) -> Dict[str, List[str]]:
        """Addresses by kind (page, pdf, code, ...; other: not known)."""
        links: Dict[str, List[str]] = {}
        for link in self._proto.links:
            links.setdefault(_KIND_WORDS.get(link.kind, "other"), []).append(
                link.uri
            )
        return links

    @property
    def url(self) -> str:
        """Its page: the address that a source gave, or that of its ids."""
        pages = self.links.get("page")
        if pages:
            return pages[0]
        if self.arxiv_id:
            return "https://arxiv.org/abs/" + self.arxiv_id
        if self.doi:
            return "https://doi.org/" + self.doi
        return ""

    @property
    def pdf_url(self) -> str:
        """The address of the paper as PDF; empty if not known."""
        return (self.links.get("pdf") or [""])[0]

    @property
    def code_url(self) -> str:
        """The address of its source code; empty if not known."""
        return (self.links.get("code") or [""])[0]

    @property
    def withdrawn(self) -> bool:
        """Whether it is kept out of searches and watches."""
        return bool(self._proto.state == paper_pb2.Paper.STATE_WITHDRAWN)

    @property
    def etag(self) -> str:
        """Changes whenever the record does."""
        return self._proto.etag

    @property
    def sequence(self) -> int:
        """The journal sequence number of its last change; 0 before import."""
        return self._proto.sequence

    def to_dict(self) -> Dict[str, Any]:
        """Returns the paper as plain values; `from_dict` takes them back.

        Its `votes` are those of sources alone, `cast_votes` stand beside
        them: to import the sum would count the latter twice.
        """
        precise = self._proto.published_precision in (
            paper_pb2.DATE_PRECISION_UNSPECIFIED,
            paper_pb2.DATE_PRECISION_DAY,
        )
        return {
            "name": self.name,
            "title": self.title,
            "abstract": self.abstract,
            "authors": self.authors,
            "published": self.published if precise else self.date,
            "revised": self.revised,
            "categories": self.categories,
            "venue": self.venue,
            "comment": self.comment,
            "ids": self.ids,
            "links": self.links,
            "votes": self._source_votes,
            "cast_votes": self.cast_votes,
            "comments": self.comments,
            "keywords": self.keywords,
            "sources": self.sources,
            "withdrawn": self.withdrawn,
            "sequence": self.sequence,
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Paper):
            return NotImplemented
        return bool(self._proto == other._proto)

    def __hash__(self) -> int:
        return hash((self.name, self.title))

    def __reduce__(self) -> Any:
        return _unpickle, (self._proto.SerializeToString(),)

    def __repr__(self) -> str:
        title = self.title if len(self.title) <= 60 else self.title[:59] + "…"
        about = [repr(title)]
        authors = self.authors
        if authors:
            about.append(authors[0] + (" et al." if len(authors) > 1 else ""))
        about += [part for part in (self.date, self.name) if part]
        return f"Paper({', '.join(about)})"

    def _repr_html_(self) -> str:
        facts = [", ".join(self.authors), self.date, self.venue]
        facts.append(", ".join(self.categories))
        if self.votes is not None:
            facts.append(f"{self.votes:,} votes")
        title = link_html(self.url, self.title or self.name)
        code = self.code_url
        if code:
            facts.append("\0")  # stands for the link, which is escaped apart
        line = " · ".join(escape(fact) for fact in facts if fact)
        line = line.replace("\0", link_html(code, "code"))
        return (
            f"<div><b>{title}</b><br><small>{line}</small>"
            f"<p>{escape(self.abstract)}</p></div>"
        )


def link_html(address: str, text: str) -> str:
    """Returns an HTML link, or the text alone when the address is no http."""
    if not address.startswith(("https://", "http://")):
        return escape(text)
    return (
        f'<a href="{escape(address)}" rel="noopener noreferrer" '
        f'target="_blank">{escape(text)}</a>'
    )


def _add_links(
    proto: paper_pb2.Paper,
    own: List[Any],
    links: Mapping[str, Union[str, Iterable[str]]],
) -> None:
    own = own + [
        (kind, address)
        for kind, addresses in links.items()
        for address in to_list(addresses, "links")
    ]
    seen = set()
    for kind, address in own:
        if kind != "other" and kind not in LINK_KINDS:
            raise unknown("links", kind, LINK_KINDS)
        if address and address not in seen:
            seen.add(address)
            proto.links.add(
                kind=LINK_KINDS.get(kind, paper_pb2.Link.KIND_UNSPECIFIED),
                uri=address,
            )


def _count(value: Optional[float], what: str) -> Optional[int]:
    """A count, which some sources write as 3.0."""
    if value is None:
        return None
    try:
        count = int(value)
    except (TypeError, ValueError):
        raise TypeError(f"{what}: {value!r} is no number") from None
    if count != value:
        raise ValueError(f"{what}: {value!r} is no whole number")
    return count


def _absent(value: object) -> bool:
    """Whether a value stands for none: None, NaN, pandas' NA and NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def _unpickle(data: bytes) -> Paper:
    return Paper.from_proto(paper_pb2.Paper.FromString(data))


_ARGUMENTS = [p for p in inspect.signature(Paper.__init__).parameters][1:]
_OUTPUT_KEYS = {
    "name",
    "sources",
    "cast_votes",
    "sequence",
    "etag",
    "year",
    "date",
}

__all__ = ["Paper", "link_html"]
