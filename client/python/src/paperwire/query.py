"""The one query: for searches, exports and watches."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Iterable, Optional, Union

from paperwire._convert import (
    LINK_KINDS,
    Time,
    from_timestamp,
    to_link_kinds,
    to_list,
    to_timestamp,
)
from paperwire.v1 import query_pb2

Words = Union[str, Iterable[str], None]


@dataclass(frozen=True)
class Query:
    """A question about papers, to be asked once or left standing.

        sparse = paperwire.Query("sparse autoencoders", has="code")
        client.search(sparse)
        client.watch(sparse)

    Attributes:
        text: The search-box language: `speech OR audio -video`,
            `"an exact phrase"`, `title:scaling^2`, `year:2020..2024`.
        categories: Any of these ("cs.LG"; "cs" for all of it).
        sources: Reported by any of these ("arxiv", "hf-daily").
        published_after: Published at this time or later.
        published_before: Published before this time.
        has: With a link of each of these kinds: page, pdf, code, project,
            data, model, demo, media.
        min_votes: With at least so many votes; 0 asks for none.

    A Query checks nothing until it is sent; the server says what is wrong.
    """

    text: str = ""
    categories: Words = ()
    sources: Words = ()
    published_after: Optional[Time] = None
    published_before: Optional[Time] = None
    has: Words = ()
    min_votes: int = 0

    def __post_init__(self) -> None:
        # An iterator would be used up by the first call.
        for name in ("categories", "sources", "has"):
            words = tuple(to_list(getattr(self, name), name))
            object.__setattr__(self, name, words)

    @classmethod
    def from_proto(cls, proto: query_pb2.Query) -> Query:
        """Makes it of the message."""
        span = proto.published
        words = {kind: word for word, kind in LINK_KINDS.items()}
        return cls(
            proto.text,
            categories=proto.categories,
            sources=proto.sources,
            published_after=from_timestamp(span.start_time)
            if span.HasField("start_time")
            else None,
            published_before=from_timestamp(span.end_time)
            if span.HasField("end_time")
            else None,
            has=[words[kind] for kind in proto.has_links if kind in words],
            min_votes=proto.min_vote_count,
        )

    def to_proto(self) -> query_pb2.Query:
        """Returns the message of the contract.

        Raises:
            ValueError: A time or a kind of link is not one.
        """
        proto = query_pb2.Query(
            text=self.text,
            categories=to_list(self.categories, "categories"),
            sources=to_list(self.sources, "sources"),
            has_links=to_link_kinds(self.has),
            min_vote_count=self.min_votes,
        )
        if self.published_after is not None:
            proto.published.start_time.CopyFrom(
                to_timestamp(self.published_after, "published_after")
            )
        if self.published_before is not None:
            proto.published.end_time.CopyFrom(
                to_timestamp(self.published_before, "published_before")
            )
        return proto


AnyQuery = Union[str, Query, query_pb2.Query]
"""What a client takes for a query: its text, a `Query`, or the message."""


def query_proto(query: AnyQuery, **filters: Any) -> query_pb2.Query:
    """Returns the message for a query and filters given beside it.

    A filter that is given (not None) replaces that of a `Query`.

    Raises:
        TypeError: The query is none of the three kinds, or filters were given
            beside a message.
        ValueError: As `Query.to_proto`.
    """
    given = {name: f for name, f in filters.items() if f is not None}
    if isinstance(query, query_pb2.Query):
        if given:
            raise TypeError(
                f"{', '.join(given)}: set it in the Query message instead"
            )
        return query
    if isinstance(query, str):
        query = Query(query)
    if not isinstance(query, Query):
        raise TypeError(f"query: {query!r} is neither text nor a Query")
    return dataclasses.replace(query, **given).to_proto()
