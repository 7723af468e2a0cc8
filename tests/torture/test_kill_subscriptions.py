"""kill -9 at random moments, under stored subscriptions.

Papers come in, change and merge; subscriptions are created, changed, paused,
resumed and deleted; each is watched by some who commit and forget all else,
and by some who keep the token with the work. Whatever was acknowledged is
there after each crash, cursors never move back, and in the end every
subscriber's history is held against the ledger: nothing lost, nothing twice,
journal order.

PAPERWIRE_TORTURE_ROUNDS and PAPERWIRE_TORTURE_SEED change the run.
"""

from __future__ import annotations

import bisect
import random
import threading
import time
import uuid

import grpc
import torture
from conftest import PATIENCE, Server
from google.protobuf import field_mask_pb2
from torture import Asked, Importer, Ledger, Wire, Worker, Write, Writer

from paperwire.v1 import (
    query_pb2,
    subscription_pb2,
    subscription_service_pb2,
)

ROUNDS = torture.rounds(30, 3)
LIVING = 6  # subscriptions at a time
LOCAL = "users/local"
ACTIVE = subscription_pb2.Subscription.STATE_ACTIVE
PAUSED = subscription_pb2.Subscription.STATE_PAUSED
pb = subscription_service_pb2


class Subscription:
    """What was acknowledged of one, and what its watchers saw."""

    def __init__(self, subscription_id: str) -> None:
        self.id = subscription_id
        self.name = f"{LOCAL}/subscriptions/{subscription_id}"
        self.asked: list[Asked] = []
        self.deletion: Write | None = None
        self.watchers: list[Watcher] = []
        # While a change of it is under way, and `newest` behind it.
        self.changing = threading.Lock()
        self.newest: subscription_pb2.Subscription | None = None
        # When it was last paused, until it is about to be resumed.
        self.paused_since: float | None = None
        self.mutex = threading.Lock()
        self.committed = 0  # acknowledged
        self.asked_for = 0  # the furthest that anybody tried to commit
        self.seen: dict[int, str] = {}  # by anybody: sequence, title
        self.order: list[int] = []

    def see(self, who: str, place: int, sequence: int, title: str) -> None:
        """A watcher that has come to `place` gets this next."""
        with self.mutex:
            self.check_skipped(who, place, sequence - 1)
            known = self.seen.setdefault(sequence, title)
            assert known == title, f"{who}: {title} and {known} at {sequence}"
            at = bisect.bisect_left(self.order, sequence)
            if at == len(self.order) or self.order[at] != sequence:
                self.order.insert(at, sequence)

    def check_progress(self, who: str, place: int, sequence: int) -> None:
        with self.mutex:
            self.check_skipped(who, place, sequence)

    def check_skipped(self, who: str, place: int, up_to: int) -> None:
        first = bisect.bisect_right(self.order, place)
        last = bisect.bisect_right(self.order, up_to)
        assert first >= last, (
            f"{who}: comes from {place} to {up_to} without "
            f"{[(s, self.seen[s]) for s in self.order[first:last]]}")

    def note_asked_for(self, sequence: int) -> None:
        with self.mutex:
            self.asked_for = max(self.asked_for, sequence)

    def note_commit(self, sequence: int) -> None:
        with self.mutex:
            self.committed = max(self.committed, sequence)

    def check_cursor(self, who: str, sequence: int, least: int) -> None:
        """Never back behind what was acknowledged, nor ahead of anybody."""
        assert least <= sequence <= self.asked_for, (
            f"{who}: the cursor is at {sequence}, {least} was committed, "
            f"{self.asked_for} asked for")


