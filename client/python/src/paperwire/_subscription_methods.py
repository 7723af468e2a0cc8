"""Keeping queries standing: `client.subscriptions` of both clients."""

from __future__ import annotations

from typing import Optional, Union

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._blocking import Calls
from paperwire._requests import KEEP, Keep
from paperwire._standing_methods import AsyncStandingMethods, StandingMethods
from paperwire._subscription_requests import (
    asks_the_same,
    create_request,
    existing_request,
    list_request,
    update_request,
    wants_secret,
)
from paperwire.deliveries import Webhook
from paperwire.errors import AlreadyExists
from paperwire.query import AnyQuery
from paperwire.subscriptions import (
    AnySubscription,
    AsyncSubscriptionList,
    Cursor,
    Expires,
    Labels,
    Subscription,
    SubscriptionList,
    name_of,
    with_secret,
)
from paperwire.v1 import subscription_service_pb2 as pb
from paperwire.webhooks import make_secret


class Subscriptions(StandingMethods):
    """The queries that the server keeps standing: `client.subscriptions`.

        client.subscriptions.create("kites", id="kites", exist_ok=True)
        for match in client.watch(subscription="kites"):
            print(match.paper.title)

    From its creation on the server notes what matches, whether anybody
    watches or not. A subscription is named by its name
    (`users/local/subscriptions/kites`), by its id (`kites`) if it is the user
    `local`'s, or by a `Subscription`.

    Every method takes `timeout` in seconds (None: the client's). What is
    changed is durable when the method returns.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def __repr__(self) -> str:
        return f"Subscriptions({self._calls.endpoint.target!r})"

    def create(
        self,
        query: AnyQuery,
        id: Optional[str] = None,
        *,
        display_name: str = "",
        news: str = "papers",
        labels: Labels = None,
        expires: Expires = None,
        webhook: Optional[Webhook] = None,
        user: str = "local",
        exist_ok: bool = False,
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Leaves a query standing; from here on its matches are noted.

        Args:
            query: What to ask. Only full matches count.
            id: Of 1 to 63 lower-case letters, digits and hyphens. None: the
                server makes one up.
            display_name: What people call it; at most 256 bytes.
            news: What counts as news. "papers": each paper once, when it
                first matches. "versions": each new version of it, too.
            labels: Marks of your own, to list by; at most 64.
            expires: When it is to be deleted: a time, or a `timedelta` from
                now. None: never.
            webhook: Where to POST what matches, beside what watches get.
                Without a secret one is made; the subscription that is
                returned carries it (`subscription.webhook.secret`), and
                nothing will show it again.
            user: Whose it is. Without authentication there is `local` only.
            exist_ok: When the id is taken by a subscription that asks for the
                same, return that one, as it is: its cursor, labels, webhook
                and all. So a notebook can be run again.
            timeout: Seconds that the call may take.

        Raises:
            InvalidQuery: The query cannot be parsed.
            InvalidArgument: The id, a label or another part is wrong.
            AlreadyExists: The id is taken (with `exist_ok`: by another query
                or other news).
            QueryTooBroad: Nothing that the query asks for narrows it down,
                and the server has as many of the kind as it can hold.
            ValueError: An argument is none of its known values.
        """
        request = create_request(
            query, id, display_name, news, labels, expires, webhook, user
        )
        try:
            made = self._calls.unary(_rpc.CREATE_SUBSCRIPTION, request, timeout)
            secret = request.subscription.webhook.secret
            return with_secret(Subscription.from_proto(made), secret)
        except AlreadyExists:
            if not exist_ok:
                raise
            there = self._calls.unary(
                _rpc.GET_SUBSCRIPTION, existing_request(request), timeout
            )
            if not asks_the_same(there, request.subscription):
                raise
            return Subscription.from_proto(there)

    def get(
        self, name: AnySubscription, *, timeout: Optional[float] = None
    ) -> Subscription:
        """Returns one subscription, as it is now.

        Args:
            name: Its name or id.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such subscription.
            ValueError: That names no subscription.
        """
        request = pb.GetSubscriptionRequest(name=name_of(name))
        return Subscription.from_proto(
            self._calls.unary(_rpc.GET_SUBSCRIPTION, request, timeout)
        )

    def list(
        self,
        *,
        labels: Labels = None,
        user: str = "local",
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> SubscriptionList:
        """Lists the subscriptions of a user by name, page by page.

        Args:
            labels: Only those that have all of these.
            user: Whose.
            page_size: How many to fetch at once, 1 to 1,000.
            timeout: Seconds that a page may take.

        Raises:
            ValueError: That is no user, or no size.
        """
        request = list_request(labels, user, page_size)

        def fetch() -> None:
            answer = self._calls.unary(
                _rpc.LIST_SUBSCRIPTIONS, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.subscriptions, answer.next_page_token)

        found = SubscriptionList(fetch)
        fetch()
        return found

    def update(
        self,
        name: AnySubscription,
        *,
        query: Optional[AnyQuery] = None,
        display_name: Optional[str] = None,
        news: Optional[str] = None,
        labels: Labels = None,
        expires: Union[Expires, Keep] = KEEP,
        webhook: Union[Webhook, Keep, None] = KEEP,
        etag: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Changes what is given, and leaves the rest.

        Its cursor and what was noted for it stay. A new query decides about
        the papers that come from now on.

        Args:
            name: Its name or id: it is changed in any case. A
                `Subscription`: only if nobody has changed it since it was
                read; commits do not count.
            query: What to ask instead.
            display_name: The new name; empty for none.
            news: "papers" or "versions"; see `create`.
            labels: In place of all the labels that it has.
            expires: As for `create`; None: never.
            webhook: In place of the one that it has; None: none. Without a
                secret it keeps the one that is stored; where there is none,
                one is made, as for `create`.
            etag: Change it only if its etag is this.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such subscription.
            Aborted: It has been changed since; `get` it and try again.
            InvalidQuery: The query cannot be parsed.
            QueryTooBroad: As for `create`.
            ValueError: Nothing is to be changed, or an argument is none of
                its known values.
        """
        request = update_request(
            name, query, display_name, news, labels, expires, webhook, etag
        )
        wanted = wants_secret(name, webhook)
        if wanted is None:
            wanted = self.get(name, timeout=timeout).webhook is None
        if wanted:
            request.subscription.webhook.secret = make_secret()
        # Repeated with an etag, it could fail for its own success.
        again = not request.subscription.etag
        changed = self._calls.unary(
            _rpc.UPDATE_SUBSCRIPTION, request, timeout, again=again
        )
        secret = request.subscription.webhook.secret
        return with_secret(Subscription.from_proto(changed), secret)

    def delete(
        self,
        name: AnySubscription,
        *,
        missing_ok: bool = False,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes it with its cursor; watches of it end with `NotFound`.

        Args:
            name: Its name or id.
            missing_ok: Succeed when there is no such subscription; only then
                is the call tried again when the connection breaks.
            etag: Delete it only if its etag is this.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such subscription.
            Aborted: The etag differs.
        """
        request = pb.DeleteSubscriptionRequest(
            name=name_of(name), etag=etag, allow_missing=missing_ok
        )
        self._calls.unary(
            _rpc.DELETE_SUBSCRIPTION, request, timeout, again=missing_ok
        )

    def pause(
        self,
        name: AnySubscription,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Holds deliveries back; matches are noted as before.

        Watches stay open and wait. One that is paused stays as it is.

        Args:
            name: Its name or id.
            etag: Pause it only if its etag is this.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such subscription.
            Aborted: The etag differs.
        """
        request = pb.PauseSubscriptionRequest(name=name_of(name), etag=etag)
        return Subscription.from_proto(
            self._calls.unary(
                _rpc.PAUSE_SUBSCRIPTION, request, timeout, again=not etag
            )
        )

    def resume(
        self,
        name: AnySubscription,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Delivers again, beginning with what was held back.

        To skip that, `commit` a newer token first. One that is not paused
        stays as it is. Arguments and errors are those of `pause`.
        """
        request = pb.ResumeSubscriptionRequest(name=name_of(name), etag=etag)
        return Subscription.from_proto(
            self._calls.unary(
                _rpc.RESUME_SUBSCRIPTION, request, timeout, again=not etag
            )
        )

    def commit(
        self,
        name: AnySubscription,
        token: str,
        *,
        timeout: Optional[float] = None,
    ) -> Cursor:
        """Notes that everything up to a token was dealt with.

        A watch of the subscription does this by itself; see `Client.watch`.

        Args:
            name: Its name or id.
            token: Of a match or a watch of this subscription (`match.token`).
            timeout: Seconds that the call may take.

        Returns:
            The place that counts: this one, or a later one that was committed
            before.

        Raises:
            NotFound: There is no such subscription.
            InvalidArgument: The token is malformed, or that of another
                subscription or another server.
        """
        request = pb.CommitCursorRequest(name=name_of(name), resume_token=token)
        return Cursor.from_proto(
            self._calls.unary(_rpc.COMMIT_CURSOR, request, timeout).cursor
        )


class AsyncSubscriptions(AsyncStandingMethods):
    """As `Subscriptions`, awaited."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    def __repr__(self) -> str:
        return f"AsyncSubscriptions({self._calls.endpoint.target!r})"

    async def create(
        self,
        query: AnyQuery,
        id: Optional[str] = None,
        *,
        display_name: str = "",
        news: str = "papers",
        labels: Labels = None,
        expires: Expires = None,
        webhook: Optional[Webhook] = None,
        user: str = "local",
        exist_ok: bool = False,
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Leaves a query standing; as `Subscriptions.create`."""
        request = create_request(
            query, id, display_name, news, labels, expires, webhook, user
        )
        try:
            made = await self._calls.unary(
                _rpc.CREATE_SUBSCRIPTION, request, timeout
            )
            secret = request.subscription.webhook.secret
            return with_secret(Subscription.from_proto(made), secret)
        except AlreadyExists:
            if not exist_ok:
                raise
            there = await self._calls.unary(
                _rpc.GET_SUBSCRIPTION, existing_request(request), timeout
            )
            if not asks_the_same(there, request.subscription):
                raise
            return Subscription.from_proto(there)

    async def get(
        self, name: AnySubscription, *, timeout: Optional[float] = None
    ) -> Subscription:
        """Returns one subscription; as `Subscriptions.get`."""
        request = pb.GetSubscriptionRequest(name=name_of(name))
        return Subscription.from_proto(
            await self._calls.unary(_rpc.GET_SUBSCRIPTION, request, timeout)
        )

    async def list(
        self,
        *,
        labels: Labels = None,
        user: str = "local",
        page_size: int = 100,
        timeout: Optional[float] = None,
    ) -> AsyncSubscriptionList:
        """Lists the subscriptions of a user; as `Subscriptions.list`."""
        request = list_request(labels, user, page_size)

        async def fetch() -> None:
            answer = await self._calls.unary(
                _rpc.LIST_SUBSCRIPTIONS, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.subscriptions, answer.next_page_token)

        found = AsyncSubscriptionList(fetch)
        await fetch()
        return found

    async def update(
        self,
        name: AnySubscription,
        *,
        query: Optional[AnyQuery] = None,
        display_name: Optional[str] = None,
        news: Optional[str] = None,
        labels: Labels = None,
        expires: Union[Expires, Keep] = KEEP,
        webhook: Union[Webhook, Keep, None] = KEEP,
        etag: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Changes what is given; as `Subscriptions.update`."""
        request = update_request(
            name, query, display_name, news, labels, expires, webhook, etag
        )
        wanted = wants_secret(name, webhook)
        if wanted is None:
            there = await self.get(name, timeout=timeout)
            wanted = there.webhook is None
        if wanted:
            request.subscription.webhook.secret = make_secret()
        again = not request.subscription.etag
        changed = await self._calls.unary(
            _rpc.UPDATE_SUBSCRIPTION, request, timeout, again=again
        )
        secret = request.subscription.webhook.secret
        return with_secret(Subscription.from_proto(changed), secret)

    async def delete(
        self,
        name: AnySubscription,
        *,
        missing_ok: bool = False,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes it with its cursor; as `Subscriptions.delete`."""
        request = pb.DeleteSubscriptionRequest(
            name=name_of(name), etag=etag, allow_missing=missing_ok
        )
        await self._calls.unary(
            _rpc.DELETE_SUBSCRIPTION, request, timeout, again=missing_ok
        )

    async def pause(
        self,
        name: AnySubscription,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Holds deliveries back; as `Subscriptions.pause`."""
        request = pb.PauseSubscriptionRequest(name=name_of(name), etag=etag)
        return Subscription.from_proto(
            await self._calls.unary(
                _rpc.PAUSE_SUBSCRIPTION, request, timeout, again=not etag
            )
        )

    async def resume(
        self,
        name: AnySubscription,
        *,
        etag: str = "",
        timeout: Optional[float] = None,
    ) -> Subscription:
        """Delivers again; as `Subscriptions.resume`."""
        request = pb.ResumeSubscriptionRequest(name=name_of(name), etag=etag)
        return Subscription.from_proto(
            await self._calls.unary(
                _rpc.RESUME_SUBSCRIPTION, request, timeout, again=not etag
            )
        )

    async def commit(
        self,
        name: AnySubscription,
        token: str,
        *,
        timeout: Optional[float] = None,
    ) -> Cursor:
        """Notes what was dealt with; as `Subscriptions.commit`."""
        request = pb.CommitCursorRequest(name=name_of(name), resume_token=token)
        answer = await self._calls.unary(_rpc.COMMIT_CURSOR, request, timeout)
        return Cursor.from_proto(answer.cursor)
