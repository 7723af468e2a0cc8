"""Reports about one paper that the server has: a curator's pick, a signal.

client.pick("arxiv:2410.01131", day="2026-11-26", curator="Ada")
client.signal("arxiv:2410.01131", "github-stars", 120)

Each is an import of a paper that carries an external id and what is said, and
nothing else, so that it changes nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import List, Optional, Union

import grpc

from paperwire._convert import Time, to_day, to_mask, to_timestamp
from paperwire.errors import FailedPrecondition, InvalidArgument
from paperwire.importing import ImportReport
from paperwire.papers import Paper
from paperwire.v1 import paper_pb2
from paperwire.v1 import paper_service_pb2 as pb
from paperwire.voting import name_in_request


@dataclass(frozen=True)
class ReportResult:
    """What became of a pick or a signal.

    Attributes:
        name: The paper's name.
        changed: Whether this changed anything. False: it was known already,
            or, of a signal, a newer count was.
        sequence: The journal sequence number after it.
    """

    name: str
    changed: bool
    sequence: int


def pick_of(day: Time, curator: str, source: str) -> paper_pb2.Paper:
    """Makes what a pick says.

    Raises:
        ValueError: That is no day, or the source is empty.
    """
    feature = paper_pb2.Feature(
        day=to_day(day), source=_checked(source), curator=curator
    )
    return paper_pb2.Paper(features=[feature], sources=[source])


def signal_of(
    kind: str, value: float, time: Optional[Time], source: str
) -> paper_pb2.Paper:
    """Makes what a signal says.

    Raises:
        ValueError: The value is not finite, that is no time, or the source is
            empty.
        TypeError: The value is no number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"value: {value!r} is no number")
    if not math.isfinite(value):
        raise ValueError(f"value: {value!r} is not finite")
    counted = datetime.now(timezone.utc) if time is None else time
    signal = paper_pb2.Signal(
        kind=kind, value=value, observed_time=to_timestamp(counted)
    )
    return paper_pb2.Paper(signals=[signal], sources=[_checked(source)])


def _checked(source: str) -> str:
    if not source:
        raise ValueError("source: is empty; say whose word it is")
    return source


def read_request(paper: Union[str, Paper]) -> pb.GetPaperRequest:
    """Asks for what a report has to know of its paper.

    Raises:
        ValueError: That names no paper.
        TypeError: The paper is neither text nor a `Paper`.
    """
    return pb.GetPaperRequest(
        name=name_in_request(paper),
        read_mask=to_mask(["name", "state", "external_ids", "signals"]),
    )


def ids_to_try(paper: paper_pb2.Paper) -> List[paper_pb2.ExternalId]:
    """Returns the ids that an import could name the paper by.

    Raises:
        FailedPrecondition: It is withdrawn (reason PAPER_WITHDRAWN).
    """
    if paper.state == paper_pb2.Paper.STATE_WITHDRAWN:
        raise FailedPrecondition(
            f"{paper.name} is withdrawn, and nobody would see it",
            code=grpc.StatusCode.FAILED_PRECONDITION,
            reason="PAPER_WITHDRAWN",
        )
    return list(paper.external_ids)


def id_request(external: paper_pb2.ExternalId) -> pb.GetPaperRequest:
    """Asks whose id it is: after a merge was undone, perhaps another's."""
    return pb.GetPaperRequest(
        name=f"papers/{external.scheme}:{external.value}",
        read_mask=to_mask(["name"]),
    )


def no_id(paper: paper_pb2.Paper) -> FailedPrecondition:
    """Makes the error of a paper that no import can name."""
    return FailedPrecondition(
        f"{paper.name} has no external id, by which alone an import can name "
        "it; import it anew with one (arXiv, DOI)",
        code=grpc.StatusCode.FAILED_PRECONDITION,
        reason="NO_EXTERNAL_ID",
    )


def result_of(
    paper: paper_pb2.Paper, says: paper_pb2.Paper, report: ImportReport
) -> ReportResult:
    """Returns what became of the report.

    Args:
        paper: As it was before.
        says: What was said.
        report: Of the import.

    Raises:
        InvalidArgument: The server rejected it.
    """
    for rejection in report.rejected:
        raise InvalidArgument(
            rejection.reason, code=grpc.StatusCode.INVALID_ARGUMENT
        )
    # That a source speaks for the first time changes a paper, too.
    outrun = any(
        known.kind == signal.kind
        and known.observed_time.ToNanoseconds()
        > signal.observed_time.ToNanoseconds()
        for signal in says.signals
        for known in paper.signals
    )
    changed = report.unchanged == 0 and not outrun
    return ReportResult(paper.name, changed, report.sequence)
