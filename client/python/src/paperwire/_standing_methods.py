"""What else is done with subscriptions: share groups and webhooks.

The part of `client.subscriptions` that does not change the subscriptions.
"""

from __future__ import annotations

from typing import Iterable, Optional, Union

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._blocking import Calls
from paperwire.deliveries import (
    AsyncDeliveryList,
    DeliveryList,
    WebhookDelivery,
    to_state,
)
from paperwire.matches import Match
from paperwire.subscriptions import AnySubscription, ShareGroup, name_of
from paperwire.v1 import subscription_service_pb2 as pb

Sequences = Iterable[Union[int, Match]]
AnyDelivery = Union[str, WebhookDelivery]


class StandingMethods:
    """Share groups and webhooks of `Subscriptions`."""

    _calls: Calls

    def acknowledge(
        self,
        name: AnySubscription,
        share_group: str,
        matches: Sequences = (),
        *,
        release: Sequences = (),
        extend: Sequences = (),
        timeout: Optional[float] = None,
    ) -> ShareGroup:
        """Says what became of matches that members of a share group hold.

            client.subscriptions.acknowledge("kites", "workers", [1201, 1207])

        A watch does this by itself; this is for what was handed to another
        program. Acknowledgements are durable when it returns, in any order,
        and count whoever holds the match. What is not leased is passed over.

        Args:
            name: The subscription's name or id.
            share_group: The group's name.
            matches: What was dealt with: matches, or their `sequence`. At
                most 10,000 with those below.
            release: What is given back; it goes to another member at once.
            extend: What takes longer: its lease begins anew.
            timeout: Seconds that the call may take.

        Returns:
            The group after it.

        Raises:
            NotFound: There is no such subscription, or no such group.
            InvalidArgument: They are too many, or ahead of the journal.
        """
        request = _acknowledge(name, share_group, matches, release, extend)
        answer = self._calls.unary(_rpc.ACKNOWLEDGE_MATCHES, request, timeout)
        return ShareGroup.from_proto(answer.share_group)

    def delete_share_group(
        self,
        name: AnySubscription,
        share_group: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Forgets a share group and how far it was.

        Watches in it end with `NotFound`. It is not tried again when the
        connection breaks.

        Args:
            name: The subscription's name or id.
            share_group: The group's name.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such subscription, or no such group.
        """
        request = pb.DeleteShareGroupRequest(
            name=name_of(name), share_group=share_group
        )
        self._calls.unary(
            _rpc.DELETE_SHARE_GROUP, request, timeout, again=False
        )

    def webhook_deliveries(
        self,
        name: AnySubscription,
        *,
        state: Optional[str] = None,
        page_size: int = 50,
        timeout: Optional[float] = None,
    ) -> DeliveryList:
        """Lists what was posted to a subscription's webhook, newest first.

            for delivery in client.subscriptions.webhook_deliveries(
                "kites", state="dead"
            ):
                client.subscriptions.retry_delivery("kites", delivery)

        Args:
            name: The subscription's name or id.
            state: Only those that are "pending", "delivered" or "dead".
            page_size: How many to fetch at once, 1 to 1,000.
            timeout: Seconds that a page may take.

        Raises:
            NotFound: There is no such subscription.
            ValueError: There is no such state, or no such size.
        """
        request = _deliveries(name, state, page_size)

        def fetch() -> None:
            answer = self._calls.unary(
                _rpc.LIST_WEBHOOK_DELIVERIES, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.deliveries, answer.next_page_token)

        found = DeliveryList(fetch)
        fetch()
        return found

    def retry_delivery(
        self,
        name: AnySubscription,
        delivery: AnyDelivery,
        *,
        timeout: Optional[float] = None,
    ) -> WebhookDelivery:
        """Posts a dead delivery once more, under its id, after what waits now.

        Args:
            name: The subscription's name or id.
            delivery: It, or its id.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such subscription, or no such delivery.
            FailedPrecondition: It is not dead, or the subscription has no
                webhook any more.
            OutOfRange: The journal no longer holds its papers.
        """
        request = _retry(name, delivery)
        # Repeated, it could fail for its own success.
        return WebhookDelivery.from_proto(
            self._calls.unary(
                _rpc.RETRY_WEBHOOK_DELIVERY, request, timeout, again=False
            )
        )


class AsyncStandingMethods:
    """Share groups and webhooks of `AsyncSubscriptions`."""

    _calls: AsyncCalls

    async def acknowledge(
        self,
        name: AnySubscription,
        share_group: str,
        matches: Sequences = (),
        *,
        release: Sequences = (),
        extend: Sequences = (),
        timeout: Optional[float] = None,
    ) -> ShareGroup:
        """Says what became of matches; as `Subscriptions.acknowledge`."""
        request = _acknowledge(name, share_group, matches, release, extend)
        answer = await self._calls.unary(
            _rpc.ACKNOWLEDGE_MATCHES, request, timeout
        )
        return ShareGroup.from_proto(answer.share_group)

    async def delete_share_group(
        self,
        name: AnySubscription,
        share_group: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Forgets a share group; as `Subscriptions.delete_share_group`."""
        request = pb.DeleteShareGroupRequest(
            name=name_of(name), share_group=share_group
        )
        await self._calls.unary(
            _rpc.DELETE_SHARE_GROUP, request, timeout, again=False
        )

    async def webhook_deliveries(
        self,
        name: AnySubscription,
        *,
        state: Optional[str] = None,
        page_size: int = 50,
        timeout: Optional[float] = None,
    ) -> AsyncDeliveryList:
        """Lists what was posted; as `Subscriptions.webhook_deliveries`."""
        request = _deliveries(name, state, page_size)

        async def fetch() -> None:
            answer = await self._calls.unary(
                _rpc.LIST_WEBHOOK_DELIVERIES, request, timeout
            )
            request.page_token = answer.next_page_token
            found._take(answer.deliveries, answer.next_page_token)

        found = AsyncDeliveryList(fetch)
        await fetch()
        return found

    async def retry_delivery(
        self,
        name: AnySubscription,
        delivery: AnyDelivery,
        *,
        timeout: Optional[float] = None,
    ) -> WebhookDelivery:
        """Posts a dead delivery again; as `Subscriptions.retry_delivery`."""
        request = _retry(name, delivery)
        return WebhookDelivery.from_proto(
            await self._calls.unary(
                _rpc.RETRY_WEBHOOK_DELIVERY, request, timeout, again=False
            )
        )


def _acknowledge(
    name: AnySubscription,
    share_group: str,
    matches: Sequences,
    release: Sequences,
    extend: Sequences,
) -> pb.AcknowledgeMatchesRequest:
    def sequences(given: Sequences) -> Iterable[int]:
        return [m.sequence if isinstance(m, Match) else m for m in given]

    return pb.AcknowledgeMatchesRequest(
        name=name_of(name),
        share_group=share_group,
        sequences=sequences(matches),
        released_sequences=sequences(release),
        extended_sequences=sequences(extend),
    )


def _deliveries(
    name: AnySubscription, state: Optional[str], page_size: int
) -> pb.ListWebhookDeliveriesRequest:
    if not 1 <= page_size <= 1000:
        raise ValueError(f"page_size: {page_size} is not in 1 to 1,000")
    return pb.ListWebhookDeliveriesRequest(
        name=name_of(name), page_size=page_size, state=to_state(state)
    )


def _retry(
    name: AnySubscription, delivery: AnyDelivery
) -> pb.RetryWebhookDeliveryRequest:
    id_ = delivery.id if isinstance(delivery, WebhookDelivery) else delivery
    return pb.RetryWebhookDeliveryRequest(name=name_of(name), delivery_id=id_)
