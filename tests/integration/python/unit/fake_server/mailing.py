"""DigestService: digests, and no mail at all.

The token that confirms a digest is "token-of-" and its id. A preview's text
names the query; a query "nothing" has nothing to say.
"""

from __future__ import annotations

from typing import Any, Callable, Sequence, Tuple

from google.protobuf import empty_pb2

from paperwire.v1 import digest_pb2, digest_service_pb2_grpc
from paperwire.v1 import digest_service_pb2 as pb

from .failures import Code, Failure, status_of
from .service import Service

_STATES = digest_pb2.Digest
_FIELDS = (
    "display_name",
    "query",
    "board",
    "schedule",
    "max_papers",
    "monthly_note",
)


def _failing(method: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a handler of a method that raises `Failure`."""

    async def handler(self: Any, request: Any, context: Any) -> Any:
        await self.begin(method.__name__, context)
        self.server.mail_requests.append(request)
        try:
            return method(self, request)
        except Failure as failure:
            await failure.abort(context)

    return handler


def _page(items: Sequence[Any], request: Any) -> Tuple[Sequence[Any], str]:
    at, size = int(request.page_token or 0), request.page_size or 50
    more = at + size < len(items)
    return items[at : at + size], str(at + size) if more else ""


class DigestService(Service, digest_service_pb2_grpc.DigestServiceServicer):
    @_failing
    def CreateDigest(self, request: Any) -> Any:
        self._check_mail()
        self._check(request.digest)
        digests = self.server.digests
        if request.request_id in self.server.creations:
            return digests[self.server.creations[request.request_id]]
        id_ = request.digest_id or f"made-up-{len(digests) + 1}"
        name = f"{request.parent}/digests/{id_}"
        if name in digests:
            raise Failure(status_of(Code.ALREADY_EXISTS, f"{name} is there"))
        made = _STATES()
        made.CopyFrom(request.digest)
        made.name, made.etag = name, "e1"
        made.state = _STATES.STATE_UNCONFIRMED
        made.create_time.GetCurrentTime()
        made.update_time.CopyFrom(made.create_time)
        digests[name] = made
        self.server.creations[request.request_id] = name
        return made

    @_failing
    def GetDigest(self, request: Any) -> Any:
        return self._find(request.name)

    @_failing
    def ListDigests(self, request: Any) -> Any:
        mine = sorted(
            (d for d in self.server.digests.values() if self._of(d, request)),
            key=lambda d: d.name,
        )
        found, token = _page(mine, request)
        return pb.ListDigestsResponse(digests=found, next_page_token=token)

    @_failing
    def UpdateDigest(self, request: Any) -> Any:
        given = request.digest
        digest = self._find(given.name, given.etag)
        self._check(given)
        for path in request.update_mask.paths:
            assert path in _FIELDS
            digest.ClearField(path)
            part = _STATES()
            part.CopyFrom(given)
            for other in _STATES.DESCRIPTOR.fields_by_name:
                if other != path:
                    part.ClearField(other)
            digest.MergeFrom(part)
        digest.etag += "+"
        return digest

    @_failing
    def DeleteDigest(self, request: Any) -> Any:
        if request.name in self.server.digests or not request.allow_missing:
            self._find(request.name, request.etag)
            del self.server.digests[request.name]
        return empty_pb2.Empty()

    @_failing
    def PauseDigest(self, request: Any) -> Any:
        digest = self._find(request.name, request.etag)
        if not digest.HasField("confirm_time"):
            message = f"{digest.name} was not confirmed"
            code = Code.FAILED_PRECONDITION
            raise Failure(status_of(code, message, "DIGEST_NOT_ACTIVE"))
        digest.state = _STATES.STATE_PAUSED
        digest.ClearField("next_send_time")
        return digest

    @_failing
    def ResumeDigest(self, request: Any) -> Any:
        digest = self._find(request.name, request.etag)
        return self._activate(digest)

    @_failing
    def RequestDigestConfirmation(self, request: Any) -> Any:
        self._check_mail()
        return self._find(request.name)

    @_failing
    def ConfirmDigest(self, request: Any) -> Any:
        for digest in self.server.digests.values():
            if request.token == f"token-of-{digest.name.rpartition('/')[2]}":
                digest.confirm_time.GetCurrentTime()
                return self._activate(digest)
        raise Failure(status_of(Code.NOT_FOUND, "token: was not sent"))

    @_failing
    def PreviewDigest(self, request: Any) -> Any:
        digest = request.digest
        if request.name:
            digest = self._find(request.name)
        self._check(digest)
        asked = digest.query.text
        if asked == "nothing":
            return pb.PreviewDigestResponse()
        text = f"About {asked}\n\n  1. Sparse\x1b[2J Kites\n"
        html = f"<p>About \"{asked}\"</p><script>alert('x')</script>"
        message = (
            f"Subject: {asked}\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/plain\r\n\r\nAbout {asked}\r\n"
            f"--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
        )
        return pb.PreviewDigestResponse(
            message=message.encode(),
            subject=asked,
            text=text,
            html=html,
            papers=["papers/p1"],
            more_count=3,
        )

    @_failing
    def ListDigestIssues(self, request: Any) -> Any:
        self._find(request.parent)
        found, token = _page(self.server.issues, request)
        return pb.ListDigestIssuesResponse(
            digest_issues=found, next_page_token=token
        )

    @_failing
    def ReportMail(self, request: Any) -> Any:
        if b":" not in request.message:
            message = "message: has no header"
            code = Code.INVALID_ARGUMENT
            raise Failure(status_of(code, message, "INVALID", "message"))
        if b"delivery-status" not in request.message:
            return pb.ReportMailResponse()
        return pb.ReportMailResponse(
            kind=pb.ReportMailResponse.KIND_BOUNCE,
            digest="users/local/digests/kites",
            suppressed_address="jane@example.org",
            detail="550 no such mailbox",
        )

    @_failing
    def ListSuppressions(self, request: Any) -> Any:
        known = sorted(self.server.suppressed.items())
        found, token = _page([one for _, one in known], request)
        return pb.ListSuppressionsResponse(
            suppressions=found, next_page_token=token
        )

    @_failing
    def CreateSuppression(self, request: Any) -> Any:
        if "@" not in request.address:
            message = f"address: {request.address!r} is none"
            code = Code.INVALID_ARGUMENT
            raise Failure(status_of(code, message, "INVALID", "address"))
        made = digest_pb2.Suppression(
            name=f"suppressions/{request.address.lower()}",
            reason=digest_pb2.Suppression.REASON_MANUAL,
            detail=request.detail,
        )
        made.create_time.GetCurrentTime()
        return self.server.suppressed.setdefault(made.name, made)

    @_failing
    def DeleteSuppression(self, request: Any) -> Any:
        if self.server.suppressed.pop(request.name, None) is None:
            raise Failure(status_of(Code.NOT_FOUND, f"no {request.name}"))
        return empty_pb2.Empty()

    def _check_mail(self) -> None:
        if self.server.mail_refusal:
            code = Code.FAILED_PRECONDITION
            message = "no mail"
            raise Failure(status_of(code, message, self.server.mail_refusal))

    def _check(self, digest: digest_pb2.Digest) -> None:
        for query in (digest.query, digest.board.query):
            self.server.matcher(query)  # raises for an open quote

    @staticmethod
    def _of(digest: digest_pb2.Digest, request: Any) -> bool:
        return digest.name.startswith(f"{request.parent}/")

    @staticmethod
    def _activate(digest: digest_pb2.Digest) -> digest_pb2.Digest:
        digest.state = _STATES.STATE_ACTIVE
        digest.next_send_time.FromJsonString("2031-07-11T06:00:00Z")
        return digest

    def _find(self, name: str, etag: str = "") -> digest_pb2.Digest:
        digest = self.server.digests.get(name)
        if digest is None:
            message = f"no digest {name!r}"
            raise Failure(
                status_of(Code.NOT_FOUND, message, "DIGEST_NOT_FOUND")
            )
        if etag and etag != digest.etag:
            raise Failure(status_of(Code.ABORTED, f"{name} has changed"))
        return digest
