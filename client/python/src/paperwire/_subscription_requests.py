"""Requests about subscriptions, made of Python values."""

from __future__ import annotations

import uuid
from typing import Optional, Union

from paperwire._requests import Keep
from paperwire.deliveries import Webhook
from paperwire.names import user_name
from paperwire.query import AnyQuery, query_proto
from paperwire.subscriptions import (
    AnySubscription,
    Expires,
    Labels,
    Subscription,
    name_of,
    to_expiry,
    to_news,
)
from paperwire.v1 import subscription_pb2
from paperwire.v1 import subscription_service_pb2 as pb
from paperwire.webhooks import make_secret


def create_request(
    query: AnyQuery,
    id: Optional[str],
    display_name: str,
    news: str,
    labels: Labels,
    expires: Expires,
    webhook: Optional[Webhook],
    user: str,
) -> pb.CreateSubscriptionRequest:
    """Makes the request that creates a subscription.

    Raises:
        ValueError: An argument is none of its known values.
        TypeError: As `query_proto`.
    """
    request = pb.CreateSubscriptionRequest(
        parent=user_name(user),
        subscription_id=id or "",
        subscription=subscription_pb2.Subscription(
            query=query_proto(query),
            display_name=display_name,
            news=to_news(news),
            labels=labels,
            expire_time=to_expiry(expires),
        ),
        request_id=uuid.uuid4().hex,
    )
    if webhook is not None:
        proto = request.subscription.webhook
        proto.CopyFrom(webhook.to_proto())
        proto.secret = proto.secret or make_secret()
    return request


def existing_request(
    request: pb.CreateSubscriptionRequest,
) -> pb.GetSubscriptionRequest:
    """Makes the request for the one that has the id already."""
    return pb.GetSubscriptionRequest(
        name=f"{request.parent}/subscriptions/{request.subscription_id}"
    )


def asks_the_same(
    one: subscription_pb2.Subscription, other: subscription_pb2.Subscription
) -> bool:
    """Whether two subscriptions have one query, and one idea of news."""
    default = subscription_pb2.NEWS_PAPERS
    return bool(
        one.query == other.query
        and (one.news or default) == (other.news or default)
    )


def list_request(
    labels: Labels, user: str, page_size: int
) -> pb.ListSubscriptionsRequest:
    """Makes the request for a list's first page.

    Raises:
        ValueError: That is no user, or no size.
    """
    if not 1 <= page_size <= 1000:
        raise ValueError(f"page_size: {page_size} is not in 1 to 1,000")
    return pb.ListSubscriptionsRequest(
        parent=user_name(user), labels=labels, page_size=page_size
    )


def update_request(
    name: AnySubscription,
    query: Optional[AnyQuery],
    display_name: Optional[str],
    news: Optional[str],
    labels: Labels,
    expires: Union[Expires, Keep],
    webhook: Union[Webhook, Keep, None],
    etag: Optional[str],
) -> pb.UpdateSubscriptionRequest:
    """Makes the request that changes what is given.

    Raises:
        ValueError: Nothing is, or it is none of its known values.
        TypeError: As `query_proto`.
    """
    if etag is None:
        etag = name.etag if isinstance(name, Subscription) else ""
    request = pb.UpdateSubscriptionRequest()
    changed = request.subscription
    changed.name = name_of(name)
    changed.etag = etag
    paths = request.update_mask.paths
    if query is not None:
        changed.query.CopyFrom(query_proto(query))
        paths.append("query")
    if display_name is not None:
        changed.display_name = display_name
        paths.append("display_name")
    if news is not None:
        changed.news = to_news(news)
        paths.append("news")
    if labels is not None:
        changed.labels.update(labels)
        paths.append("labels")
    if not isinstance(expires, Keep):
        at = to_expiry(expires)
        if at is not None:
            changed.expire_time.CopyFrom(at)
        paths.append("expire_time")
    if not isinstance(webhook, Keep):
        if webhook is not None:
            changed.webhook.CopyFrom(webhook.to_proto())
        paths.append("webhook")
    if not paths:
        raise ValueError(
            "nothing to change; give query, display_name, news, labels, "
            "expires or webhook"
        )
    return request


def wants_secret(
    name: AnySubscription, webhook: Union[Webhook, Keep, None]
) -> Optional[bool]:
    """Whether a webhook that is set is new, and so needs a secret.

    None: whoever knows only the subscription's name has to ask for it.
    """
    if not isinstance(webhook, Webhook) or webhook.secret:
        return False
    if isinstance(name, Subscription):
        return name.webhook is None
    return None
