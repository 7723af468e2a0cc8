"""Webhooks: set up with a secret, looked after, and received."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, Callable, Dict, List

import pytest
from google.protobuf import json_format

import paperwire
from fake_server import FakeServer
from invented import make_papers
from paperwire.v1 import subscription_service_pb2 as pb
from paperwire.v1 import webhook_pb2

URL = "https://example.org/hook"
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
Run = Callable[[Callable[[paperwire.AsyncClient], Awaitable[None]]], None]


def stored(server: FakeServer, name: str = "s") -> Any:
    return server.subscriptions[f"users/local/subscriptions/{name}"]


# Set up.


def test_a_secret_is_made_and_shown_once(
    server: FakeServer, client: paperwire.Client
) -> None:
    made = client.subscriptions.create(
        "sparse", id="s", webhook=paperwire.Webhook(URL), exist_ok=True
    )
    assert made.webhook
    assert made.webhook.url == URL
    secret = made.webhook.secret
    assert secret == stored(server).secret
    assert secret
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret not in repr(made) + repr(made.webhook) + made._repr_html_()
    again = client.subscriptions.get("s").webhook
    assert again == paperwire.Webhook(URL)
    assert again.secret is None
    assert again.status == paperwire.WebhookStatus()
    there = client.subscriptions.create(
        "sparse", id="s", webhook=paperwire.Webhook(URL), exist_ok=True
    )
    assert there.webhook
    assert there.webhook.secret is None  # that of the first time counts
    assert "webhook: well" in repr(there)


def test_all_of_its_parts_go_there_and_back(
    server: FakeServer, client: paperwire.Client
) -> None:
    webhook = paperwire.Webhook(
        URL,
        secret=SECRET,
        max_batch_size=7,
        give_up_after=timedelta(hours=2),
        disabled=True,
        fields="title,authors",
    )
    made = client.subscriptions.create("sparse", id="s", webhook=webhook)
    assert made.webhook
    assert made.webhook.secret == SECRET == stored(server).secret
    there = client.subscriptions.get("s").webhook
    assert there
    assert there.max_batch_size == 7
    assert there.give_up_after == timedelta(hours=2)
    assert there.disabled
    assert there.fields == ["title", "authors"]
    assert there.state == "disabled"
    with pytest.raises(paperwire.InvalidArgument, match="webhook.url"):
        client.subscriptions.create(
            "sparse", webhook=paperwire.Webhook("ftp://example.org")
        )
    with pytest.raises(ValueError, match="give_up_after"):
        client.subscriptions.create(
            "sparse", webhook=paperwire.Webhook(URL, give_up_after=0)
        )


def test_updates(server: FakeServer, client: paperwire.Client) -> None:
    made = client.subscriptions.create("sparse", id="s")
    assert made.webhook is None
    # A new one gets a secret, whether its subscription was read or not.
    first = client.subscriptions.update("s", webhook=paperwire.Webhook(URL))
    assert first.webhook
    secret = first.webhook.secret
    assert secret == stored(server).secret
    # What is there keeps its own.
    other = paperwire.Webhook(URL + "/2", disabled=True)
    for read in (False, True):
        subscription = client.subscriptions.get("s") if read else "s"
        changed = client.subscriptions.update(subscription, webhook=other)
        assert changed.webhook == other
        assert changed.webhook.secret is None
        assert stored(server).secret == secret
    replaced = client.subscriptions.update(
        "s", webhook=paperwire.Webhook(URL, secret=SECRET)
    )
    assert replaced.webhook
    assert replaced.webhook.secret == SECRET == stored(server).secret
    # Other changes leave it alone, and None takes it away.
    renamed = client.subscriptions.update("s", display_name="Kites")
    assert renamed.webhook
    gone = client.subscriptions.update(renamed, webhook=None)
    assert gone.webhook is None
    back = client.subscriptions.update(gone, webhook=paperwire.Webhook(URL))
    assert back.webhook
    assert back.webhook.secret not in (None, secret, SECRET)


def test_async_updates(server: FakeServer, run: Run) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        subscriptions = client.subscriptions
        made = await subscriptions.create(
            "sparse", id="s", webhook=paperwire.Webhook(URL)
        )
        assert made.webhook
        assert made.webhook.secret == stored(server).secret
        await subscriptions.update("s", webhook=None)
        made = await subscriptions.update("s", webhook=paperwire.Webhook(URL))
        assert made.webhook
        assert made.webhook.secret == stored(server).secret
        put_deliveries(server, 3)
        dead = await subscriptions.webhook_deliveries(
            "s", state="dead", page_size=1
        )
        ids = [delivery.id async for delivery in dead]
        assert ids == ["dl-2", "dl-0"]
        retried = await subscriptions.retry_delivery("s", ids[0])
        assert retried.state == "pending"
        assert len(await dead.to_pandas()) == 2

    run(body)


# Deliveries.


def put_deliveries(server: FakeServer, count: int) -> None:
    states = webhook_pb2.WebhookDelivery
    found: List[webhook_pb2.WebhookDelivery] = []
    for number in range(count):
        dead = number % 2 == 0
        delivery = states(
            id=f"dl-{number}",
            state=states.STATE_DEAD if dead else states.STATE_DELIVERED,
            first_sequence=number + 1,
            last_sequence=number + 2,
            match_count=2,
            attempt_count=3,
            http_status=503 if dead else 200,
            error="answered 503" if dead else "",
        )
        delivery.create_time.GetCurrentTime()
        delivery.attempt_time.GetCurrentTime()
        delivery.attempt_duration.FromMilliseconds(1500)
        found.insert(0, delivery)
    stored(server).deliveries = found


def test_deliveries(server: FakeServer, client: paperwire.Client) -> None:
    client.subscriptions.create("sparse", id="s")
    put_deliveries(server, 5)
    found = client.subscriptions.webhook_deliveries("s", page_size=2)
    assert "2 deliveries loaded" in repr(found)
    newest = found[0]
    assert (newest.id, newest.state, newest.matches) == ("dl-4", "dead", 2)
    assert (newest.attempts, newest.http_status) == (3, 503)
    assert newest.error == "answered 503"
    assert newest.took == timedelta(seconds=1.5)
    assert newest.created
    assert newest.attempted
    assert [d.id for d in found] == [f"dl-{n}" for n in range(4, -1, -1)]
    assert "answered 503" in repr(found)
    assert "<code>dl-4</code>" in found._repr_html_()
    assert list(found.to_pandas()["state"])[:2] == ["dead", "delivered"]
    dead = client.subscriptions.webhook_deliveries("s", state="dead")
    assert len(list(dead)) == 3
    retried = client.subscriptions.retry_delivery("s", dead[0])
    assert (retried.id, retried.state) == ("dl-4", "pending")
    with pytest.raises(paperwire.FailedPrecondition, match="not dead"):
        client.subscriptions.retry_delivery("s", "dl-4")
    with pytest.raises(paperwire.NotFound):
        client.subscriptions.retry_delivery("s", "dl-99")
    with pytest.raises(paperwire.NotFound):
        client.subscriptions.webhook_deliveries("nowhere")
    with pytest.raises(ValueError, match="did you mean 'dead'"):
        client.subscriptions.webhook_deliveries("s", state="deed")
    with pytest.raises(ValueError, match="page_size"):
        client.subscriptions.webhook_deliveries("s", page_size=0)


# Receiving.


def post(
    body: bytes, at: float = 0, key: bytes = b"k" * 32, id_: str = "dl-1"
) -> Dict[str, str]:
    """The headers of a delivery."""
    stamp = str(int(time.time() + at))
    signed = f"{id_}.{stamp}.".encode() + body
    code = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return {
        "Webhook-Id": id_,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": f"v1,{code.decode()}",
    }


def delivery(count: int = 2) -> bytes:
    matches = []
    for number, paper in enumerate(make_papers(count)):
        proto = pb.WatchMatch(
            paper=paper.proto, sequence=1200 + number, created=True
        )
        proto.store_time.GetCurrentTime()
        matches.append(
            json_format.MessageToDict(proto, preserving_proto_field_name=True)
        )
    value = {
        "id": "dl-1",
        "subscription": "users/local/subscriptions/s",
        "attempt": 1,
        "matches": matches,
    }
    return json.dumps(value).encode()


def test_verify() -> None:
    body = delivery()
    matches = paperwire.webhooks.verify(post(body), body, SECRET)
    assert [m.paper.title for m in matches] == [
        "Sparse Study 0",
        "Sparse Study 1",
    ]
    assert [m.sequence for m in matches] == [1200, 1201]
    assert all(m.created and m.stored and not m.token for m in matches)
    # Text, lists of headers, several secrets and several signatures will do.
    verify = paperwire.webhooks.verify
    headers = post(body)
    assert verify(list(headers.items()), body.decode(), SECRET) == matches
    assert verify(headers, body, [paperwire.webhooks.make_secret(), SECRET])
    signature = headers["Webhook-Signature"]
    headers["Webhook-Signature"] = f"v1,AAAA v2,x {signature}"
    assert verify(headers, body, SECRET) == matches
    assert verify(post(b'{"matches": []}'), b'{"matches": []}', SECRET) == []
    assert verify(post(body, at=-299), body, SECRET)
    assert verify(post(body, at=-3000), body, SECRET, tolerance=4000)


def test_a_published_example_of_the_signature() -> None:
    """Of the Standard Webhooks specification's reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    with pytest.raises(paperwire.webhooks.InvalidDelivery, match="matches"):
        paperwire.webhooks.verify(headers, body, secret, tolerance=1e11)
    headers["webhook-id"] += "x"
    with pytest.raises(paperwire.webhooks.InvalidDelivery, match="signature"):
        paperwire.webhooks.verify(headers, body, secret, tolerance=1e11)


