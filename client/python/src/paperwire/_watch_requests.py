"""What a watch asks for, and by whom its place is kept."""

from __future__ import annotations

import hashlib
from typing import Optional

from paperwire import _render
from paperwire._convert import Time, to_mask, to_timestamp, unknown
from paperwire._requests import Fields
from paperwire.query import AnyQuery, query_proto
from paperwire.subscriptions import AnySubscription, name_of
from paperwire.v1 import subscription_service_pb2 as pb

# Matches in one event: the most of the gain is had with so many.
BATCH = 100
_PLACES = {
    "now": pb.WatchRequest.POSITION_NOW,
    "beginning": pb.WatchRequest.POSITION_BEGINNING,
    "cursor": pb.WatchRequest.POSITION_CURSOR,
}


def watch_request(
    query: AnyQuery,
    subscription: Optional[AnySubscription],
    start: Optional[Time],
    token: Optional[str],
    fields: Fields,
    highlights: bool,
) -> pb.WatchRequest:
    """Makes the request of a watch's first connection.

    Raises:
        ValueError: A query and a subscription, or a start that there is not.
        TypeError: As `query_proto`.
    """
    request = pb.WatchRequest(
        read_mask=to_mask(fields),
        omit_highlights=not highlights,
        max_batch_size=BATCH,
    )
    if subscription is None:
        request.query.CopyFrom(query_proto(query))
    elif query != "":
        raise ValueError("give a query or a subscription, not both")
    else:
        request.subscription = name_of(subscription)
    if token:
        request.resume_token = token
    elif start is None:
        request.position = _PLACES["now" if subscription is None else "cursor"]
    elif start == "cursor" and subscription is None:
        raise ValueError("start: only a subscription has a cursor")
    elif isinstance(start, str) and start in _PLACES:
        request.position = _PLACES[start]
    elif isinstance(start, str) and start.strip().isalpha():
        raise unknown("start", start, _PLACES)
    else:
        request.start_time.CopyFrom(to_timestamp(start, "start"))
    return request


def commits_itself(
    request: pb.WatchRequest, commit: Optional[bool], stored: bool
) -> bool:
    """Whether a watch commits its place to the server without being asked.

    Unless the caller says so, only a watch that hands out all that its
    subscription has not committed: a commit would pass the rest over.

    Args:
        request: Its first request.
        commit: What the caller says.
        stored: Whether a store keeps its place.

    Raises:
        ValueError: The server, or the store beside it, cannot keep it.
    """
    if commit and not request.subscription:
        raise ValueError("commit: only a subscription has a cursor to commit")
    if commit and stored:
        raise ValueError("give a cursor_store or commit=True, not both")
    if commit is not None:
        return commit
    whole = request.position in (_PLACES["cursor"], _PLACES["beginning"])
    return bool(request.subscription) and not stored and whole


def cursor_key(request: pb.WatchRequest, key: Optional[str]) -> str:
    """Returns the key of a watch in a cursor store.

    A token belongs to one query or subscription. Unless the caller names the
    watch, the key is made of that, so that a changed query is a new watch.
    """
    if key is not None:
        return key
    if request.subscription:
        return request.subscription
    query = request.query
    data = query.SerializeToString(deterministic=True)
    words = _render.plain(query.text)[:24].strip()
    mark = hashlib.sha256(data).hexdigest()[:16]
    return f"{words}-{mark}" if words else mark