class Watcher(Worker):
    """Follows one subscription until it is deleted."""

    kind = ""

    def __init__(self, address: str, subscription: Subscription,
                 number: int) -> None:
        super().__init__(f"{subscription.id} {self.kind} {number}")
        self.address = address
        self.subscription = subscription
        self.covered = 0  # of this stream
        self.restarts = 0

    def start_place(self) -> dict[str, object]:
        """Where the next stream starts."""
        raise NotImplementedError

    def begin(self, place: int) -> None:
        """The stream is up, and stands at this place."""

    def take(self, match: pb.WatchMatch) -> None:
        """A match that is new to this stream."""

    def keep(self, token: str) -> None:
        """All up to this token is done."""

    def work(self) -> None:
        with Wire(self.address) as wire:
            while not self.enough.is_set():
                try:
                    self.follow(wire)
                except grpc.RpcError as error:
                    if error.code() == grpc.StatusCode.NOT_FOUND:
                        assert self.subscription.deletion is not None, (
                            f"lost: {error}")
                        return
                    assert error.code() in torture.GONE, error
                    self.restarts += 1
                    time.sleep(0.01)

    def follow(self, wire: Wire) -> None:
        opened = time.monotonic()
        begun = False
        stream = wire.subscriptions.Watch(pb.WatchRequest(
            subscription=self.subscription.name, omit_highlights=True,
            max_batch_size=self.chooser.choice((0, 1, 3, 100)),
            **self.start_place()))
        self.wire = wire
        try:
            for event in stream:
                assert not event.HasField("reset"), event
                kind = event.WhichOneof("event")
                if not begun:
                    assert kind == "progress", event
                    self.covered = event.progress.sequence
                    self.begin(self.covered)
                    begun = True
                matches = ([event.match] if kind == "match"
                           else event.matches.matches)
                for match in matches:
                    paused = self.subscription.paused_since
                    assert paused is None or paused > opened, (
                        f"{match.paper.title} while paused")
                    assert match.sequence > self.covered, (
                        f"{match.paper.title} at {match.sequence}, behind "
                        f"{self.covered}")
                    self.subscription.see(self.name, self.covered,
                                          match.sequence, match.paper.title)
                    self.covered = match.sequence
                    self.take(match)
                    self.keep(match.resume_token)
                if kind in ("progress", "caught_up"):
                    place = getattr(event, kind)
                    assert place.sequence >= self.covered, (
                        f"progress from {self.covered} to {place.sequence}")
                    self.subscription.check_progress(
                        self.name, self.covered, place.sequence)
                    self.covered = place.sequence
                    self.keep(place.resume_token)
                # Now and then without a reason.
                if self.enough.is_set() or self.chooser.random() < 0.003:
                    return
        finally:
            stream.cancel()


class Keeper(Watcher):
    """Keeps the newest token with its work."""

    kind = "keeper"

    def __init__(self, address: str, subscription: Subscription,
                 number: int) -> None:
        super().__init__(address, subscription, number)
        self.token = ""
        self.place = 0
        self.history: list[tuple[int, str]] = []

    def start_place(self) -> dict[str, object]:
        if self.token:
            return {"resume_token": self.token}
        return {"position": pb.WatchRequest.POSITION_BEGINNING}

    def begin(self, place: int) -> None:
        assert place == self.place or not self.token, (
            f"resumes at {place}, was at {self.place}")

    def take(self, match: pb.WatchMatch) -> None:
        assert match.sequence > self.place, (
            f"{match.paper.title} at {match.sequence} again")
        self.history.append((match.sequence, match.paper.title))

    def keep(self, token: str) -> None:
        self.token = token
        self.place = self.covered


class Committer(Watcher):
    """Commits now and then, and forgets all else."""

    kind = "committer"

    def __init__(self, address: str, subscription: Subscription,
                 number: int) -> None:
        super().__init__(address, subscription, number)
        self.floor = 0
        self.uncommitted = 0
        self.commits = 0
        self.old_token = ""

    def start_place(self) -> dict[str, object]:
        self.floor = self.subscription.committed
        return self.chooser.choice(
            ({}, {"position": pb.WatchRequest.POSITION_CURSOR}))

    def begin(self, place: int) -> None:
        self.subscription.check_cursor(self.name, place, self.floor)

    def keep(self, token: str) -> None:
        self.uncommitted += 1
        if self.chooser.random() < 0.3 or self.uncommitted > 20:
            self.commit(token, self.covered)
            if self.old_token and self.chooser.random() < 0.1:
                self.commit(self.old_token, 0)
            if self.chooser.random() < 0.1:
                self.old_token = token

    def commit(self, token: str, sequence: int) -> None:
        self.subscription.note_asked_for(sequence)
        least = max(sequence, self.subscription.committed)
        cursor = self.wire.subscriptions.CommitCursor(pb.CommitCursorRequest(
            name=self.subscription.name, resume_token=token)).cursor
        self.subscription.check_cursor(self.name, cursor.sequence, least)
        self.subscription.note_commit(cursor.sequence)
        self.uncommitted = 0
        self.commits += 1


