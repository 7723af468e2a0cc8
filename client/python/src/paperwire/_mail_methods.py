"""What digests send, and what came back: part of `client.digests`."""

from __future__ import annotations

from typing import Optional

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._blocking import Calls
from paperwire._convert import Span
from paperwire._digest_requests import (
    digest_proto,
    issues_request,
    name_alone,
    suppressions_request,
)
from paperwire.digests import AnyDigest, name_of
from paperwire.mails import (
    AsyncIssueList,
    IssueList,
    MailPreview,
    MailReport,
)
from paperwire.query import AnyQuery
from paperwire.suppressions import (
    AsyncSuppressionList,
    Suppression,
    SuppressionList,
)
from paperwire.v1 import digest_service_pb2 as pb


class MailMethods:
    """What `Digests` does with mails and their addresses."""

    _calls: Calls

    def preview(
        self,
        name: Optional[AnyDigest] = None,
        *,
        query: Optional[AnyQuery] = None,
        trending: Optional[str] = None,
        formula: Optional[str] = None,
        half_life: Optional[Span] = None,
        trending_query: Optional[AnyQuery] = None,
        schedule: str = "daily",
        weekday: str = "",
        at: str = "08:00",
        zone: str = "UTC",
        max_papers: int = 20,
        monthly_note: bool = False,
        display_name: str = "",
        timeout: Optional[float] = None,
    ) -> MailPreview:
        """Returns the mail as it would go out now; nothing is sent or noted.

            client.digests.preview("kites")
            client.digests.preview(query="kites", schedule="weekly")

        Args:
            name: A stored digest: what it would get now. None: one that is
                not stored, described by the others as in `create`; its query
                is taken to have stood for one period of its schedule.
            query: As these are in `create`.
            trending: Likewise.
            formula: Likewise.
            half_life: Likewise.
            trending_query: Likewise.
            schedule: Likewise.
            weekday: Likewise.
            at: Likewise.
            zone: Likewise.
            max_papers: Likewise.
            monthly_note: Likewise.
            display_name: Likewise.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such digest.
            HistoryTooShort: The journal does not reach back that far.
            InvalidQuery: A query cannot be parsed.
            ValueError: Neither a name nor a query nor a board is given, or
                both a name and one of these.
        """
        request = pb.PreviewDigestRequest()
        if name is None:
            request.digest.CopyFrom(
                digest_proto(
                    query,
                    trending,
                    formula,
                    half_life,
                    trending_query,
                    schedule,
                    weekday,
                    at,
                    zone,
                    max_papers,
                    monthly_note,
                    display_name,
                )
            )
        else:
            name_alone(query, trending)
            request.name = name_of(name)
        return MailPreview.from_proto(
            self._calls.unary(_rpc.PREVIEW_DIGEST, request, timeout)
        )

    def issues(
        self,
        name: AnyDigest,
        *,
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> IssueList:
        """Lists the mails of a digest, newest first; the last 100 are kept.

        Args:
            name: Its name or id.
            page_size: Mails fetched at once, 1 to 100.
            timeout: Seconds that a page may take.

        Raises:
            NotFound: There is no such digest.
            ValueError: That names no digest, or is no number.
        """
        request = issues_request(name, page_size)

        def fetch() -> None:
            answer = self._calls.unary(
                _rpc.LIST_DIGEST_ISSUES, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.digest_issues, answer.next_page_token)

        found = IssueList(fetch)
        fetch()
        return found

    def report(
        self, message: bytes, *, timeout: Optional[float] = None
    ) -> MailReport:
        """Takes a mail that came back: a bounce, or a complaint.

        Args:
            message: The whole mail as it came (RFC 5322), at most 10 MB.
            timeout: Seconds that the call may take.

        Raises:
            InvalidArgument: That is no mail.
        """
        request = pb.ReportMailRequest(message=message)
        return MailReport.from_proto(
            self._calls.unary(_rpc.REPORT_MAIL, request, timeout)
        )

    def suppressions(
        self, *, page_size: int = 100, timeout: Optional[float] = None
    ) -> SuppressionList:
        """Lists the addresses that nothing is sent to, page by page.

        Args:
            page_size: Addresses fetched at once, 1 to 1,000.
            timeout: Seconds that a page may take.

        Raises:
            ValueError: That is no number.
        """
        request = suppressions_request(page_size)

        def fetch() -> None:
            answer = self._calls.unary(_rpc.LIST_SUPPRESSIONS, request, timeout)
            request.page_token = answer.next_page_token
            found._take(answer.suppressions, answer.next_page_token)

        found = SuppressionList(fetch)
        fetch()
        return found

    def suppress(
        self,
        address: str,
        *,
        detail: str = "",
        timeout: Optional[float] = None,
    ) -> Suppression:
        """Sends nothing to an address any more.

        One that is suppressed stays as it is.

        Args:
            address: The address.
            detail: What to remember with it; at most 1,000 bytes.
            timeout: Seconds that the call may take.

        Raises:
            InvalidArgument: That is no address.
        """
        request = pb.CreateSuppressionRequest(address=address, detail=detail)
        return Suppression.from_proto(
            self._calls.unary(_rpc.CREATE_SUPPRESSION, request, timeout)
        )

    def unsuppress(
        self, address: str, *, timeout: Optional[float] = None
    ) -> None:
        """Lets digests be sent to an address again.

        Those that were suppressed stay so: their reader confirms a new one.
        It is not tried again when the connection breaks.

        Args:
            address: The address.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: It is not suppressed.
        """
        request = pb.DeleteSuppressionRequest(
            name=f"suppressions/{address.lower()}"
        )
        self._calls.unary(
            _rpc.DELETE_SUPPRESSION, request, timeout, again=False
        )


class AsyncMailMethods:
    """As `MailMethods`, awaited."""

    _calls: AsyncCalls

    async def preview(
        self,
        name: Optional[AnyDigest] = None,
        *,
        query: Optional[AnyQuery] = None,
        trending: Optional[str] = None,
        formula: Optional[str] = None,
        half_life: Optional[Span] = None,
        trending_query: Optional[AnyQuery] = None,
        schedule: str = "daily",
        weekday: str = "",
        at: str = "08:00",
        zone: str = "UTC",
        max_papers: int = 20,
        monthly_note: bool = False,
        display_name: str = "",
        timeout: Optional[float] = None,
    ) -> MailPreview:
        """Returns the mail as it would go out now; as `Digests.preview`."""
        request = pb.PreviewDigestRequest()
        if name is None:
            request.digest.CopyFrom(
                digest_proto(
                    query,
                    trending,
                    formula,
                    half_life,
                    trending_query,
                    schedule,
                    weekday,
                    at,
                    zone,
                    max_papers,
                    monthly_note,
                    display_name,
                )
            )
        else:
            name_alone(query, trending)
            request.name = name_of(name)
        return MailPreview.from_proto(
            await self._calls.unary(_rpc.PREVIEW_DIGEST, request, timeout)
        )

    async def issues(
        self,
        name: AnyDigest,
        *,
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> AsyncIssueList:
        """Lists the mails of a digest; as `Digests.issues`."""
        request = issues_request(name, page_size)

        async def fetch() -> None:
            answer = await self._calls.unary(
                _rpc.LIST_DIGEST_ISSUES, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.digest_issues, answer.next_page_token)

        found = AsyncIssueList(fetch)
        await fetch()
        return found

    async def report(
        self, message: bytes, *, timeout: Optional[float] = None
    ) -> MailReport:
        """Takes a mail that came back; as `Digests.report`."""
        request = pb.ReportMailRequest(message=message)
        return MailReport.from_proto(
            await self._calls.unary(_rpc.REPORT_MAIL, request, timeout)
        )

    async def suppressions(
        self, *, page_size: int = 100, timeout: Optional[float] = None
    ) -> AsyncSuppressionList:
        """Lists suppressed addresses; as `Digests.suppressions`."""
        request = suppressions_request(page_size)

        async def fetch() -> None:
            answer = await self._calls.unary(
                _rpc.LIST_SUPPRESSIONS, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.suppressions, answer.next_page_token)

        found = AsyncSuppressionList(fetch)
        await fetch()
        return found

    async def suppress(
        self,
        address: str,
        *,
        detail: str = "",
        timeout: Optional[float] = None,
    ) -> Suppression:
        """Sends nothing to an address any more; as `Digests.suppress`."""
        request = pb.CreateSuppressionRequest(address=address, detail=detail)
        return Suppression.from_proto(
            await self._calls.unary(_rpc.CREATE_SUPPRESSION, request, timeout)
        )

    async def unsuppress(
        self, address: str, *, timeout: Optional[float] = None
    ) -> None:
        """Lets digests be sent to an address again; as `Digests.unsuppress`."""
        request = pb.DeleteSuppressionRequest(
            name=f"suppressions/{address.lower()}"
        )
        await self._calls.unary(
            _rpc.DELETE_SUPPRESSION, request, timeout, again=False
        )
