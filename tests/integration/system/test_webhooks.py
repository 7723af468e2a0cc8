"""Webhooks: posted, signed, tried again, held back, refused."""

from __future__ import annotations

import datetime
import email.utils
import itertools
import socket
import sqlite3
import ssl
import subprocess
import time

import grpc
import pytest
from conftest import PATIENCE, Server
from google.protobuf import duration_pb2, field_mask_pb2
from receiver import KEY, SECRET, Receiver, Reply
from wire import LOCAL, field_of, name_of, pb

from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    paper_service_pb2_grpc,
    query_pb2,
    subscription_pb2,
    subscription_service_pb2_grpc,
    webhook_pb2,
)

State = webhook_pb2.WebhookDelivery


def hook(url: str, **fields) -> webhook_pb2.Webhook:
    return webhook_pb2.Webhook(url=url, **{"secret": SECRET, **fields})


class Wire:
    """The stubs of one server."""

    def __init__(self, server: Server) -> None:
        self.channel = grpc.insecure_channel(server.address)
        self.subscriptions = (
            subscription_service_pb2_grpc.SubscriptionServiceStub(self.channel))
        self.papers = paper_service_pb2_grpc.PaperServiceStub(self.channel)

    def create(self, subscription_id: str,
               webhook: webhook_pb2.Webhook | None = None,
               text: str = "neck") -> subscription_pb2.Subscription:
        return self.subscriptions.CreateSubscription(
            pb.CreateSubscriptionRequest(
                parent=LOCAL, subscription_id=subscription_id,
                subscription=subscription_pb2.Subscription(
                    query=query_pb2.Query(text=text), webhook=webhook)))

    def update(self, subscription_id: str,
               webhook: webhook_pb2.Webhook | None,
               ) -> subscription_pb2.Subscription:
        return self.subscriptions.UpdateSubscription(
            pb.UpdateSubscriptionRequest(
                subscription=subscription_pb2.Subscription(
                    name=name_of(subscription_id), webhook=webhook),
                update_mask=field_mask_pb2.FieldMask(paths=["webhook"])))

    def get(self, subscription_id: str) -> subscription_pb2.Subscription:
        return self.subscriptions.GetSubscription(
            pb.GetSubscriptionRequest(name=name_of(subscription_id)))

    def status(self, subscription_id: str) -> webhook_pb2.WebhookStatus:
        return self.get(subscription_id).webhook.status

    def deliveries(self, subscription_id: str, **fields):
        return self.subscriptions.ListWebhookDeliveries(
            pb.ListWebhookDeliveriesRequest(name=name_of(subscription_id),
                                            **fields))

    def retry(self, subscription_id: str, delivery_id: str):
        return self.subscriptions.RetryWebhookDelivery(
            pb.RetryWebhookDeliveryRequest(name=name_of(subscription_id),
                                           delivery_id=delivery_id))

    def import_papers(self, *titles: str) -> int:
        request = paper_service_pb2.ImportPapersRequest(
            source="test", items=[paper_service_pb2.ImportItem(
                paper=paper_pb2.Paper(title=t)) for t in titles])
        return next(iter(self.papers.ImportPapers(iter([request])))).sequence


