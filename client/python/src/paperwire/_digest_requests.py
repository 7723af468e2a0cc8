"""Requests about digests, made of Python values."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Optional, Tuple, Union

from paperwire._convert import Span, to_duration
from paperwire._requests import KEEP, Keep
from paperwire.digests import (
    AnyDigest,
    Digest,
    DigestBoard,
    DigestSchedule,
    name_of,
)
from paperwire.names import user_name
from paperwire.query import AnyQuery, query_proto
from paperwire.trending import to_formula, to_window
from paperwire.v1 import digest_pb2
from paperwire.v1 import digest_service_pb2 as pb

_MOST_ISSUES = 100
_MOST_IN_PAGE = 1000


def board_proto(
    window: str,
    formula: str,
    half_life: Optional[Span],
    query: Optional[AnyQuery],
) -> digest_pb2.DigestBoard:
    """Makes the board of a digest.

    Raises:
        ValueError: A window, formula or time that there is not.
        TypeError: As `query_proto`.
    """
    board = digest_pb2.DigestBoard(
        window=to_window(window, "trending"), formula=to_formula(formula)
    )
    if half_life is not None:
        board.half_life.CopyFrom(to_duration(half_life, "half_life"))
    if query is not None:
        board.query.CopyFrom(query_proto(query))
    return board


def digest_proto(
    query: Optional[AnyQuery],
    trending: Optional[str],
    formula: Optional[str],
    half_life: Optional[Span],
    trending_query: Optional[AnyQuery],
    schedule: str,
    weekday: str,
    at: str,
    zone: str,
    max_papers: int,
    monthly_note: bool,
    display_name: str,
    address: str = "",
) -> digest_pb2.Digest:
    """Makes a digest that is not stored yet.

    Raises:
        ValueError: It would bring nothing, or an argument is none of its
            known values.
        TypeError: As `query_proto`.
    """
    digest = digest_pb2.Digest(
        address=address,
        schedule=DigestSchedule(schedule, weekday, at, zone).to_proto(),
        max_papers=_papers(max_papers),
        monthly_note=monthly_note,
        display_name=display_name,
    )
    if query is not None:
        digest.query.CopyFrom(query_proto(query))
    if trending is not None:
        digest.board.CopyFrom(
            board_proto(trending, formula or "votes", half_life, trending_query)
        )
    elif (formula, half_life, trending_query) != (None, None, None):
        raise ValueError(
            "formula, half_life and trending_query go with trending='week'"
        )
    if query is None and trending is None:
        raise ValueError(
            "a digest of what? give a query ('' is every paper), "
            "trending='week', or both"
        )
    return digest


def create_request(
    digest: digest_pb2.Digest, digest_id: Optional[str], user: str
) -> pb.CreateDigestRequest:
    """Makes the request that stores a digest.

    Raises:
        ValueError: That is no user.
    """
    return pb.CreateDigestRequest(
        parent=user_name(user),
        digest_id=digest_id or "",
        digest=digest,
        request_id=uuid.uuid4().hex,
    )


def name_alone(query: Optional[AnyQuery], trending: Optional[str]) -> None:
    """Refuses a query or a board beside the name of a stored digest.

    Raises:
        ValueError: There is one.
    """
    if query is not None or trending is not None:
        raise ValueError(
            "give the name of a stored digest, or what one would bring, not "
            "both"
        )


def needs_stored(
    name: AnyDigest,
    trending: Union[str, Keep, None],
    board: Tuple[
        Optional[str], Union[Span, Keep, None], Union[AnyQuery, Keep, None]
    ],
    schedule: Tuple[Optional[str], ...],
) -> bool:
    """Whether an update changes a part of what only the server knows.

    Args:
        name: Which digest.
        trending: The window of its board.
        board: The formula, half-life and query of its board.
        schedule: The parts of its schedule.
    """
    if isinstance(name, Digest):
        return False
    if any(part is not None for part in schedule):
        return True
    kept = isinstance(trending, Keep) and board == (None, KEEP, KEEP)
    return trending is not None and not kept


def update_request(
    name: AnyDigest,
    stored: Optional[Digest],
    query: Union[AnyQuery, Keep, None],
    trending: Union[str, Keep, None],
    formula: Optional[str],
    half_life: Union[Span, Keep, None],
    trending_query: Union[AnyQuery, Keep, None],
    schedule: Optional[str],
    weekday: Optional[str],
    at: Optional[str],
    zone: Optional[str],
    max_papers: Optional[int],
    monthly_note: Optional[bool],
    display_name: Optional[str],
    etag: Optional[str],
) -> pb.UpdateDigestRequest:
    """Makes the request that changes what is given.

    `stored` is what the server has, if `needs_stored`; the others are those
    of `Digests.update`.

    Raises:
        ValueError: Nothing is given, or it is none of its known values.
        TypeError: As `query_proto`.
    """
    if isinstance(name, Digest):
        stored = name
    if etag is None:
        etag = stored.etag if stored is not None else ""
    request = pb.UpdateDigestRequest()
    changed = request.digest
    changed.name, changed.etag = name_of(name), etag
    paths = request.update_mask.paths
    if not isinstance(query, Keep):
        if query is not None:
            changed.query.CopyFrom(query_proto(query))
        paths.append("query")
    board_parts = formula is not None or not (
        isinstance(half_life, Keep) and isinstance(trending_query, Keep)
    )
    if not isinstance(trending, Keep) or board_parts:
        board = _changed_board(
            stored.board if stored is not None else None,
            trending,
            formula,
            half_life,
            trending_query,
        )
        if board is not None:
            changed.board.CopyFrom(board)
        paths.append("board")
    if any(part is not None for part in (schedule, weekday, at, zone)):
        was = stored.schedule if stored is not None else DigestSchedule()
        changed.schedule.CopyFrom(
            _changed_schedule(was, schedule, weekday, at, zone).to_proto()
        )
        paths.append("schedule")
    if max_papers is not None:
        changed.max_papers = _papers(max_papers)
        paths.append("max_papers")
    if monthly_note is not None:
        changed.monthly_note = monthly_note
        paths.append("monthly_note")
    if display_name is not None:
        changed.display_name = display_name
        paths.append("display_name")
    if not paths:
        raise ValueError(
            "nothing to change; give query, trending, schedule, at, zone, "
            "max_papers, monthly_note or display_name"
        )
    return request


def _changed_board(
    was: Optional[DigestBoard],
    trending: Union[str, Keep, None],
    formula: Optional[str],
    half_life: Union[Span, Keep, None],
    trending_query: Union[AnyQuery, Keep, None],
) -> Optional[digest_pb2.DigestBoard]:
    """The parts of a board that are given, in place of what was there."""
    if trending is None:
        return None
    if isinstance(trending, Keep):
        if was is None:
            raise ValueError("it has no board yet; give trending='week', too")
        trending = was.window
    was = was or DigestBoard()
    if isinstance(half_life, Keep):
        # It goes with its formula.
        half_life = was.half_life if formula in (None, was.formula) else None
    if isinstance(trending_query, Keep):
        trending_query = was.query
    return board_proto(
        trending, formula or was.formula, half_life, trending_query
    )


def _changed_schedule(
    was: DigestSchedule,
    schedule: Optional[str],
    weekday: Optional[str],
    at: Optional[str],
    zone: Optional[str],
) -> DigestSchedule:
    """The parts of a schedule that are given, in place of what was there."""
    if schedule is not None and schedule != "weekly":
        was = replace(was, weekday="")
    return DigestSchedule(
        schedule if schedule is not None else was.frequency,
        weekday if weekday is not None else was.weekday,
        at if at is not None else was.at,
        zone if zone is not None else was.zone,
    )


def list_request(user: str, page_size: int) -> pb.ListDigestsRequest:
    """Makes the request for a list's first page.

    Raises:
        ValueError: That is no user, or no size.
    """
    return pb.ListDigestsRequest(
        parent=user_name(user), page_size=_size(page_size, _MOST_IN_PAGE)
    )


def issues_request(
    name: AnyDigest, page_size: int
) -> pb.ListDigestIssuesRequest:
    """Makes the request for the first page of a digest's mails.

    Raises:
        ValueError: That names no digest, or is no size.
        TypeError: As `name_of`.
    """
    return pb.ListDigestIssuesRequest(
        parent=name_of(name), page_size=_size(page_size, _MOST_ISSUES)
    )


def suppressions_request(page_size: int) -> pb.ListSuppressionsRequest:
    """Makes the request for the first page of suppressions.

    Raises:
        ValueError: That is no size.
    """
    return pb.ListSuppressionsRequest(page_size=_size(page_size, _MOST_IN_PAGE))


def token_of(link: str) -> str:
    """Returns the token of a link, or the token that it is already."""
    for mark in ("?t=", "&t="):
        _, found, rest = link.partition(mark)
        if found:
            return rest.partition("&")[0].partition("#")[0].strip(" >")
    return link.strip()


def _papers(number: int) -> int:
    if not 1 <= number <= 100:
        raise ValueError(f"max_papers: {number} is not in 1 to 100")
    return number


def _size(page_size: int, most: int) -> int:
    if not 1 <= page_size <= most:
        raise ValueError(f"page_size: {page_size} is not in 1 to {most:,}")
    return page_size
