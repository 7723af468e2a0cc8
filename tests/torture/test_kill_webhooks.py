"""kill -9 at random moments, under webhooks.

Papers come in, change and merge; subscriptions with webhooks post what
matches to a receiver that mostly takes it, sometimes late, now and then not at
all. In the end every receiver has all that its subscription delivers, at least
once and in journal order, and whatever came twice came under the same id with
the same matches.

PAPERWIRE_TORTURE_ROUNDS and PAPERWIRE_TORTURE_SEED change the run.
"""

from __future__ import annotations

import random
import threading
import time

import torture
from conftest import PATIENCE, Server
from receiver import SECRET, Delivery, Receiver, Reply
from torture import Importer, Wire

from paperwire.v1 import (
    query_pb2,
    subscription_pb2,
    subscription_service_pb2,
    webhook_pb2,
)

ROUNDS = torture.rounds(15, 3)
LOCAL = "users/local"
pb = subscription_service_pb2


class Subscriber:
    """A subscription, and the receiver of its webhook."""

    def __init__(self, number: int) -> None:
        self.id = f"s{number}"
        self.name = f"{LOCAL}/subscriptions/{self.id}"
        self.chooser = random.Random(f"{torture.SEED} {self.id}")
        self.mutex = threading.Lock()
        self.calm = False
        self.failures = 0
        self.receiver = Receiver(self.answer)

    def answer(self, _: Delivery) -> Reply:
        """A failure costs the five seconds until the next attempt."""
        with self.mutex:
            if self.calm:
                return Reply()
            wait = self.chooser.choice((0, 0, 0.01, 0.1))
            if self.chooser.random() > 0.01:
                return Reply(self.chooser.choice((200, 202, 204)), wait=wait)
            self.failures += 1
            return self.chooser.choice((Reply(500, wait=wait),
                                        Reply(cut=True, wait=wait)))

    def create(self, wire: Wire) -> None:
        question = torture.some_question(self.chooser)
        wire.subscriptions.CreateSubscription(pb.CreateSubscriptionRequest(
            parent=LOCAL, subscription_id=self.id,
            subscription=subscription_pb2.Subscription(
                query=query_pb2.Query(text=question.text),
                webhook=webhook_pb2.Webhook(
                    url=self.receiver.url, secret=SECRET,
                    max_batch_size=self.chooser.choice((0, 1, 2, 10))))))

    def delivered(self, wire: Wire) -> list[tuple[int, str]]:
        """All that a watch of it gives."""
        stream = wire.subscriptions.Watch(pb.WatchRequest(
            subscription=self.name, max_batch_size=1000,
            position=pb.WatchRequest.POSITION_BEGINNING))
        history = []
        for event in stream:
            history += [(m.sequence, m.paper.title)
                        for m in event.matches.matches]
            if event.HasField("caught_up"):
                stream.cancel()
                return history
        raise AssertionError("the stream ended before it had caught up")

    def wait_until(self, sequence: int, wire: Wire,
                   ) -> webhook_pb2.WebhookStatus:
        """Waits for its delivery; a backlog may take long, but never stall."""
        newest = -1
        while True:
            status = wire.subscriptions.GetSubscription(
                pb.GetSubscriptionRequest(name=self.name)).webhook.status
            if status.sequence >= sequence:
                return status
            if status.sequence > newest:
                newest = status.sequence
                deadline = time.monotonic() + 20 * PATIENCE
            assert time.monotonic() < deadline, (
                f"{self.id} stands still before {sequence}: {status}")
            time.sleep(0.05)

    def check(self, expected: list[tuple[int, str]]) -> int:
        """Returns how many deliveries came more than once."""
        by_id: dict[str, Delivery] = {}
        newest = 0
        for delivery in self.receiver.deliveries:
            delivery.check()
            first = by_id.setdefault(delivery.id, delivery)
            assert first.json["matches"] == delivery.json["matches"], (
                f"{self.id}: {delivery.id} is not what it was")
            assert delivery.sequences[-1] >= newest, (
                f"{self.id}: {delivery.id} was overtaken")
            newest = delivery.sequences[-1]
        got = [pair for d in by_id.values()
               for pair in zip(d.sequences, d.titles)]
        missing = sorted(set(expected) - set(got))
        assert got == expected, (
            f"{self.id}: lost {missing[:5]}, "
            f"too much {sorted(set(got) - set(expected))[:5]}")
        taken = {d.id for d in self.receiver.taken}
        assert taken == set(by_id), f"{self.id}: {set(by_id) - taken}"
        return len(self.receiver.deliveries) - len(by_id)


def test_kill_9_under_webhooks(tmp_path):
    print(f"seed {torture.SEED}, {ROUNDS} rounds")
    chooser = random.Random(torture.SEED)
    server = Server(tmp_path, "--allow-private-webhooks",
                    "--checkpoint-entries", "200")
    server.start()
    subscribers = [Subscriber(number) for number in range(6)]
    for subscriber in subscribers:
        subscriber.receiver.start()
    with Wire(server.address) as wire:
        for subscriber in subscribers:
            subscriber.create(wire)
    importers = [Importer(server.address, name, pause=0.02)
                 for name in ("one", "two")]
    for importer in importers:
        importer.start()
    for _ in range(ROUNDS):
        time.sleep(chooser.uniform(0.02, 1.0) * PATIENCE)
        down = chooser.sample(subscribers, chooser.choice((0, 0, 1)))
        for subscriber in down:
            subscriber.receiver.stop()
        server.kill()
        for importer in importers:
            importer.check()
        server.start()
        for subscriber in down:
            subscriber.receiver.start()
    for importer in importers:
        importer.finish()
    for subscriber in subscribers:
        with subscriber.mutex:
            subscriber.calm = True

    with Wire(server.address) as wire:
        repeated = total = 0
        for subscriber in subscribers:
            expected = subscriber.delivered(wire)
            status = subscriber.wait_until(expected[-1][0], wire)
            assert status.failed_attempts == status.dead_count == 0
            repeated += subscriber.check(expected)
            total += len(subscriber.receiver.deliveries)
        failures = sum(s.failures for s in subscribers)
        print(f"{sum(len(i.groups) for i in importers)} papers, {total} "
              f"deliveries, {repeated} repeated, {failures} failed on purpose")
        assert total > 20 * ROUNDS, "hardly anything to lose"
        assert repeated > 0, "no crash hit a delivery"
    server.stop()
    for subscriber in subscribers:
        subscriber.receiver.stop()