def until(condition, seconds: float = 20):
    """What `condition` gives once it gives something."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        if found := condition():
            return found
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.02)


def refused(call, code: grpc.StatusCode) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    assert caught.value.code() == code, caught.value
    return caught.value


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path, "--allow-private-webhooks", "--drain", "2s")
    server.start()
    yield server
    if server.process is not None:
        server.stop()


@pytest.fixture
def wire(server):
    return Wire(server)


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


def test_posts_what_matches_and_signs_it(wire, receiver):
    wire.import_papers("An early neck")
    wire.create("a", hook(receiver.url))
    last = wire.import_papers("First neck", "A graph", "Second necks")
    delivery = receiver.wait(1)[0]
    delivery.check()
    assert delivery.path == "/hook"
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.json["subscription"] == name_of("a")
    assert delivery.json["id"] == delivery.id
    assert delivery.attempt == 1
    assert delivery.titles == ["First neck", "Second necks"]
    assert delivery.sequences == [last - 2, last]
    match = delivery.json["matches"][1]
    assert match["created"] is True
    assert match["highlights"][0]["spans"] == [{"start": 7, "end": 12}]
    assert "resume_token" not in match
    assert datetime.datetime.fromisoformat(
        match["store_time"].replace("Z", "+00:00"))

    status = until(lambda: (s := wire.status("a")).sequence == last and s)
    assert status.last_success_time.seconds
    assert not status.HasField("next_attempt_time")
    assert (status.failed_attempts, status.last_error, status.dead_count) == (
        0, "", 0)
    (only,) = wire.deliveries("a").deliveries
    assert only.id == delivery.id
    assert only.state == State.STATE_DELIVERED
    assert (only.first_sequence, only.last_sequence) == (last - 2, last)
    assert (only.match_count, only.attempt_count) == (2, 1)
    assert only.http_status == 200
    assert only.attempt_time.seconds >= only.create_time.seconds > 0
    # The cursor is somebody else's.
    assert wire.get("a").pending_count == 2
    wire.import_papers("Third neck")
    assert receiver.wait(2)[1].titles == ["Third neck"]


def test_batches_masks_and_pages(wire, receiver):
    wire.create("a", hook(
        receiver.url, max_batch_size=2,
        read_mask=field_mask_pb2.FieldMask(paths=["title", "name"])))
    wire.import_papers(*[f"Neck {i}" for i in range(7)])
    came = receiver.wait(4)
    assert [d.titles for d in came] == [
        ["Neck 0", "Neck 1"], ["Neck 2", "Neck 3"], ["Neck 4", "Neck 5"],
        ["Neck 6"]]
    assert set(came[0].json["matches"][0]["paper"]) == {"name", "title"}
    ids = [d.id for d in reversed(came)]
    until(lambda: wire.status("a").sequence == came[-1].sequences[-1])
    first = wire.deliveries("a", page_size=3)
    assert [d.id for d in first.deliveries] == ids[:3]
    second = wire.deliveries("a", page_size=3,
                             page_token=first.next_page_token)
    assert [d.id for d in second.deliveries] == ids[3:]
    assert not second.next_page_token
    assert not wire.deliveries("a", state=State.STATE_DEAD).deliveries
    error = refused(lambda: wire.deliveries(
        "a", page_token=first.next_page_token, state=State.STATE_DEAD),
        grpc.StatusCode.INVALID_ARGUMENT)
    assert field_of(error) == "page_token"
    refused(lambda: wire.deliveries("none"), grpc.StatusCode.NOT_FOUND)
    refused(lambda: wire.deliveries("a", page_size=-1),
            grpc.StatusCode.INVALID_ARGUMENT)


def test_nobody_is_told_the_secret(wire, receiver, server):
    shown = [wire.create("a", hook(receiver.url)),
             wire.get("a"),
             wire.update("a", hook(receiver.url, max_batch_size=7, secret="")),
             wire.subscriptions.PauseSubscription(
                 pb.PauseSubscriptionRequest(name=name_of("a"))),
             wire.subscriptions.ResumeSubscription(
                 pb.ResumeSubscriptionRequest(name=name_of("a"))),
             *wire.subscriptions.ListSubscriptions(
                 pb.ListSubscriptionsRequest(parent=LOCAL)).subscriptions]
    for subscription in shown:
        assert subscription.webhook.url == receiver.url
        assert not subscription.webhook.secret
    # It was kept all the same.
    wire.import_papers("A neck")
    receiver.wait(1)[0].check()
    # Another one counts from now on.
    other = b"another key, of 32 bytes or so.."
    wire.update("a", hook(receiver.url, secret=(
        "whsec_YW5vdGhlciBrZXksIG9mIDMyIGJ5dGVzIG9yIHNvLi4=")))
    wire.import_papers("Another neck")
    receiver.wait(2)[1].check(other)
    with pytest.raises(AssertionError):
        receiver.wait(2)[1].check(KEY)
    assert SECRET not in server.log.read_text()


def test_tries_again_in_order(wire):
    """An error, a connection that is cut, and no answer at all."""
    slow = 16
    kinds = {"error": Reply(500), "cut": Reply(cut=True),
             "silent": Reply(wait=slow)}
    receivers = {}
    for kind, reply in kinds.items():
        receivers[kind] = Receiver(
            lambda d, r=reply: r if d.attempt == 1
            and d.titles == ["First neck"] else Reply()).start()
        wire.create(kind, hook(receivers[kind].url))
    wire.import_papers("First neck")
    for receiver in receivers.values():
        receiver.wait(1)
    wire.import_papers("Second neck")
    for kind, receiver in receivers.items():
        came = receiver.wait(3, seconds=40)
        assert [d.titles for d in came] == [
            ["First neck"], ["First neck"], ["Second neck"]], kind
        assert came[0].id == came[1].id != came[2].id
        assert [d.attempt for d in came] == [1, 2, 1]
        assert came[0].json["matches"] == came[1].json["matches"]
        for delivery in came:
            delivery.check()
        pause = came[1].arrived - came[0].arrived
        assert pause > (15 + 3.9 if kind == "silent" else 3.9), kind
        until(lambda k=kind: [(d.attempt_count, d.http_status)
                              for d in wire.deliveries(k).deliveries] == [
            (1, 200), (2, 200)])
        receiver.stop()


def test_says_why_it_fails(wire):
    with Receiver(lambda _: Reply(503, (("Retry-After", "77"),))) as first, \
            Receiver(lambda _: Reply(429, (("Retry-After",
                     email.utils.formatdate(time.time() + 300,
                                            usegmt=True)),))) as second, \
            Receiver(lambda _: Reply(500)) as third:
        wire.create("seconds", hook(first.url))
        wire.create("date", hook(second.url))
        wire.create("none", hook(third.url))
        before = time.time()
        wire.import_papers("A neck")
        for which, least, most in (("seconds", 76, 79), ("date", 290, 302),
                                   ("none", 3.9, 6)):
            status = until(
                lambda w=which: (s := wire.status(w)).failed_attempts and s)
            delay = (status.next_attempt_time.seconds
                     + status.next_attempt_time.nanos / 1e9 - before)
            assert least < delay < most + 5 * (PATIENCE - 1), which
        assert status.last_error == "The answer was 500."
        (pending,) = wire.deliveries("seconds").deliveries
        assert pending.state == State.STATE_PENDING
        assert pending.http_status == 503
        assert pending.attempt_count == 1


def test_redirects_are_not_followed(wire, receiver):
    with Receiver(lambda _: Reply(
            302, (("Location", receiver.url),))) as redirecting:
        wire.create("a", hook(redirecting.url))
        wire.import_papers("A neck")
        status = until(lambda: (s := wire.status("a")).failed_attempts and s)
        assert "302" in status.last_error
        assert "Redirects are not followed" in status.last_error
        assert not receiver.deliveries


def test_gone_disables(wire):
    with Receiver(lambda d: Reply(410 if d.attempt == 1 else 200)) as receiver:
        made = wire.create("a", hook(receiver.url))
        wire.import_papers("A neck")
        gone = until(lambda: (s := wire.get("a")).webhook.disabled and s)
        assert gone.etag != made.etag
        assert "410" in gone.webhook.status.last_error
        assert not gone.webhook.status.HasField("next_attempt_time")
        wire.import_papers("Another neck")
        time.sleep(0.5)
        assert len(receiver.deliveries) == 1
        wire.update("a", hook(receiver.url))
        came = receiver.wait(2)
        assert came[1].id == came[0].id


def test_much_is_answered_and_dropped(wire):
    with Receiver(lambda _: Reply(body=b"x" * (8 << 20))) as receiver:
        wire.create("a", hook(receiver.url))
        last = wire.import_papers("A neck")
        until(lambda: wire.status("a").sequence == last)
        assert len(receiver.deliveries) == 1


def test_held_back_and_made_up_for(wire, receiver):
    wire.create("a", hook(receiver.url))
    wire.subscriptions.PauseSubscription(
        pb.PauseSubscriptionRequest(name=name_of("a")))
    wire.import_papers("First neck")
    wire.update("a", hook(receiver.url, disabled=True))
    wire.subscriptions.ResumeSubscription(
        pb.ResumeSubscriptionRequest(name=name_of("a")))
    wire.import_papers("Second neck")
    time.sleep(0.5)
    assert not receiver.deliveries
    wire.update("a", hook(receiver.url, secret=""))
    assert receiver.wait(1)[0].titles == ["First neck", "Second neck"]


def test_added_moved_removed_deleted(wire, receiver):
    wire.create("a")
    wire.import_papers("Too early a neck")
    made = wire.update("a", hook(receiver.url))
    assert made.webhook.status.sequence > 0
    wire.import_papers("First neck")
    assert receiver.wait(1)[0].titles == ["First neck"]
    with Receiver() as second:
        wire.update("a", hook(second.url, secret=""))
        wire.import_papers("Second neck")
        second.wait(1)[0].check()
        assert second.deliveries[0].titles == ["Second neck"]
        gone = wire.update("a", None)
        assert not gone.HasField("webhook")
        assert not wire.deliveries("a").deliveries
        wire.import_papers("Third neck")
        wire.update("a", hook(second.url))
        wire.import_papers("Fourth neck")
        assert second.wait(2)[1].titles == ["Fourth neck"]
        wire.subscriptions.DeleteSubscription(
            pb.DeleteSubscriptionRequest(name=name_of("a")))
        wire.import_papers("Fifth neck")
        time.sleep(0.5)
        assert len(second.deliveries) == 2
    assert len(receiver.deliveries) == 1


def test_a_dead_one_is_posted_once_more(wire, receiver, server):
    wire.create("a", hook(receiver.url))
    wire.import_papers("First neck")
    first = receiver.wait(1)[0]
    until(lambda: wire.status("a").last_success_time.seconds)
    refused(lambda: wire.retry("a", first.id),
            grpc.StatusCode.FAILED_PRECONDITION)
    # Giving up takes a minute and more; the tables do not know.
    server.stop()
    with sqlite3.connect(server.data / "paperwire.db") as db:
        db.execute("UPDATE webhook_delivery SET state = 3")
    db.close()
    server.start()
    wire = Wire(server)
    assert wire.status("a").dead_count == 1
    (dead,) = wire.deliveries("a", state=State.STATE_DEAD).deliveries
    assert dead.id == first.id
    for wrong in ("", "dl-1", "dl-1-999", "dl-2-" + first.id.split("-")[2],
                  first.id + "x", first.id.replace("dl-", "dl-0")):
        refused(lambda w=wrong: wire.retry("a", w), grpc.StatusCode.NOT_FOUND)
    again = wire.retry("a", first.id)
    assert (again.id, again.state) == (first.id, State.STATE_PENDING)
    delivery = receiver.wait(2)[1]
    assert delivery.id == first.id
    assert delivery.attempt == 2
    assert delivery.json["matches"] == first.json["matches"]
    until(lambda: wire.status("a").dead_count == 0)
    wire.create("b")
    error = refused(lambda: wire.retry("b", first.id),
                    grpc.StatusCode.FAILED_PRECONDITION)
    assert "no webhook" in error.details()


def test_what_cannot_be_stored_is_refused(wire):
    good = "https://example.org/"
    minute = duration_pb2.Duration(seconds=59)
    cases = [
        (hook(""), "url"), (hook("example.org"), "url"),
        (hook("ftp://example.org/"), "url"),
        (hook("https://me:secret@example.org/"), "url"),
        (hook(good, secret=""), "secret"),
        (hook(good, secret="whsec_c2hvcnQ="), "secret"),
        (hook(good, max_batch_size=1001), "max_batch_size"),
        (hook(good, give_up_after=minute), "give_up_after"),
        (hook(good, read_mask=field_mask_pb2.FieldMask(paths=["x"])),
         "read_mask"),
    ]
    wire.create("there")
    for webhook, field in cases:
        for call in (lambda w=webhook: wire.create("a", w),
                     lambda w=webhook: wire.update("there", w)):
            error = refused(call, grpc.StatusCode.INVALID_ARGUMENT)
            assert field_of(error) == f"subscription.webhook.{field}", webhook
            assert "c2hvcnQ" not in error.details()
    assert not wire.get("there").HasField("webhook")


@pytest.fixture
def strict(tmp_path):
    """A server that posts to public addresses only."""
    (tmp_path / "strict").mkdir()
    server = Server(tmp_path / "strict")
    server.start()
    yield server
    server.stop()


def test_private_addresses_are_refused(strict, receiver):
    wire = Wire(strict)
    wire.create("there")
    port = receiver.port
    for url in (f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{port}/",
                f"https://localhost:{port}/", "https://localhost.localdomain/",
                "https://[::1]/", "https://10.0.0.1/", "https://192.168.1.1/",
                "https://169.254.169.254/", "https://100.64.0.1/",
                "https://2130706433/", "https://0x7f.1/", "https://0.0.0.0/",
                "https://[::ffff:127.0.0.1]/", "https://[fd00::1]/",
                "https://[64:ff9b::7f00:1]/", "http://example.org/"):
        for call in (lambda u=url: wire.create("a", hook(u)),
                     lambda u=url: wire.update("there", hook(u))):
            error = refused(call, grpc.StatusCode.INVALID_ARGUMENT)
            assert field_of(error) == "subscription.webhook.url", url
            assert "--allow-private-webhooks" in error.details(), url
    assert not receiver.deliveries


def test_a_name_that_stands_for_this_machine_is_not_connected_to(strict):
    """The address that counts is the one that is connected to."""
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, 443)
    except OSError:
        pytest.skip(f"this machine does not know its own name, {name}")
    wire = Wire(strict)
    with socket.create_server(("", 0)) as listener:
        listener.settimeout(0.5)
        port = listener.getsockname()[1]
        wire.create("a", hook(f"https://{name}:{port}/"))
        wire.import_papers("A neck")
        status = until(lambda: (s := wire.status("a")).failed_attempts and s)
        assert "stands for this machine" in status.last_error
        with pytest.raises(TimeoutError):
            listener.accept()


def test_certificates_are_verified(wire, receiver, tmp_path):
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "1", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key.pem",
         "-out", tmp_path / "cert.pem"], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    assert receiver.server is not None
    receiver.server.socket = context.wrap_socket(receiver.server.socket,
                                                 server_side=True)
    wire.create("a", hook(f"https://localhost:{receiver.port}/"))
    wire.import_papers("A neck")
    status = until(lambda: (s := wire.status("a")).failed_attempts and s)
    assert "certificate" in status.last_error
    assert not receiver.deliveries


def test_a_proxy_of_the_environment_is_not_asked(tmp_path, receiver,
                                                 monkeypatch):
    with Receiver() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_grpc_proxy", "*")
        server = Server(tmp_path, "--allow-private-webhooks").start()
        for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name)
        wire = Wire(server)
        wire.create("a", hook(receiver.url))
        wire.import_papers("A neck")
        receiver.wait(1)
        assert not proxy.deliveries
        server.stop()


def check_all(receiver: Receiver, titles: list[str]) -> None:
    """At least once, in order; what is repeated is so under its id."""
    by_id: dict[str, list] = {}
    for delivery in receiver.deliveries:
        delivery.check()
        known = by_id.setdefault(delivery.id, delivery.json["matches"])
        assert delivery.json["matches"] == known
    firsts = [m["paper"]["title"] for m in itertools.chain(*by_id.values())]
    assert firsts == titles
    last: dict[str, int] = {}
    for at, delivery in enumerate(receiver.deliveries):
        last.setdefault(delivery.id, at)
    assert list(last) == sorted(last, key=lambda i: int(i.split("-")[2]))


def test_kill_9_while_the_receiver_is_down(wire, receiver, server):
    wire.create("a", hook(receiver.url, max_batch_size=2))
    receiver.stop()
    wire.import_papers("Neck 1", "Neck 2", "Neck 3")
    until(lambda: wire.status("a").failed_attempts)
    (pending,) = wire.deliveries("a").deliveries
    server.kill()
    receiver.start()
    server.start()
    wire = Wire(server)
    wire.import_papers("Neck 4")
    receiver.wait(2)
    assert receiver.deliveries[0].id == pending.id
    assert receiver.deliveries[0].attempt == 2
    check_all(receiver, ["Neck 1", "Neck 2", "Neck 3", "Neck 4"])


def test_kill_9_while_it_answers(wire, receiver, server):
    wire.create("a", hook(receiver.url, max_batch_size=1))
    titles = []
    for i in range(5):
        receiver.answer = lambda _: Reply(wait=0.3)
        titles += [f"Neck {i} a", f"Neck {i} b"]
        before = len(receiver.deliveries)
        wire.import_papers(*titles[-2:])
        receiver.wait(before + 1)
        time.sleep(0.15 * i)
        server.kill()
        receiver.answer = lambda _: Reply()
        server.start()
        wire = Wire(server)
        until(lambda: wire.status("a").sequence == wire.get(
            "a").cursor.sequence + 2 * (i + 1))
    check_all(receiver, titles)


def test_a_stop_waits_for_what_is_under_way(wire, receiver, server):
    receiver.answer = lambda _: Reply(wait=1.0)
    wire.create("a", hook(receiver.url, max_batch_size=1))
    wire.import_papers("Neck 1", "Neck 2")
    receiver.wait(1)
    server.stop()
    server.start()
    came = receiver.wait(2)
    assert [d.titles for d in came] == [["Neck 1"], ["Neck 2"]]
    # Longer than it may take: it comes again.
    receiver.answer = lambda _: Reply(wait=4.0)
    Wire(server).import_papers("Neck 3")
    receiver.wait(3)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 4 * PATIENCE
    receiver.answer = lambda _: Reply()
    server.start()
    came = receiver.wait(4)
    assert came[3].id == came[2].id
