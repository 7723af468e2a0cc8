"""What a watch asks for, and by whom its place is kept."""

from __future__ import annotations

import hashlib
from typing import Iterator, Optional

from paperwire import _render
from paperwire._convert import (
    Span,
    Time,
    to_duration,
    to_mask,
    to_seconds,
    to_timestamp,
    unknown,
)
from paperwire._leases import Leases, Told
from paperwire._requests import Fields
from paperwire.query import AnyQuery, query_proto
from paperwire.subscriptions import AnySubscription, name_of
from paperwire.v1 import subscription_service_pb2 as pb

# Matches in one event: the most of the gain is had with so many.
BATCH = 100
# Of share groups: seconds, and matches held at a time.
DEFAULT_LEASE = 60.0
LONGEST_LEASE = 3600.0
DEFAULT_LEASED = 100
MOST_LEASED = 1000
MOST_TOLD = 5000  # acknowledged by one call
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
    explain: bool = False,
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
        explain=explain,
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


def share(
    request: pb.WatchRequest,
    share_group: Optional[str],
    lease: Optional[Span],
    max_leased: Optional[int],
    kept: bool,
) -> bool:
    """Puts a share group into a watch's request; whether there is one.

    Args:
        request: The request.
        share_group: The group's name; None: there is none.
        lease: How long a match is held.
        max_leased: How many are held at a time.
        kept: Whether the caller says where the watch's place is kept.

    Raises:
        ValueError: A query is watched, a number is out of range, or something
            is given that only a share group has.
        TypeError: As `to_seconds`.
    """
    if share_group is None:
        for name, value in (("lease", lease), ("max_leased", max_leased)):
            if value is not None:
                raise ValueError(f"{name}: only a share group has leases")
        return False
    if not request.subscription:
        raise ValueError("share_group: only a subscription can be shared")
    if request.resume_token or kept:
        raise ValueError(
            "token, cursor_store, commit: a share group keeps its place on "
            "the server; give start="
        )
    request.share_group = share_group
    seconds = DEFAULT_LEASE if lease is None else to_seconds(lease, "lease")
    if not 1 <= seconds <= LONGEST_LEASE:
        raise ValueError(f"lease: {seconds:g} s is not in 1 to 3,600 s")
    request.lease_duration.CopyFrom(to_duration(seconds, "lease"))
    most = DEFAULT_LEASED if max_leased is None else max_leased
    if not 1 <= most <= MOST_LEASED:
        raise ValueError(f"max_leased: {most} is not in 1 to 1,000")
    request.max_leased_count = most
    request.max_batch_size = min(BATCH, most)
    return True


def leases_of(request: pb.WatchRequest, auto: bool) -> Leases:
    """Makes what keeps the leases of a share group's member."""
    lease = request.lease_duration
    return Leases(
        lease.seconds + lease.nanos / 1e9, auto, request.max_leased_count
    )


def told_requests(
    request: pb.WatchRequest, told: Told
) -> Iterator[pb.AcknowledgeMatchesRequest]:
    """Makes the calls that tell the server what became of matches."""
    # What is released or extended is held, and so no more than 1,000 each.
    for at in range(0, len(told.acknowledged) or 1, MOST_TOLD):
        yield pb.AcknowledgeMatchesRequest(
            name=request.subscription,
            share_group=request.share_group,
            sequences=told.acknowledged[at : at + MOST_TOLD],
            released_sequences=() if at else told.released,
            extended_sequences=() if at else told.extended,
        )


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