def test_what_is_refused() -> None:
    body = delivery()
    good = post(body)
    other = paperwire.webhooks.make_secret()
    for headers, data, secret, why in (
        (good, body, other, "signature"),
        (good, body + b" ", SECRET, "signature"),
        (post(body, id_="dl-2") | {"Webhook-Id": "dl-1"}, body, SECRET, "sign"),
        (good | {"Webhook-Signature": ""}, body, SECRET, "signature"),
        (good | {"Webhook-Signature": "v1,é"}, body, SECRET, "signature"),
        (good | {"Webhook-Signature": "v1"}, body, SECRET, "signature"),
        (post(body, at=-400), body, SECRET, "clock"),
        (post(body, at=400), body, SECRET, "clock"),
        (good | {"Webhook-Timestamp": "now"}, body, SECRET, "no time"),
        (good | {"Webhook-Timestamp": "-1"}, body, SECRET, "no time"),
        ({}, body, SECRET, "webhook-id"),
        (post(b"[]"), b"[]", SECRET, "no delivery"),
        (post(b"\xff"), b"\xff", SECRET, "no delivery"),
        (post(b'{"matches": 1}'), b'{"matches": 1}', SECRET, "list"),
        (post(b'{"matches": [1]}'), b'{"matches": [1]}', SECRET, "malformed"),
    ):
        with pytest.raises(paperwire.webhooks.InvalidDelivery, match=why):
            paperwire.webhooks.verify(headers, data, secret)
    for wrong in ("", "whsec_", "whsec_é", "whsec_!!"):
        with pytest.raises(ValueError, match="whsec_"):
            paperwire.webhooks.verify(good, body, wrong)
    with pytest.raises(ValueError, match="there is none"):
        paperwire.webhooks.verify(good, body, [])
    assert issubclass(
        paperwire.webhooks.InvalidDelivery, paperwire.PaperwireError
    )


def test_the_loop_of_an_event_loop_is_not_needed() -> None:
    body = delivery(1)

    async def receive() -> int:
        return len(paperwire.webhooks.verify(post(body), body, SECRET))

    assert asyncio.run(receive()) == 1
