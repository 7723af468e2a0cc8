"""What the server keeps, and the faults that tests order."""

from __future__ import annotations

import asyncio
import collections
import contextlib
from datetime import datetime, timezone
from typing import (
    Any,
    Callable,
    DefaultDict,
    Dict,
    List,
    NamedTuple,
    Optional,
    Set,
    Tuple,
)

import grpc

from paperwire.v1 import (
    digest_pb2,
    paper_pb2,
    query_pb2,
    source_pb2,
    subscription_pb2,
    webhook_pb2,
)
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import search_service_pb2 as search_pb
from paperwire.v1 import trending_service_pb2 as trending_pb

from .failures import Code, Failure, status_of


def _nanos(signal: paper_pb2.Signal) -> int:
    return int(signal.observed_time.ToNanoseconds())


class Entry(NamedTuple):
    """A change in the journal."""

    sequence: int
    paper: paper_pb2.Paper
    created: bool
    time: datetime
    voted: bool = False


class Standing:
    """A subscription, and what it has asked since when."""

    def __init__(
        self, proto: subscription_pb2.Subscription, sequence: int
    ) -> None:
        self.proto = proto
        self.created = self.cursor = sequence
        self.queries = [(sequence, proto.query)]
        self.deleted = False
        self.groups: Dict[str, Any] = {}
        self.secret = ""
        self.deliveries: List[webhook_pb2.WebhookDelivery] = []

    @property
    def mark(self) -> str:
        """What its tokens carry."""
        return f"{self.proto.name}@{self.created}"


