"""What the torture tests share: a ledger of what was acknowledged.

Every write is sent until it is acknowledged, and noted with the times of its
first sending and of its acknowledgement. It took effect somewhere between the
two; whatever was acknowledged before something else was sent came before it.

PAPERWIRE_TORTURE_ROUNDS and PAPERWIRE_TORTURE_SEED change the run.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc
from conftest import PATIENCE

from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    paper_service_pb2_grpc,
    query_pb2,
    search_service_pb2,
    search_service_pb2_grpc,
    server_service_pb2,
    server_service_pb2_grpc,
    subscription_service_pb2_grpc,
)

SEED = int(os.environ.get("PAPERWIRE_TORTURE_SEED", time.time_ns() % 10**9))

# What a server that is killed, or not there, answers with.
GONE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)

# Words that are their own stems and prefixes of no other.
TOPICS = ("amber", "birch", "comet", "delta", "ember", "fjord")


def rounds(usual: int, patient: int) -> int:
    """How often to kill: as told, else by the speed of what is tested."""
    return int(os.environ.get("PAPERWIRE_TORTURE_ROUNDS",
                              usual if PATIENCE == 1 else patient))


class Wire:
    """The stubs of one server over a connection of its own.

    A server that comes back is found at once: without that, gRPC waits a
    second and more before it tries again.
    """

    def __init__(self, address: str,
                 options: Iterable[tuple[str, Any]] = ()) -> None:
        self.channel = grpc.insecure_channel(address, options=[
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 20),
            ("grpc.min_reconnect_backoff_ms", 1000),
            ("grpc.max_reconnect_backoff_ms", 50), *options])
        self.papers = paper_service_pb2_grpc.PaperServiceStub(self.channel)
        self.searches = search_service_pb2_grpc.SearchServiceStub(self.channel)
        self.servers = server_service_pb2_grpc.ServerServiceStub(self.channel)
        self.subscriptions = (
            subscription_service_pb2_grpc.SubscriptionServiceStub(
                self.channel))

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()

    def stats(self) -> server_service_pb2.GetServerStatsResponse:
        return self.servers.GetServerStats(
            server_service_pb2.GetServerStatsRequest())

    def import_papers(self, *papers: paper_pb2.Paper, source: str = "torture",
                      request_id: str = "",
                      ) -> paper_service_pb2.ImportPapersResponse:
        """One batch in a call of its own."""
        request = paper_service_pb2.ImportPapersRequest(
            request_id=request_id, source=source,
            items=[paper_service_pb2.ImportItem(paper=p) for p in papers])
        return next(self.papers.ImportPapers(iter([request]),
                                             timeout=20 * PATIENCE))

    def export_titles(self, text: str) -> list[str]:
        """The titles of every paper that a strict search finds."""
        return [paper.title for part in self.searches.ExportPapers(
            search_service_pb2.ExportPapersRequest(
                query=query_pb2.Query(text=text))) for paper in part.papers]


class Worker(threading.Thread):
    """A thread that keeps what it died of, and stops when told to."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.chooser = random.Random(f"{SEED} {name}")
        self.enough = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.work()
        except BaseException as error:  # seen by the test
            self.error = error

    def work(self) -> None:
        raise NotImplementedError

    def check(self) -> None:
        if self.error is not None:
            raise AssertionError(f"{self.name}: {self.error}") from self.error

    def finish(self) -> None:
        self.enough.set()
        self.join(60 * PATIENCE)
        self.check()
        assert not self.is_alive(), f"{self.name} does not end"


@dataclasses.dataclass
class Write:
    """When a change was first sent, and when it was acknowledged."""

    sent: float
    acknowledged: float = math.inf

    def surely_before(self, other: Write) -> bool:
        return self.acknowledged < other.sent


