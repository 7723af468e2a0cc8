"""What can go wrong, as exceptions.

Every exception of this package is a `PaperwireError`. The subclass says what
to do about it, the message says what was wrong, with which input:

    try:
        client.search('title:"sparse')
    except paperwire.InvalidQuery as error:
        print(error, error.position)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterable, Optional, Tuple, Type

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

if TYPE_CHECKING:
    from paperwire.importing import ImportReport

_DETAILS_KEY = "grpc-status-details-bin"


@dataclass(frozen=True)
class FieldViolation:
    """What is wrong with one field of a request.

    Attributes:
        field: Its path in the request (`query.text`).
        description: What is wrong, and what to do.
    """

    field: str
    description: str


class PaperwireError(Exception):
    """A call failed.

    Attributes:
        code: The gRPC status code.
        reason: The server's word for the case (`PAGE_TOKEN_EXPIRED`), empty
            if it gave none.
        message: The sentence for people.
        violations: The fields of the request that are wrong, if any are.
        metadata: What else the server told about the case.
        report: For a failed import: what was acknowledged before it failed.
            That stays. Else None.
    """

    def __init__(
        self,
        message: str,
        *,
        code: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        reason: str = "",
        violations: Iterable[FieldViolation] = (),
        metadata: Optional[Dict[str, str]] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.violations: Tuple[FieldViolation, ...] = tuple(violations)
        self.metadata: Dict[str, str] = dict(metadata or {})
        self.report: Optional[ImportReport] = None

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        reason = f", reason={self.reason!r}" if self.reason else ""
        return f"{type(self).__name__}({self.message!r}{reason})"

    @property
    def field(self) -> str:
        """The first field that is wrong; empty if none is named."""
        return self.violations[0].field if self.violations else ""


class NotFound(PaperwireError):
    """There is no such paper, or no such subscription."""


class InvalidArgument(PaperwireError):
    """The request is wrong; sending it again does not help."""


class InvalidQuery(InvalidArgument):
    """The text of a query cannot be parsed; the message suggests a mending.

    Attributes:
        position: Where in the text, in code points from 1; None if the server
            did not say.
    """

    @property
    def position(self) -> Optional[int]:
        """Where in the text, from 1; None if the server did not say."""
        value = self.metadata.get("position", "")
        return int(value) if value.isdecimal() and value.isascii() else None


class FailedPrecondition(PaperwireError):
    """It cannot be done as things are (read-only data, a withdrawn paper)."""


class PageTokenExpired(FailedPrecondition):
    """Results were left unread for too long, or the server restarted since.

    Search again; what was loaded before stays usable.
    """


class CursorTooOld(PaperwireError):
    """A watch cannot resume: the journal no longer reaches back that far.

    Go on with what is left, and search for what lies between:

        except paperwire.CursorTooOld as error:
            client.watch("kites", token=error.oldest_token)
            # or, of a subscription:
            client.subscriptions.commit("kites", error.oldest_token)

    Attributes:
        oldest_token: The oldest token that still works: what came between
            the two is lost to this watch. Empty if the server gave none.
    """

    @property
    def oldest_token(self) -> str:
        """The oldest token that still works; empty if none was given."""
        return self.metadata.get("oldest_token", "")


class OutOfRange(PaperwireError):
    """A value lies beyond what there is."""


class HistoryTooShort(OutOfRange):
    """A backtest begins before what the journal still holds.

    Give a later `since=`, or fewer `days=`.
    """


class Unavailable(PaperwireError):
    """No server answered, or the connection broke; later it may work."""


class DeadlineExceeded(PaperwireError):
    """The answer took longer than the timeout."""


class ResourceExhausted(PaperwireError):
    """A limit was met: a message too large, a disk full."""


class QueryTooBroad(ResourceExhausted):
    """Nothing that the query asks for narrows it down.

    The server leaves only so many of the kind standing. Add a word, a phrase,
    an author or a category that a match must have.
    """


class Aborted(PaperwireError):
    """Somebody else changed it first (the etag differs)."""


class AlreadyExists(PaperwireError):
    """What was to be created is there already."""


class PermissionDenied(PaperwireError):
    """The server refuses this to this client, or does not know it."""


class Unimplemented(PaperwireError):
    """The server does not know the method: it may be older than the client."""


class Cancelled(PaperwireError):
    """The call was cancelled."""


class DataLoss(PaperwireError):
    """The server found stored data damaged."""


_BY_CODE: Dict[grpc.StatusCode, Type[PaperwireError]] = {
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.OUT_OF_RANGE: OutOfRange,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.ABORTED: Aborted,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.UNAUTHENTICATED: PermissionDenied,
    grpc.StatusCode.UNIMPLEMENTED: Unimplemented,
    grpc.StatusCode.CANCELLED: Cancelled,
    grpc.StatusCode.DATA_LOSS: DataLoss,
}
_BY_NUMBER: Dict[int, grpc.StatusCode] = {
    code.value[0]: code for code in grpc.StatusCode
}


def from_rpc_error(error: grpc.RpcError, address: str = "") -> PaperwireError:
    """Makes of gRPC's exception the one that says what happened.

    Args:
        error: What a call of `grpc` or `grpc.aio` raised.
        address: The server's address, for the message when none answered.
    """
    call: Any = error
    code = call.code() if hasattr(call, "code") else None
    details = call.details() if hasattr(call, "details") else None
    status = _status_of(call)
    if status is not None:
        return from_status(status)
    code = code or grpc.StatusCode.UNKNOWN
    text = details or str(error) or code.name
    if code is grpc.StatusCode.UNAVAILABLE and address:
        text = f"no answer from {address}: {_cause(text)}. Is it running?"
    elif code is grpc.StatusCode.DEADLINE_EXCEEDED:
        where = f" from {address}" if address else ""
        text = f"no answer{where} in time; give a longer timeout="
    return _BY_CODE.get(code, PaperwireError)(text, code=code)


def from_status(status: Any) -> PaperwireError:
    """Makes an exception of a `google.rpc.Status`."""
    code = _BY_NUMBER.get(status.code, grpc.StatusCode.UNKNOWN)
    info = error_details_pb2.ErrorInfo()
    violations = []
    for detail in status.details:
        try:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                detail.Unpack(info)
            elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                request = error_details_pb2.BadRequest()
                detail.Unpack(request)
                violations += [
                    FieldViolation(v.field, v.description)
                    for v in request.field_violations
                ]
        except DecodeError:
            continue  # the code and the message say enough
    metadata = dict(info.metadata)
    kind = _BY_CODE.get(code, PaperwireError)
    if kind is InvalidArgument and (
        info.reason == "INVALID_QUERY"
        or any(v.field.rpartition("query.")[2] == "text" for v in violations)
    ):
        kind = InvalidQuery
    elif kind is FailedPrecondition and info.reason == "PAGE_TOKEN_EXPIRED":
        kind = PageTokenExpired
    elif kind is OutOfRange and (
        info.reason == "TOKEN_TOO_OLD" or "oldest_token" in metadata
    ):
        kind = CursorTooOld
    elif kind is OutOfRange and info.reason == "HISTORY_TOO_SHORT":
        kind = HistoryTooShort
    elif kind is ResourceExhausted and info.reason == "QUERY_TOO_BROAD":
        kind = QueryTooBroad
    return kind(
        status.message or code.name,
        code=code,
        reason=info.reason,
        violations=violations,
        metadata=metadata,
    )


def _status_of(call: Any) -> Optional[Any]:
    """The `google.rpc.Status` in the trailing metadata, if it is sound."""
    trailing = (
        call.trailing_metadata() if hasattr(call, "trailing_metadata") else None
    )
    for key, value in trailing or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            status = status_pb2.Status()
            try:
                status.ParseFromString(value)
            except DecodeError:
                return None
            return status if status.code else None
    return None


def _cause(details: str) -> str:
    """The telling end of gRPC's connection messages."""
    cause = details.rpartition("Failed to connect to remote host: ")[2]
    return cause.split(" {")[0].strip().rstrip(".")[:300]


def came_from_server(error: grpc.RpcError) -> bool:
    """Whether the server itself said so, not the connection's end."""
    return _status_of(error) is not None
