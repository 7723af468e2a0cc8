"""Requests made of Python values; the same for both clients."""

from __future__ import annotations

import enum
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from paperwire._convert import (
    Span,
    Time,
    to_day,
    to_duration,
    to_mask,
    to_timestamp,
    unknown,
)
from paperwire.names import paper_name
from paperwire.query import AnyQuery, query_proto
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import search_service_pb2 as pb

FACETS = {
    "category": pb.FACET_FIELD_CATEGORY,
    "year": pb.FACET_FIELD_YEAR,
    "venue": pb.FACET_FIELD_VENUE,
    "source": pb.FACET_FIELD_SOURCE,
    "has_code": pb.FACET_FIELD_HAS_CODE,
}
ORDERS = {
    "": "",
    "relevance": "relevance",
    "newest": "published_time desc",
    "oldest": "published_time",
    "votes": "vote_count desc",
    "stored": "sequence desc",
}
_DATE_KINDS = {
    "published": papers_pb.ListPapersRequest.DATE_KIND_PUBLISHED,
    "featured": papers_pb.ListPapersRequest.DATE_KIND_FEATURED,
    "stored": papers_pb.ListPapersRequest.DATE_KIND_STORED,
}

FacetsArgument = Union[str, Iterable[str], Mapping[str, int], None]
Fields = Union[str, List[str], Tuple[str, ...], None]
DEFAULT_PAGE = 20


class Keep(enum.Enum):
    """Stands for what is not given, where None says something."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep.KEEP


def search_request(
    query: AnyQuery,
    filters: Dict[str, Any],
    *,
    strict: bool = False,
    order_by: str = "relevance",
    boost_recency: Optional[Span] = None,
    boost_votes: float = 0,
    facets: FacetsArgument = None,
    highlights: bool = True,
    explain: bool = False,
    limit: Optional[int] = None,
    page_size: Optional[int] = None,
    fields: Fields = None,
) -> pb.SearchRequest:
    """Makes the request of a search's first page.

    Raises:
        ValueError: An order, facet, filter or number that there is not.
        TypeError: As `query_proto`.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit: {limit} is less than 1; None for no limit")
    if page_size is not None and not 1 <= page_size <= 1000:
        raise ValueError(f"page_size: {page_size} is not in 1 to 1,000")
    size = page_size or min(limit or DEFAULT_PAGE, 1000)
    return pb.SearchRequest(
        query=query_proto(query, **filters),
        boost=_boost(boost_recency, boost_votes),
        page_size=min(size, limit or size),
        strict=strict,
        order_by=_order(order_by),
        facets=_facets(facets),
        read_mask=to_mask(fields),
        omit_highlights=not highlights,
        explain=explain,
    )


def _boost(recency: Optional[Span], votes: float) -> Optional[pb.Boost]:
    if recency is None and not votes:
        return None
    boost = pb.Boost(votes_weight=votes)
    if recency is not None:
        boost.recency_weight = 1
        boost.recency_half_life.CopyFrom(to_duration(recency, "boost_recency"))
    return boost


def _order(order_by: str) -> str:
    if order_by in ORDERS:
        return ORDERS[order_by]
    if order_by in ORDERS.values():
        return order_by
    raise unknown("order_by", order_by, list(ORDERS)[1:])


def _facets(facets: FacetsArgument) -> List[pb.FacetRequest]:
    if facets is None:
        return []
    words = [facets] if isinstance(facets, str) else facets
    limits = words if isinstance(words, Mapping) else dict.fromkeys(words, 0)
    requests = []
    for word, limit in limits.items():
        if word not in FACETS:
            raise unknown("facets", word, FACETS)
        requests.append(pb.FacetRequest(field=FACETS[word], limit=limit))
    return requests


def list_request(
    day: Optional[Time],
    start: Optional[Time],
    end: Optional[Time],
    by: str,
    page_size: int,
    fields: Fields,
) -> papers_pb.ListPapersRequest:
    """Makes the request of a list's first page.

    Raises:
        ValueError: A time or `by` that there is not, or a day and a span.
    """
    if by not in _DATE_KINDS:
        raise unknown("by", by, _DATE_KINDS)
    request = papers_pb.ListPapersRequest(
        date_kind=_DATE_KINDS[by],
        page_size=page_size,
        read_mask=to_mask(fields),
    )
    if day is not None:
        if start is not None or end is not None:
            raise ValueError("give a day, or start and end, not both")
        request.day = to_day(day)
    if start is not None:
        request.interval.start_time.CopyFrom(to_timestamp(start, "start"))
    if end is not None:
        request.interval.end_time.CopyFrom(to_timestamp(end, "end"))
    return request


def similar_request(
    name: str,
    query: Optional[AnyQuery],
    limit: int,
    fields: Fields,
) -> pb.SearchSimilarPapersRequest:
    """Makes the request for similar papers; raises as `query_proto`."""
    if not 1 <= limit <= 100:
        raise ValueError(f"limit: {limit} is not in 1 to 100")
    return pb.SearchSimilarPapersRequest(
        name=paper_name(name),
        query=None if query is None else query_proto(query),
        page_size=limit,
        read_mask=to_mask(fields),
    )