class Writer(Worker):
    """Sends each change until it is acknowledged, whatever happens."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(name)
        self.address = address
        self.retries = 0
        self.codes: set[grpc.StatusCode] = set()

    def insist(self, wire: Wire, write: Write,
               call: Callable[[], Any]) -> Any:
        """The answer in the end. `call` must be safe to repeat."""
        while True:
            try:
                answer = call()
                write.acknowledged = time.monotonic()
                return answer
            except (grpc.RpcError, StopIteration) as error:
                code = getattr(error, "code", lambda: None)()
                assert code in (*GONE, None), error
                if code is not None:
                    self.codes.add(code)
                self.retries += 1
                time.sleep(0.01)


@dataclasses.dataclass
class Version:
    """What a paper was after one import."""

    group: Group
    member: str  # "left", "right", or "joint": both, merged
    number: int  # in the group
    title: str
    topics: frozenset[str]
    batch: Write
    # The journal's sequence numbers that it must be between.
    after: int = 0
    up_to: int = 0

    def before(self) -> list[Version]:
        """What it replaced: nothing, a version, or two papers."""
        newest = {v.member: v for v in self.group.versions[:self.number]}
        if self.member == "joint" and "joint" not in newest:
            return [newest["left"], newest["right"]]
        return [newest[self.member]] if self.member in newest else []


@dataclasses.dataclass
class Group:
    """Two papers that may turn out to be one, or just one of them."""

    key: str
    versions: list[Version] = dataclasses.field(default_factory=list)

    def members(self) -> set[str]:
        return {v.member for v in self.versions}

    def now(self) -> list[Version]:
        """The newest version of each paper that is there."""
        newest = {v.member: v for v in self.versions}
        return ([newest["joint"]] if "joint" in newest
                else list(newest.values()))


class Importer(Writer):
    """Sends new papers, changes of known ones, and a merge now and then."""

    def __init__(self, address: str, name: str, *, largest_batch: int = 12,
                 pause: float = 0.0) -> None:
        super().__init__(address, name)
        self.largest_batch = largest_batch
        self.pause = pause
        self.groups: list[Group] = []
        self.sequence = 0

    def work(self) -> None:
        with Wire(self.address) as wire:
            while not self.enough.is_set():
                self.send(wire)
                time.sleep(self.chooser.uniform(0, 2 * self.pause))

    def send(self, wire: Wire) -> None:
        count = self.chooser.randint(1, self.largest_batch)
        groups = self.chooser.sample(
            self.groups, min(len(self.groups), count // 2))
        while len(groups) < count:
            groups.append(Group(f"{self.name}{len(self.groups)}"))
            self.groups.append(groups[-1])
        batch = Write(time.monotonic())
        versions = [self.next_version(group, batch) for group in groups]
        request_id = str(uuid.uuid4())
        answer = self.insist(wire, batch, lambda: wire.import_papers(
            *map(paper_of, versions), request_id=request_id))
        assert len(answer.verdicts) == len(versions)
        for version, verdict in zip(versions, answer.verdicts):
            assert verdict.outcome != verdict.OUTCOME_REJECTED, verdict
            assert (not version.before()) == (
                verdict.outcome == verdict.OUTCOME_CREATED), (
                f"{version.title}: {verdict}")
            version.after = self.sequence
            version.up_to = answer.sequence
        assert answer.sequence > self.sequence, "the journal went back"
        self.sequence = answer.sequence

    def next_version(self, group: Group, batch: Write) -> Version:
        members = group.members()
        if "joint" in members:
            member = "joint"
        elif not members:
            member = "left"
        else:
            member = self.chooser.choice(("left", "left", "right", "right",
                                          "joint"))
            if member == "joint" and len(members) == 1:
                member = "left"
        number = len(group.versions)
        version = Version(
            group, member, number, f"Tortured {group.key} {number}",
            frozenset(self.chooser.sample(TOPICS, self.chooser.randint(0, 3))),
            batch)
        group.versions.append(version)
        return version


def paper_of(version: Version) -> paper_pb2.Paper:
    """As it is sent: no word but its topics and its title tells it."""
    schemes = (("left", "right") if version.member == "joint"
               else (version.member,))
    return paper_pb2.Paper(
        title=version.title,
        abstract=f"About {' and '.join(sorted(version.topics)) or 'nothing'}.",
        external_ids=[paper_pb2.ExternalId(
            scheme=scheme, value=version.group.key) for scheme in schemes])


@dataclasses.dataclass(frozen=True)
class Question:
    """A query's text and what it means, told by topics alone."""

    text: str
    matches: Callable[[frozenset[str]], bool]


def some_question(chooser: random.Random) -> Question:
    a, b = chooser.sample(TOPICS, 2)
    return chooser.choice((
        Question(a, lambda topics: a in topics),
        Question(f"{a} {b}", lambda topics: {a, b} <= topics),
        Question(f"{a} OR {b}", lambda topics: bool({a, b} & topics)),
        Question(f"{a} -{b}", lambda topics: a in topics and b not in topics),
        Question(f"tortured {a}", lambda topics: a in topics),
    ))