class Owner(Writer):
    """Creates, changes, pauses, resumes and deletes subscriptions."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "owner")
        self.living: list[Subscription] = []
        self.dead: list[Subscription] = []
        self.changes = 0

    def work(self) -> None:
        with Wire(self.address) as wire:
            while not self.enough.is_set():
                if len(self.living) < LIVING:
                    self.create(wire)
                else:
                    change = self.chooser.choices(
                        (self.update, self.pause, self.resume, self.delete),
                        (50, 15, 25, 4))[0]
                    change(wire, self.chooser.choice(self.living))
                self.changes += 1
                time.sleep(self.chooser.uniform(0, 0.15))

    def put(self, subscription: Subscription) -> Asked:
        asked = Asked(time.monotonic(),
                      question=torture.some_question(self.chooser))
        subscription.asked.append(asked)
        return asked

    def create(self, wire: Wire) -> None:
        subscription = Subscription(
            f"s{len(self.living) + len(self.dead)}")
        asked = self.put(subscription)
        request = pb.CreateSubscriptionRequest(
            parent=LOCAL, subscription_id=subscription.id,
            request_id=str(uuid.uuid4()),
            subscription=subscription_pb2.Subscription(
                query=query_pb2.Query(text=asked.question.text)))
        subscription.newest = self.insist(
            wire, asked,
            lambda: wire.subscriptions.CreateSubscription(request))
        subscription.committed = subscription.newest.cursor.sequence
        subscription.asked_for = subscription.committed
        kinds = [Keeper, Committer,
                 *self.chooser.choice(((), (Keeper,), (Committer,)))]
        subscription.watchers = [
            kind(self.address, subscription, number)
            for number, kind in enumerate(kinds)]
        for watcher in subscription.watchers:
            watcher.start()
        self.living.append(subscription)

    def update(self, wire: Wire, subscription: Subscription) -> None:
        with subscription.changing:
            asked = self.put(subscription)
            request = pb.UpdateSubscriptionRequest(
                subscription=subscription_pb2.Subscription(
                    name=subscription.name,
                    query=query_pb2.Query(text=asked.question.text)),
                update_mask=field_mask_pb2.FieldMask(paths=["query"]))
            subscription.newest = self.insist(
                wire, asked,
                lambda: wire.subscriptions.UpdateSubscription(request))
            assert subscription.newest.query.text == asked.question.text

    def pause(self, wire: Wire, subscription: Subscription) -> None:
        with subscription.changing:
            write = Write(time.monotonic())
            request = pb.PauseSubscriptionRequest(name=subscription.name)
            subscription.newest = self.insist(
                wire, write,
                lambda: wire.subscriptions.PauseSubscription(request))
            assert subscription.newest.state == PAUSED
            if subscription.paused_since is None:
                subscription.paused_since = write.acknowledged

    def resume(self, wire: Wire, subscription: Subscription) -> None:
        with subscription.changing:
            subscription.paused_since = None
            request = pb.ResumeSubscriptionRequest(name=subscription.name)
            subscription.newest = self.insist(
                wire, Write(time.monotonic()),
                lambda: wire.subscriptions.ResumeSubscription(request))
            assert subscription.newest.state == ACTIVE

    def delete(self, wire: Wire, subscription: Subscription) -> None:
        with subscription.changing:
            subscription.deletion = Write(time.monotonic())
            self.insist(
                wire, subscription.deletion,
                lambda: wire.subscriptions.DeleteSubscription(
                    pb.DeleteSubscriptionRequest(
                        name=subscription.name, allow_missing=True)))
            self.living.remove(subscription)
            self.dead.append(subscription)

    def everything(self) -> list[Subscription]:
        return [*self.dead, *self.living]


def check_stored(wire: Wire, subscription: Subscription) -> None:
    """What was acknowledged of a subscription is what is there."""
    with subscription.changing:
        committed = subscription.committed
        request = pb.GetSubscriptionRequest(name=subscription.name)
        if subscription.deletion is not None:
            try:
                there = wire.subscriptions.GetSubscription(request)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.NOT_FOUND, error
                return
            raise AssertionError(f"deleted, and there again: {there}")
        there = wire.subscriptions.GetSubscription(request)
        newest = subscription.newest
        assert newest is not None
        for field in ("name", "query", "news", "state", "create_time",
                      "update_time", "etag"):
            assert getattr(there, field) == getattr(newest, field), (
                f"{subscription.name}: {field} of {there} and {newest}")
        subscription.check_cursor(subscription.name, there.cursor.sequence,
                                  committed)
        with subscription.mutex:
            seen = set(subscription.seen.items())
        if seen and newest.state == ACTIVE:
            history = read_all(
                wire, subscription,
                position=pb.WatchRequest.POSITION_BEGINNING)
            assert seen <= set(history), (
                f"{subscription.name}: forgot {seen - set(history)}")


def listed(wire: Wire) -> list[str]:
    return [s.name for s in wire.subscriptions.ListSubscriptions(
        pb.ListSubscriptionsRequest(parent=LOCAL,
                                    page_size=1000)).subscriptions]


def read_all(wire: Wire, subscription: Subscription,
             **start: object) -> list[tuple[int, str]]:
    """What a stream that starts now gives until it has caught up."""
    stream = wire.subscriptions.Watch(pb.WatchRequest(
        subscription=subscription.name, max_batch_size=1000, **start))
    history = []
    for event in stream:
        history += [(m.sequence, m.paper.title)
                    for m in event.matches.matches]
        if event.HasField("match"):
            history.append((event.match.sequence, event.match.paper.title))
        if event.HasField("caught_up"):
            stream.cancel()
            return history
    raise AssertionError("the stream ended before it had caught up")


def restart(server: Server, chooser: random.Random) -> None:
    """Starts it; now and then it is killed before it is up, too."""
    while chooser.random() < 0.3:
        process = server.spawn()
        time.sleep(chooser.uniform(0, 0.08) * PATIENCE)
        process.kill()
        process.wait()
    server.start()


def test_kill_9_under_stored_subscriptions(tmp_path):
    print(f"seed {torture.SEED}, {ROUNDS} rounds")
    chooser = random.Random(torture.SEED)
    server = Server(tmp_path, "--checkpoint-entries", "200",
                    "--heartbeat", "200ms")
    server.start()
    importers = [Importer(server.address, name, pause=0.01)
                 for name in ("one", "two")]
    owner = Owner(server.address)
    writers = [*importers, owner]
    for writer in writers:
        writer.start()

    def check_alive() -> None:
        for writer in writers:
            writer.check()
        for subscription in owner.everything():
            for watcher in subscription.watchers:
                watcher.check()

    for _ in range(ROUNDS):
        time.sleep(chooser.uniform(0.02, 1.2) * PATIENCE)
        server.kill()
        check_alive()
        restart(server, chooser)
        with Wire(server.address) as wire:
            for subscription in owner.everything():
                check_stored(wire, subscription)
        assert not server.errors(), server.errors()
    check_alive()
    for writer in writers:
        writer.finish()

    ledger = Ledger(importers)
    with Wire(server.address) as wire:
        assert listed(wire) == sorted(s.name for s in owner.living)
        for subscription in owner.living:
            owner.resume(wire, subscription)
        head = wire.stats().sequence
        deadline = time.monotonic() + 60 * PATIENCE
        for subscription in owner.living:
            for watcher in subscription.watchers:
                while watcher.covered < head:
                    watcher.check()
                    assert time.monotonic() < deadline, (
                        f"{watcher.name} is not through")
                    time.sleep(0.05)
        for subscription in owner.everything():
            for watcher in subscription.watchers:
                watcher.finish()
        ledger.check_searches(wire)
        sure = delivered = 0
        for subscription in owner.everything():
            living = subscription.deletion is None
            keepers = [w for w in subscription.watchers
                       if isinstance(w, Keeper)]
            seen = sorted(subscription.seen.items())
            sure += torture.check_history(
                subscription.name, seen, ledger, subscription.asked,
                complete=living)
            delivered += len(seen)
            check_stored(wire, subscription)
            if living:
                for keeper in keepers:
                    assert keeper.history == seen, keeper.name
                assert read_all(
                    wire, subscription,
                    position=pb.WatchRequest.POSITION_BEGINNING) == seen
                there = wire.subscriptions.GetSubscription(
                    pb.GetSubscriptionRequest(name=subscription.name))
                pending = [m for m in seen if m[0] > there.cursor.sequence]
                assert read_all(wire, subscription) == pending
                assert there.pending_count == min(1000, len(pending))
            else:
                for keeper in keepers:
                    assert keeper.history == seen[:len(keeper.history)]
    everyone = [w for s in owner.everything() for w in s.watchers]
    retries = sum(w.retries for w in writers)
    commits = sum(getattr(w, "commits", 0) for w in everyone)
    print(f"{len(ledger.versions)} imports, {owner.changes} changes of "
          f"{len(owner.everything())} subscriptions, {commits} commits "
          f"acknowledged, {retries} retries; {delivered} matches, {sure} "
          f"times one was due, {ledger.merges()} merges, "
          f"{sum(w.restarts for w in everyone)} resumptions")
    assert retries > 0, "no crash hit a write"
    assert sure > 10 * ROUNDS, "hardly anything to lose"
    assert ledger.merges() > ROUNDS
    assert commits > ROUNDS
    server.stop()
