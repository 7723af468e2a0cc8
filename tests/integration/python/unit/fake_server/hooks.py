"""Webhooks: their secrets, and deliveries that tests put there."""

from __future__ import annotations

from typing import Any

from paperwire.v1 import subscription_pb2, webhook_pb2
from paperwire.v1 import subscription_service_pb2 as pb

from .failures import Code, Failure, status_of
from .state import Standing

_STATES = webhook_pb2.WebhookDelivery


def check_webhook(
    given: subscription_pb2.Subscription, stored: str = ""
) -> None:
    """Refuses a webhook without an address or a secret."""
    if not given.HasField("webhook"):
        return
    for field, right in (
        ("url", given.webhook.url.startswith("https://")),
        ("secret", (given.webhook.secret or stored).startswith("whsec_")),
    ):
        if not right:
            path = f"subscription.webhook.{field}"
            message = f"{path}: is not one"
            raise Failure(
                status_of(Code.INVALID_ARGUMENT, message, "INVALID", path)
            )


def keep_secret(standing: Standing) -> None:
    """Puts the secret aside: it is never returned."""
    webhook = standing.proto.webhook
    if not standing.proto.HasField("webhook"):
        standing.secret = ""
        return
    standing.secret = webhook.secret or standing.secret
    webhook.ClearField("secret")
    webhook.status.dead_count = sum(
        d.state == _STATES.STATE_DEAD for d in standing.deliveries
    )


def list_deliveries(
    standing: Standing, request: Any
) -> pb.ListWebhookDeliveriesResponse:
    found = [
        d
        for d in standing.deliveries
        if request.state in (_STATES.STATE_UNSPECIFIED, d.state)
    ]
    at, size = int(request.page_token or 0), request.page_size or 50
    return pb.ListWebhookDeliveriesResponse(
        deliveries=found[at : at + size],
        next_page_token=str(at + size) if at + size < len(found) else "",
    )


def retry(standing: Standing, request: Any) -> webhook_pb2.WebhookDelivery:
    for delivery in standing.deliveries:
        if delivery.id == request.delivery_id:
            if delivery.state != _STATES.STATE_DEAD:
                message = f"{delivery.id} is not dead"
                raise Failure(status_of(Code.FAILED_PRECONDITION, message))
            delivery.state = _STATES.STATE_PENDING
            return delivery
    raise Failure(status_of(Code.NOT_FOUND, f"no {request.delivery_id!r}"))
