"""Papers by mail: `client.digests` of both clients."""

from __future__ import annotations

from typing import Optional, Union

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._blocking import Calls
from paperwire._convert import Span
from paperwire._digest_requests import (
    create_request,
    digest_proto,
    list_request,
    needs_stored,
    token_of,
    update_request,
)
from paperwire._mail_methods import AsyncMailMethods, MailMethods
from paperwire._requests import KEEP, Keep
from paperwire.digests import (
    AnyDigest,
    AsyncDigestList,
    Digest,
    DigestList,
    name_of,
)
from paperwire.query import AnyQuery
from paperwire.v1 import digest_service_pb2 as pb


class Digests(MailMethods):
    """What the server sends by mail: `client.digests`.

        client.digests.create("jane@example.org", "kites", digest_id="kites")
        client.digests.preview("kites")   # shows the mail in a notebook

    A digest brings the papers that newly match a query, those that lead a
    board, or both, and each paper once. Nothing but one mail that asks for
    consent is sent before whoever reads the address has opened its link. A
    digest is named by its name (`users/local/digests/kites`), by its id
    (`kites`) if it is the user `local`'s, or by a `Digest`.

    Every method takes `timeout` in seconds (None: the client's). A server
    that does not send mail answers `FailedPrecondition` with the reason
    MAIL_NOT_CONFIGURED; it wants --smtp, --mail-from, --public-url and --http.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def __repr__(self) -> str:
        return f"Digests({self._calls.endpoint.target!r})"

    def create(
        self,
        address: str,
        query: Optional[AnyQuery] = None,
        *,
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
        digest_id: Optional[str] = None,
        user: str = "local",
        timeout: Optional[float] = None,
    ) -> Digest:
        """Stores a digest, and asks its address for consent.

            client.digests.create(
                "jane@example.org", "kites", trending="week",
                schedule="weekly", weekday="friday", zone="Europe/Berlin",
            )

        Args:
            address: Where it goes: one address, in ASCII. It cannot be
                changed.
            query: Papers that newly match this, each once. None: none; empty
                text: every paper.
            trending: Papers that lead the board of this window ("day",
                "week", "month" or "all") and were not in a mail before. None:
                none.
            formula: How the board ranks; see `Client.trending`. None: votes.
            half_life: Of the formula "velocity": seconds, or a timedelta.
                None: one day.
            trending_query: Of the board only what matches this.
            schedule: "daily", "weekdays" (Monday to Friday) or "weekly".
            weekday: Of "weekly": "monday" (the default) to "sunday".
            at: The time of day there, "HH:MM".
            zone: A zone of the IANA database ("Europe/Berlin").
            max_papers: Papers in a mail at most, of the query and of the
                board each; 1 to 100.
            monthly_note: Whether to write also when there was no mail for 30
                days.
            display_name: What the subject says; empty: the query or the
                board.
            digest_id: Of 1 to 63 lower-case letters, digits and hyphens. None:
                the server makes one up.
            user: Whose it is. Without authentication there is `local` only.
            timeout: Seconds that the call may take.

        Raises:
            InvalidQuery: A query cannot be parsed.
            InvalidArgument: The address, the zone or another part is wrong.
            AlreadyExists: The id is taken.
            FailedPrecondition: The server sends no mail (reason
                MAIL_NOT_CONFIGURED), or none to this address
                (ADDRESS_SUPPRESSED).
            ResourceExhausted: The address was asked three times in 24 hours
                (reason TOO_MANY_CONFIRMATIONS).
            QueryTooBroad: As for `Subscriptions.create`.
            ValueError: An argument is none of its known values.
        """
        digest = digest_proto(
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
            address,
        )
        request = create_request(digest, digest_id, user)
        return Digest.from_proto(
            self._calls.unary(_rpc.CREATE_DIGEST, request, timeout)
        )

    def get(
        self, name: AnyDigest, *, timeout: Optional[float] = None
    ) -> Digest:
        """Returns one digest, as it is now.

        Args:
            name: Its name or id.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such digest.
            ValueError: That names no digest.
        """
        request = pb.GetDigestRequest(name=name_of(name))
        return Digest.from_proto(
            self._calls.unary(_rpc.GET_DIGEST, request, timeout)
        )

    def list(
        self,
        *,
        user: str = "local",
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> DigestList:
        """Lists the digests of a user by name, page by page.

        Args:
            user: Whose.
            page_size: Digests fetched at once, 1 to 1,000.
            timeout: Seconds that a page may take.

        Raises:
            ValueError: That is no user, or no number.
        """
        request = list_request(user, page_size)

        def fetch() -> None:
            answer = self._calls.unary(_rpc.LIST_DIGESTS, request, timeout)
            request.page_token = answer.next_page_token
            found._take(answer.digests, answer.next_page_token)

        found = DigestList(fetch)
        fetch()
        return found

    def update(
        self,
        name: AnyDigest,
        *,
        query: Union[AnyQuery, Keep, None] = KEEP,
        trending: Union[str, Keep, None] = KEEP,
        formula: Optional[str] = None,
        half_life: Union[Span, Keep, None] = KEEP,
        trending_query: Union[AnyQuery, Keep, None] = KEEP,
        schedule: Optional[str] = None,
        weekday: Optional[str] = None,
        at: Optional[str] = None,
        zone: Optional[str] = None,
        max_papers: Optional[int] = None,
        monthly_note: Optional[bool] = None,
        display_name: Optional[str] = None,
        etag: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Digest:
        """Changes what is given, and leaves the rest; what was sent stays so.

            client.digests.update("kites", at="07:00", trending=None)

        Args:
            name: Its name or id; or a `Digest`, which must then be unchanged
                since it was read.
            query: What to ask. None: bring no papers of a query any more.
            trending: The window of the board. None: bring no board any more.
            formula: Of the board.
            half_life: Of the board. None: one day.
            trending_query: Of the board. None: all papers.
            schedule: On which days.
            weekday: On which day of the week.
            at: At what time of day.
            zone: In which zone.
            max_papers: How many papers at most.
            monthly_note: Whether to write when there was nothing.
            display_name: What the subject says.
            etag: Change it only if its etag is this.
            timeout: Seconds that a call may take. Given an id and a part of
                the board or the schedule, the digest is read first.

        Raises:
            NotFound: There is no such digest.
            Aborted: It has been changed since; `get` it and try again.
            InvalidQuery: A query cannot be parsed.
            InvalidArgument: Another part is wrong.
            ValueError: Nothing is to be changed, or an argument is none of
                its known values.
        """
        stored = None
        if needs_stored(
            name,
            trending,
            (formula, half_life, trending_query),
            (schedule, weekday, at, zone),
        ):
            stored = self.get(name, timeout=timeout)
        request = update_request(
            name,
            stored,
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
            etag,
        )
        # Repeated with an etag, it could fail for its own success.
        again = not request.digest.etag
        return Digest.from_proto(
            self._calls.unary(_rpc.UPDATE_DIGEST, request, timeout, again=again)
        )

    def delete(
        self,
        name: AnyDigest,
        *,
        missing_ok: bool = False,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes it, its address and what was sent.

        Args:
            name: Its name or id.
            missing_ok: Succeed when there is no such digest; only then is the
                call tried again when the connection breaks.
            etag: Delete it only if its etag is this.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such digest.
            Aborted: The etag differs.
        """
        request = pb.DeleteDigestRequest(
            name=name_of(name), etag=etag, allow_missing=missing_ok
        )
        self._calls.unary(
            _rpc.DELETE_DIGEST, request, timeout, again=missing_ok
        )

    def pause(
        self,
        name: AnyDigest,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Digest:
        """Sends nothing until `resume`; what matches comes with the next mail.

        One that is paused stays as it is.

        Args:
            name: Its name or id.
            etag: Pause it only if its etag is this.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such digest.
            Aborted: The etag differs.
            FailedPrecondition: Its reader has not agreed, or has stopped it
                (reason DIGEST_NOT_ACTIVE).
        """
        request = pb.PauseDigestRequest(name=name_of(name), etag=etag)
        return Digest.from_proto(
            self._calls.unary(
                _rpc.PAUSE_DIGEST, request, timeout, again=not etag
            )
        )

    def resume(
        self,
        name: AnyDigest,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Digest:
        """Sends again, when it is due next.

        One that is not paused stays as it is. Arguments and errors are those
        of `pause`.
        """
        request = pb.ResumeDigestRequest(name=name_of(name), etag=etag)
        return Digest.from_proto(
            self._calls.unary(
                _rpc.RESUME_DIGEST, request, timeout, again=not etag
            )
        )

    def confirm(self, link: str, *, timeout: Optional[float] = None) -> Digest:
        """Gives consent, as the page that the mail links to does.

        Args:
            link: The link, or what stands in it after `t=`.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: That was not sent, or has expired.
        """
        request = pb.ConfirmDigestRequest(token=token_of(link))
        return Digest.from_proto(
            self._calls.unary(_rpc.CONFIRM_DIGEST, request, timeout)
        )

    def request_confirmation(
        self, name: AnyDigest, *, timeout: Optional[float] = None
    ) -> Digest:
        """Asks for consent once more; not tried again by itself.

        Args:
            name: Its name or id.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such digest.
            FailedPrecondition: Consent was given (reason DIGEST_CONFIRMED),
                or as `create`.
            ResourceExhausted: As `create`.
        """
        request = pb.RequestDigestConfirmationRequest(name=name_of(name))
        return Digest.from_proto(
            self._calls.unary(
                _rpc.REQUEST_DIGEST_CONFIRMATION, request, timeout, again=False
            )
        )


class AsyncDigests(AsyncMailMethods):
    """As `Digests`, awaited."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    def __repr__(self) -> str:
        return f"AsyncDigests({self._calls.endpoint.target!r})"

    async def create(
        self,
        address: str,
        query: Optional[AnyQuery] = None,
        *,
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
        digest_id: Optional[str] = None,
        user: str = "local",
        timeout: Optional[float] = None,
    ) -> Digest:
        """Stores a digest; as `Digests.create`."""
        digest = digest_proto(
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
            address,
        )
        request = create_request(digest, digest_id, user)
        return Digest.from_proto(
            await self._calls.unary(_rpc.CREATE_DIGEST, request, timeout)
        )

    async def get(
        self, name: AnyDigest, *, timeout: Optional[float] = None
    ) -> Digest:
        """Returns one digest; as `Digests.get`."""
        request = pb.GetDigestRequest(name=name_of(name))
        return Digest.from_proto(
            await self._calls.unary(_rpc.GET_DIGEST, request, timeout)
        )

    async def list(
        self,
        *,
        user: str = "local",
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> AsyncDigestList:
        """Lists the digests of a user; as `Digests.list`."""
        request = list_request(user, page_size)

        async def fetch() -> None:
            answer = await self._calls.unary(
                _rpc.LIST_DIGESTS, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.digests, answer.next_page_token)

        found = AsyncDigestList(fetch)
        await fetch()
        return found

    async def update(
        self,
        name: AnyDigest,
        *,
        query: Union[AnyQuery, Keep, None] = KEEP,
        trending: Union[str, Keep, None] = KEEP,
        formula: Optional[str] = None,
        half_life: Union[Span, Keep, None] = KEEP,
        trending_query: Union[AnyQuery, Keep, None] = KEEP,
        schedule: Optional[str] = None,
        weekday: Optional[str] = None,
        at: Optional[str] = None,
        zone: Optional[str] = None,
        max_papers: Optional[int] = None,
        monthly_note: Optional[bool] = None,
        display_name: Optional[str] = None,
        etag: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Digest:
        """Changes what is given; as `Digests.update`."""
        stored = None
        if needs_stored(
            name,
            trending,
            (formula, half_life, trending_query),
            (schedule, weekday, at, zone),
        ):
            stored = await self.get(name, timeout=timeout)
        request = update_request(
            name,
            stored,
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
            etag,
        )
        # Repeated with an etag, it could fail for its own success.
        again = not request.digest.etag
        return Digest.from_proto(
            await self._calls.unary(
                _rpc.UPDATE_DIGEST, request, timeout, again=again
            )
        )

    async def delete(
        self,
        name: AnyDigest,
        *,
        missing_ok: bool = False,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes it; as `Digests.delete`."""
        request = pb.DeleteDigestRequest(
            name=name_of(name), etag=etag, allow_missing=missing_ok
        )
        await self._calls.unary(
            _rpc.DELETE_DIGEST, request, timeout, again=missing_ok
        )

    async def pause(
        self,
        name: AnyDigest,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Digest:
        """Sends nothing until `resume`; as `Digests.pause`."""
        request = pb.PauseDigestRequest(name=name_of(name), etag=etag)
        return Digest.from_proto(
            await self._calls.unary(
                _rpc.PAUSE_DIGEST, request, timeout, again=not etag
            )
        )

    async def resume(
        self,
        name: AnyDigest,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Digest:
        """Sends again; as `Digests.resume`."""
        request = pb.ResumeDigestRequest(name=name_of(name), etag=etag)
        return Digest.from_proto(
            await self._calls.unary(
                _rpc.RESUME_DIGEST, request, timeout, again=not etag
            )
        )

    async def confirm(
        self, link: str, *, timeout: Optional[float] = None
    ) -> Digest:
        """Gives consent; as `Digests.confirm`."""
        request = pb.ConfirmDigestRequest(token=token_of(link))
        return Digest.from_proto(
            await self._calls.unary(_rpc.CONFIRM_DIGEST, request, timeout)
        )

    async def request_confirmation(
        self, name: AnyDigest, *, timeout: Optional[float] = None
    ) -> Digest:
        """Asks for consent once more; as `Digests.request_confirmation`."""
        request = pb.RequestDigestConfirmationRequest(name=name_of(name))
        return Digest.from_proto(
            await self._calls.unary(
                _rpc.REQUEST_DIGEST_CONFIRMATION, request, timeout, again=False
            )
        )