class Ledger:
    """Every version of every paper that was sent, by its title."""

    def __init__(self, importers: Iterable[Importer]) -> None:
        self.groups = [g for i in importers for g in i.groups]
        self.versions = {v.title: v for g in self.groups for v in g.versions}

    def merges(self) -> int:
        return sum("joint" in g.members() for g in self.groups)

    def check_searches(self, wire: Wire) -> None:
        """A strict search finds what the ledger says, for every topic."""
        for topic in TOPICS:
            found = wire.export_titles(topic)
            expected = {v.title for g in self.groups for v in g.now()
                        if topic in v.topics}
            assert len(found) == len(set(found)), f"{topic}: found twice"
            assert set(found) == expected, (
                f"{topic}: lost {sorted(expected - set(found))[:5]}, "
                f"too many {sorted(set(found) - expected)[:5]}")


@dataclasses.dataclass
class Asked(Write):
    """A question as it was put to a subscription."""

    question: Question = dataclasses.field(kw_only=True)


def check_history(name: str, history: list[tuple[int, str]], ledger: Ledger,
                  asked: list[Asked], *, complete: bool) -> int:
    """One subscriber's deliveries, (sequence, title), against the ledger.

    Journal order; nothing that no question in force asked for; no paper
    twice, under another name after a merge neither; with `complete`, nothing
    lost. Returns how often a paper surely started to match: each time it must
    be there, from then or from before.
    """
    sequences = [s for s, _ in history]
    assert all(a < b for a, b in itertools.pairwise(sequences)), (
        f"{name}: not in journal order")
    latest = 0.0
    got: dict[str, list[Version]] = {}
    for sequence, title in history:
        assert title in ledger.versions, f"{name}: who sent {title}?"
        version = ledger.versions[title]
        assert version.after < sequence <= version.up_to, (
            f"{name}: {title} at {sequence}, was stored in "
            f"({version.after}, {version.up_to}]")
        assert version.batch.acknowledged >= latest, (
            f"{name}: {title} comes after what was sent later")
        latest = max(latest, version.batch.sent)
        assert may_start(version, asked), (
            f"{name}: {title} at {sequence} is no news\n"
            f"{story(version.group, history, asked)}")
        for other in got.setdefault(version.group.key, []):
            assert other.member != version.member and (
                version.member != "joint"), (
                f"{name}: {other.title} and {title} (at {sequence}) are one "
                f"paper\n{story(version.group, history, asked)}")
        got[version.group.key].append(version)
    sure = 0
    for group in ledger.groups:
        for version in group.versions:
            if must_start(version, asked):
                sure += 1
                assert not complete or any(
                    v.number <= version.number
                    and (v.member == version.member
                         or version.member == "joint")
                    for v in got.get(group.key, [])), (
                    f"{name}: {version.title} {set(version.topics)}, stored "
                    f"in ({version.after}, {version.up_to}], is lost\n"
                    f"{story(group, history, asked)}")
    return sure


def story(group: Group, history: list[tuple[int, str]],
          asked: list[Asked]) -> str:
    """What happened to a group and to its subscriber, by time."""
    delivered = {title: sequence for sequence, title in history}
    lines = [(v.batch, f"{v.title}: {v.member}, {' '.join(sorted(v.topics))}, "
              f"stored in ({v.after}, {v.up_to}], delivered at "
              f"{delivered.get(v.title)}") for v in group.versions]
    lines += [(a, f"asked: {a.question.text}") for a in asked]
    return "\n".join(f"{w.sent:.3f}..{w.acknowledged:.3f} {line}"
                     for w, line in sorted(lines, key=lambda x: x[0].sent))


def questions(version: Version,
              asked: list[Asked]) -> Iterator[tuple[Asked, bool]]:
    """Those that could have met a version, and whether one surely did."""
    for one, following in itertools.zip_longest(asked, asked[1:]):
        if version.batch.acknowledged < one.sent or (
                following and following.acknowledged < version.batch.sent):
            continue
        yield one, one.surely_before(version.batch) and (
            following is None or version.batch.surely_before(following))


def may_start(version: Version, asked: list[Asked]) -> bool:
    """Whether this version can have started to match."""
    return any(
        one.question.matches(version.topics) and not (
            len(before := version.before()) > 0
            and all(one.question.matches(v.topics) for v in before))
        for one, _ in questions(version, asked))


def must_start(version: Version, asked: list[Asked]) -> bool:
    """Whether it surely has."""
    return any(
        surely and one.question.matches(version.topics)
        and not any(one.question.matches(v.topics) for v in version.before())
        for one, surely in questions(version, asked))