class State:
    def __init__(self) -> None:
        self.papers: Dict[str, paper_pb2.Paper] = {}
        self.names: Dict[Tuple[str, str], str] = {}
        self.voters: DefaultDict[str, Set[str]] = collections.defaultdict(set)
        # When votes were cast, by the paper's name; a vote that is taken back
        # takes back the newest.
        self.cast: DefaultDict[str, List[datetime]] = collections.defaultdict(
            list
        )
        self.journal: List[Entry] = []
        self.applied: Dict[str, papers_pb.ImportPapersResponse] = {}
        self.subscriptions: Dict[str, Standing] = {}
        self.creations: Dict[str, str] = {}  # request id -> name
        self.digests: Dict[str, digest_pb2.Digest] = {}
        self.suppressed: Dict[str, digest_pb2.Suppression] = {}
        self.issues: List[digest_pb2.DigestIssue] = []  # of every digest
        self.mail_requests: List[Any] = []
        self.mail_refusal = ""  # a reason
        # Each call of CommitCursor that was well: when, and how far.
        self.commits: List[Tuple[float, int]] = []
        # Each call of AcknowledgeMatches: when, and what it said.
        self.acknowledgements: List[Tuple[float, Any]] = []
        self.extended: collections.Counter[int] = collections.Counter()
        self.sources: List[source_pb2.SourceFreshness] = []
        self.calls: collections.Counter[str] = collections.Counter()
        self.searches: List[search_pb.SearchRequest] = []
        self.boards: List[trending_pb.ListTrendingRequest] = []
        # The boards that watches were told, by their tokens.
        self.told_boards: Dict[str, Any] = {}
        self.metadata: Dict[str, str] = {}
        self.batches: List[str] = []
        # Each batch that was not sent before: its source, its papers.
        self.imports: List[Tuple[str, int]] = []
        self.reports: List[paper_pb2.Paper] = []  # without a title
        self.events: List[int] = []  # how many matches came in each
        # Faults: method -> the codes of its next calls.
        self.failures: Dict[str, List[grpc.StatusCode]] = {}
        self.delay = 0.0
        self.break_watches_after: Optional[int] = None
        self.end_watches_after: Optional[int] = None
        self.lose_acknowledgements = 0
        self.reject_words: List[str] = []
        self.oldest_sequence = 0
        self.oldest_time: Optional[datetime] = None
        self.expire_page_tokens = False
        self.never_batches = False  # like a server of the first release
        # Sent with every first page, and by Suggest.
        self.rewrites = search_pb.SearchResponse()
        self.suggestions = search_pb.SuggestResponse()
        self.suggest_request = search_pb.SuggestRequest()
        self.heartbeat = 0.05
        self._changed: asyncio.Condition  # of the server's event loop

    @property
    def sequence(self) -> int:
        return self.journal[-1].sequence if self.journal else 0

    async def notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def wait(self) -> None:
        async with self._changed:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self.heartbeat)

    def apply(
        self,
        item: papers_pb.ImportItem,
        source: str,
        at: Optional[datetime] = None,
    ) -> papers_pb.ImportVerdict:
        verdict = papers_pb.ImportVerdict(line=item.line)
        outcomes = papers_pb.ImportVerdict
        if not item.paper.title and self._report(item.paper, verdict):
            return verdict
        if not item.paper.title:
            verdict.outcome = outcomes.OUTCOME_REJECTED
            verdict.reason = "title: is empty; give the paper's title"
            return verdict
        paper = paper_pb2.Paper()
        paper.CopyFrom(item.paper)
        if not paper.sources:
            paper.sources.append(source or "import")
        keys = [(e.scheme, e.value) for e in paper.external_ids]
        keys = keys or [("title", paper.title)]
        known = next((self.names[k] for k in keys if k in self.names), None)
        name = known or f"papers/p{len(self.papers) + 1}"
        paper.name = name
        paper.cast_vote_count = len(self.voters[name])
        if known:
            old = paper_pb2.Paper()
            old.CopyFrom(self.papers[known])
            for field in ("sequence", "etag"):
                old.ClearField(field)
            if old == paper:
                verdict.outcome = outcomes.OUTCOME_UNCHANGED
                verdict.name = name
                return verdict
        for key in keys:
            self.names[key] = name
        paper.sequence = self.sequence + 1
        paper.etag = f"e{paper.sequence}"
        before = self.papers.get(name)
        self.papers[name] = paper
        at = at or datetime.now(timezone.utc)
        self.journal.append(Entry(paper.sequence, paper, before is None, at))
        verdict.outcome = (
            outcomes.OUTCOME_UPDATED if known else outcomes.OUTCOME_CREATED
        )
        verdict.name = name
        return verdict

    def _report(
        self, says: paper_pb2.Paper, verdict: papers_pb.ImportVerdict
    ) -> bool:
        """Joins signals and picks to a paper that is known; whether it is."""
        self.reports.append(says)
        keys = [(e.scheme, e.value) for e in says.external_ids]
        name = next((self.names[k] for k in keys if k in self.names), "")
        if name not in self.papers:
            return False
        paper = paper_pb2.Paper()
        paper.CopyFrom(self.papers[name])
        if says.sources[0] not in paper.sources:
            paper.sources.append(says.sources[0])
        for signal in says.signals:
            for known in paper.signals:
                if known.kind == signal.kind:
                    if _nanos(signal) >= _nanos(known):
                        known.CopyFrom(signal)
                    break
            else:
                paper.signals.append(signal)
        for pick in says.features:
            for listed in paper.features:
                if (listed.day, listed.source) == (pick.day, pick.source):
                    listed.MergeFrom(pick)
                    break
            else:
                paper.features.append(pick)
        verdict.name = name
        if paper == self.papers[name]:
            verdict.outcome = papers_pb.ImportVerdict.OUTCOME_UNCHANGED
            return True
        paper.sequence = self.sequence + 1
        paper.etag = f"e{paper.sequence}"
        self.papers[name] = paper
        self.journal.append(
            Entry(paper.sequence, paper, False, datetime.now(timezone.utc))
        )
        verdict.outcome = papers_pb.ImportVerdict.OUTCOME_UPDATED
        return True

    def vote(
        self,
        paper: paper_pb2.Paper,
        voter: str,
        revoke: bool,
        at: Optional[datetime] = None,
    ) -> bool:
        """Casts a vote or takes it back; whether that changed anything."""
        voters = self.voters[paper.name]
        if (voter in voters) != revoke:
            return False
        now = at or datetime.now(timezone.utc)
        if revoke:
            voters.remove(voter)
            self.cast[paper.name].pop()
        else:
            voters.add(voter)
            self.cast[paper.name].append(now)
        voted = paper_pb2.Paper()
        voted.CopyFrom(paper)
        voted.cast_vote_count = len(voters)
        voted.sequence = self.sequence + 1
        voted.etag = f"e{voted.sequence}"
        self.papers[paper.name] = voted
        self.journal.append(Entry(voted.sequence, voted, False, now, True))
        return True

    def find(self, name: str) -> paper_pb2.Paper:
        key = name.partition("/")[2]
        scheme, separator, value = key.partition(":")
        if separator:
            name = self.names.get((scheme, value), name)
        if name not in self.papers:
            raise Failure(status_of(Code.NOT_FOUND, f"no paper {name!r}"))
        return self.papers[name]

    def matcher(
        self, query: query_pb2.Query
    ) -> Callable[[paper_pb2.Paper], Tuple[bool, float]]:
        """Returns what tells whether a paper matches, and how much of it."""
        if query.text.count('"') % 2:
            at = query.text.rindex('"')
            raise Failure(
                status_of(
                    Code.INVALID_ARGUMENT,
                    f"query.text: the quote at {at} is not closed; add a "
                    'closing "',
                    "INVALID_QUERY",
                    "query.text",
                    position=str(at),
                )
            )
        words = query.text.lower().replace('"', " ").split()

        def match(paper: paper_pb2.Paper) -> Tuple[bool, float]:
            text = f"{paper.title} {paper.abstract}".lower()
            if words[:1] == ["id:"]:
                ids = [f"{e.scheme}:{e.value}" for e in paper.external_ids]
                text = " ".join(["id:", *ids])
            fits = (
                paper.state != paper_pb2.Paper.STATE_WITHDRAWN
                and (
                    not query.categories
                    or bool(set(query.categories) & set(paper.categories))
                )
                and (
                    not query.sources
                    or bool(set(query.sources) & set(paper.sources))
                )
                and all(
                    any(link.kind == kind for link in paper.links)
                    for kind in query.has_links
                )
                and paper.vote_count + paper.cast_vote_count
                >= query.min_vote_count
                and _in_span(paper, query)
            )
            found = sum(word in text for word in words)
            if not fits:
                return False, 0.0
            return found == len(words), float(found)

        return match


def _in_span(paper: paper_pb2.Paper, query: query_pb2.Query) -> bool:
    at = paper.published_time.seconds
    span = query.published
    return not (
        (span.HasField("start_time") and at < span.start_time.seconds)
        or (span.HasField("end_time") and at >= span.end_time.seconds)
    )
