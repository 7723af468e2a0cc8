"""What a standing query delivers, by replay of the whole journal."""

from __future__ import annotations

from typing import Any, Callable, Iterator, List, Set, Tuple

from paperwire.v1 import query_pb2, subscription_pb2
from paperwire.v1 import subscription_service_pb2 as pb

from .state import Entry, Standing, State

Queries = List[Tuple[int, query_pb2.Query]]


def deliveries(
    state: State, queries: Queries, news: int
) -> Iterator[Tuple[Entry, bool]]:
    """Returns each delivery, and whether it is of a new version.

    Args:
        state: The journal.
        queries: Behind which sequence number each counts.
        news: What counts as news.
    """
    matchers: List[Tuple[int, Callable[[Any], Any]]] = [
        (since, state.matcher(query)) for since, query in queries
    ]
    matched: Set[str] = set()
    for entry in list(state.journal):
        asked = [m for since, m in matchers if since < entry.sequence]
        match = (asked or [matchers[0][1]])[-1]
        name = entry.paper.name
        if not match(entry.paper)[0]:
            matched.discard(name)
            continue
        version = name in matched
        matched.add(name)
        newer = not entry.voted and news == subscription_pb2.NEWS_VERSIONS
        if not version or newer:
            yield entry, version


def of_standing(state: State, standing: Standing) -> List[Tuple[Entry, bool]]:
    """Returns what was noted for a subscription."""
    found = deliveries(state, standing.queries, standing.proto.news)
    return [d for d in found if d[0].sequence > standing.created]


def to_match(entry: Entry, version: bool, token: str) -> pb.WatchMatch:
    """Returns the match of a delivery."""
    match = pb.WatchMatch(
        paper=entry.paper,
        sequence=entry.sequence,
        created=entry.created,
        new_version=version,
        resume_token=token,
    )
    match.store_time.FromDatetime(entry.time)
    return match


def explain(query: query_pb2.Query, match: pb.WatchMatch) -> None:
    """Says why, in the words of the query."""
    for word in query.text.split():
        title = match.paper.title
        match.reasons.add(term=word, field="title", fragment=title)
