"""Receiving what a subscription posts to a webhook.

Set up a webhook, and keep its secret:

    sub = client.subscriptions.create(
        "kites", id="kites",
        webhook=paperwire.Webhook("https://example.org/kites"),
    )
    keep(sub.webhook.secret)   # shown this once

Receive, in any web framework:

    try:
        matches = paperwire.webhooks.verify(headers, body, secret)
    except paperwire.webhooks.InvalidDelivery:
        return 400
    for match in matches:
        print(match.paper.title)
    return 200

Deliveries are signed as Standard Webhooks (standardwebhooks.com) has it; a
delivery that was posted twice has the same `webhook-id` header.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from typing import Any, Iterable, List, Mapping, Sequence, Tuple, Union

from google.protobuf import json_format

from paperwire.errors import PaperwireError
from paperwire.matches import Match
from paperwire.v1 import subscription_service_pb2 as pb

PREFIX = "whsec_"
_SECRET_BYTES = 32

Headers = Union[Mapping[str, str], Iterable[Tuple[str, str]]]


def make_secret() -> str:
    """Returns a new secret: "whsec_" and the base64 of 32 random bytes."""
    random = secrets.token_bytes(_SECRET_BYTES)
    return PREFIX + base64.b64encode(random).decode()


class InvalidDelivery(PaperwireError):
    """What was received is no delivery that was signed with the secret."""


def verify(
    headers: Headers,
    body: Union[bytes, str],
    secret: Union[str, Sequence[str]],
    tolerance: float = 300,
) -> List[Match]:
    """Checks a delivery's signature, and returns its matches.

        matches = paperwire.webhooks.verify(request.headers, raw_body, secret)

    Answer with a 2xx status when you have dealt with them, or have stored
    them to be dealt with. The same delivery may come again under the same
    `webhook-id` header.

    Args:
        headers: Of the HTTP request; their case does not matter.
        body: Its body as it came, not parsed and written again.
        secret: The webhook's; several while it is being changed.
        tolerance: How many seconds the time of posting may be away from now,
            so that an old delivery cannot be posted again by a stranger.

    Raises:
        InvalidDelivery: The signature, the time or the body is wrong. Answer
            with 400, and do nothing.
        ValueError: The secret is none.
    """
    return [
        match_of(match) for match in _verified(headers, body, secret, tolerance)
    ]


def match_of(value: Mapping[str, Any]) -> Match:
    """Makes a match of its JSON, as deliveries and watches have it.

    Raises:
        InvalidDelivery: It is not one.
    """
    proto = pb.WatchMatch()
    try:
        json_format.ParseDict(dict(value), proto, ignore_unknown_fields=True)
    except (json_format.ParseError, TypeError, ValueError) as error:
        raise InvalidDelivery(f"a match is malformed: {error}") from error
    return Match.from_proto(proto)


def _verified(
    headers: Headers,
    body: Union[bytes, str],
    secret: Union[str, Sequence[str]],
    tolerance: float,
) -> List[Any]:
    """Returns the matches as they are written; raises as `verify`."""
    keys = [_key(s) for s in ([secret] if isinstance(secret, str) else secret)]
    if not keys:
        raise ValueError("secret: there is none")
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    given = {name.lower(): value for name, value in pairs}
    try:
        id_ = given["webhook-id"]
        stamp = given["webhook-timestamp"]
        signatures = given["webhook-signature"].split()
    except KeyError as error:
        raise InvalidDelivery(
            f"the header {error.args[0]} is missing"
        ) from None
    data = body.encode() if isinstance(body, str) else bytes(body)
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise InvalidDelivery(f"webhook-timestamp: {stamp!r} is no time")
    away = abs(time.time() - int(stamp))
    if away > tolerance:
        raise InvalidDelivery(
            f"it was posted {away:,.0f} s away from now; is the clock right?"
        )
    signed = f"{id_}.{stamp}.".encode() + data
    right = [
        base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        for key in keys
    ]
    found = False
    for signature in signatures:
        version, _, code = signature.partition(",")
        for good in right:
            same = hmac.compare_digest(code.encode(), good)
            found |= version == "v1" and same
    if not found:
        raise InvalidDelivery(
            "the signature is wrong: another secret, or a body that was changed"
        )
    try:
        delivery = json.loads(data)
        matches = delivery["matches"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidDelivery(f"the body is no delivery: {error}") from error
    if not isinstance(matches, list):
        raise InvalidDelivery("the body is no delivery: no list of matches")
    return matches


def _key(secret: str) -> bytes:
    """Returns the bytes of a secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError('secret: write "whsec_" and base64')
    return key
