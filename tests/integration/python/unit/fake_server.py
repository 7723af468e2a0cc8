"""A small server of the contract for tests, with faults to order.

It keeps what it is told in memory and matches words by `in`; what the client
relies on is as the contract says: sequence numbers, request ids, page tokens,
resume tokens, the four events, error details.

    with FakeServer() as server:
        server.break_watches_after = 3
        client = paperwire.Client(server.address)
"""

from __future__ import annotations

import asyncio
import base64
import collections
import contextlib
import hashlib
import json
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

import grpc
import grpc.aio
from google.protobuf import any_pb2, empty_pb2
from google.rpc import error_details_pb2, status_pb2

from paperwire.v1 import paper_pb2, query_pb2
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import paper_service_pb2_grpc as papers_grpc
from paperwire.v1 import search_service_pb2 as search_pb
from paperwire.v1 import search_service_pb2_grpc as search_grpc
from paperwire.v1 import server_service_pb2 as server_pb
from paperwire.v1 import server_service_pb2_grpc as server_grpc
from paperwire.v1 import subscription_service_pb2 as watch_pb
from paperwire.v1 import subscription_service_pb2_grpc as watch_grpc

Code = grpc.StatusCode
_OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", 64 << 20),
]


def _token(**values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _read_token(token: str) -> Dict[str, Any]:
    values: Dict[str, Any] = json.loads(base64.urlsafe_b64decode(token))
    return values


def _hash(query: query_pb2.Query) -> str:
    data = query.SerializeToString(deterministic=True)
    return hashlib.sha256(data).hexdigest()[:12]


def status_of(
    code: grpc.StatusCode,
    message: str,
    reason: str = "",
    field: str = "",
    **metadata: str,
) -> status_pb2.Status:
    """Makes a status with the details that the real server gives."""
    details = []
    info = error_details_pb2.ErrorInfo(
        reason=reason or code.name, domain="paperwire.io", metadata=metadata
    )
    details.append(any_pb2.Any())
    details[-1].Pack(info)
    if field:
        bad = error_details_pb2.BadRequest()
        bad.field_violations.add(field=field, description=message)
        details.append(any_pb2.Any())
        details[-1].Pack(bad)
    return status_pb2.Status(
        code=code.value[0], message=message, details=details
    )


class Failure(Exception):
    """What a handler raises to fail a call with details."""

    def __init__(self, status: status_pb2.Status) -> None:
        super().__init__(status.message)
        self.status = status

    async def abort(self, context: Any) -> None:
        code = next(c for c in Code if c.value[0] == self.status.code)
        await context.abort(
            code,
            self.status.message,
            (("grpc-status-details-bin", self.status.SerializeToString()),),
        )


class FakeServer:
    """The server; its state outlives `restart`."""

    def __init__(self) -> None:
        self.papers: Dict[str, paper_pb2.Paper] = {}
        self.names: Dict[Tuple[str, str], str] = {}
        self.journal: List[Tuple[int, paper_pb2.Paper, bool]] = []
        self.applied: Dict[str, papers_pb.ImportPapersResponse] = {}
        self.calls: collections.Counter[str] = collections.Counter()
        self.metadata: Dict[str, str] = {}
        self.batches: List[str] = []
        # Faults: method -> the codes of its next calls.
        self.failures: Dict[str, List[grpc.StatusCode]] = {}
        self.delay = 0.0
        self.break_watches_after: Optional[int] = None
        self.end_watches_after: Optional[int] = None
        self.lose_acknowledgements = 0
        self.reject_words: List[str] = []
        self.oldest_sequence = 0
        self.expire_page_tokens = False
        # Sent with every first page, and by Suggest.
        self.rewrites = search_pb.SearchResponse()
        self.suggestions = search_pb.SuggestResponse()
        self.suggest_request = search_pb.SuggestRequest()
        self.heartbeat = 0.05
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.daemon = True
        self._thread.start()
        self.port = 0
        self._server: Any = None
        self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def sequence(self) -> int:
        return self.journal[-1][0] if self.journal else 0

    def run(self, coroutine: Any) -> Any:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result(20)

    def start(self) -> None:
        self.run(self._start())

    async def _start(self) -> None:
        self._changed = asyncio.Condition()
        self._server = grpc.aio.server(options=_OPTIONS)
        service = _Service(self)
        papers_grpc.add_PaperServiceServicer_to_server(service, self._server)
        search_grpc.add_SearchServiceServicer_to_server(service, self._server)
        server_grpc.add_ServerServiceServicer_to_server(service, self._server)
        watch_grpc.add_SubscriptionServiceServicer_to_server(
            service, self._server
        )
        health = grpc.unary_unary_rpc_method_handler(_health)
        self._server.add_generic_rpc_handlers(
            [
                grpc.method_handlers_generic_handler(
                    "grpc.health.v1.Health", {"Check": health}
                )
            ]
        )
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    def stop(self) -> None:
        self.run(self._server.stop(0))

    def restart(self) -> None:
        """Stops, breaking every call, and starts on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def store(self, *papers: Any) -> None:
        """Stores papers as an import would."""
        self.run(self._store_all([p.proto for p in papers]))

    async def _store_all(self, papers: List[paper_pb2.Paper]) -> None:
        for paper in papers:
            self.apply(papers_pb.ImportItem(paper=paper), "test")
        await self.notify()

    async def notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def wait(self) -> None:
        async with self._changed:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self.heartbeat)

    def apply(
        self, item: papers_pb.ImportItem, source: str
    ) -> papers_pb.ImportVerdict:
        verdict = papers_pb.ImportVerdict(line=item.line)
        outcomes = papers_pb.ImportVerdict
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
        self.journal.append((paper.sequence, paper, before is None))
        verdict.outcome = (
            outcomes.OUTCOME_UPDATED if known else outcomes.OUTCOME_CREATED
        )
        verdict.name = name
        return verdict

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
                and paper.vote_count >= query.min_vote_count
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


async def _health(request: bytes, context: Any) -> bytes:
    return b"\x08\x01"


class _Service(
    papers_grpc.PaperServiceServicer,
    search_grpc.SearchServiceServicer,
    server_grpc.ServerServiceServicer,
    watch_grpc.SubscriptionServiceServicer,
):
    def __init__(self, server: FakeServer) -> None:
        self.server = server

    async def begin(self, method: str, context: Any) -> None:
        server = self.server
        server.calls[method] += 1
        server.metadata = {
            k: v for k, v in context.invocation_metadata() if isinstance(v, str)
        }
        if server.failures.get(method):
            code = server.failures[method].pop(0)
            await context.abort(code, f"ordered: {code.name}")
        if server.delay:
            await asyncio.sleep(server.delay)

    # PaperService

    async def GetPaper(self, request: Any, context: Any) -> Any:
        await self.begin("GetPaper", context)
        try:
            return self.server.find(request.name)
        except Failure as failure:
            await failure.abort(context)

    async def BatchGetPapers(self, request: Any, context: Any) -> Any:
        await self.begin("BatchGetPapers", context)
        try:
            papers = [self.server.find(name) for name in request.names]
        except Failure as failure:
            await failure.abort(context)
        return papers_pb.BatchGetPapersResponse(papers=papers)

    async def ListPapers(self, request: Any, context: Any) -> Any:
        await self.begin("ListPapers", context)
        at = int(request.page_token or 0)
        papers = sorted(
            self.server.papers.values(), key=lambda p: -p.published_time.seconds
        )
        size = request.page_size or 50
        more = at + size < len(papers)
        return papers_pb.ListPapersResponse(
            papers=papers[at : at + size],
            next_page_token=str(at + size) if more else "",
        )

    async def ImportPapers(self, requests: Any, context: Any) -> Any:
        await self.begin("ImportPapers", context)
        server = self.server
        async for request in requests:
            server.batches.append(request.request_id)
            response = server.applied.get(request.request_id)
            if response is None:
                verdicts = [
                    server.apply(item, request.source) for item in request.items
                ]
                response = papers_pb.ImportPapersResponse(
                    request_id=request.request_id,
                    sequence=server.sequence,
                    verdicts=verdicts,
                )
                server.applied[request.request_id] = response
                await server.notify()
            if server.lose_acknowledgements:
                server.lose_acknowledgements -= 1
                await context.abort(Code.UNAVAILABLE, "ordered: cut off")
            yield response

    async def DeletePaper(self, request: Any, context: Any) -> Any:
        await self.begin("DeletePaper", context)
        try:
            paper = self.server.find(request.name)
            if request.etag and request.etag != paper.etag:
                raise Failure(
                    status_of(Code.ABORTED, "etag: the paper has changed")
                )
            del self.server.papers[paper.name]
        except Failure as failure:
            missing = failure.status.code == Code.NOT_FOUND.value[0]
            if not (missing and request.allow_missing):
                await failure.abort(context)
        return empty_pb2.Empty()

    async def ListPaperChanges(self, request: Any, context: Any) -> Any:
        await self.begin("ListPaperChanges", context)
        try:
            name = self.server.find(request.name).name
        except Failure as failure:
            await failure.abort(context)
        kinds = papers_pb.PaperChange
        return papers_pb.ListPaperChangesResponse(
            changes=[
                papers_pb.PaperChange(
                    sequence=sequence,
                    kind=kinds.KIND_CREATED if created else kinds.KIND_UPDATED,
                    source=paper.sources[0],
                )
                for sequence, paper, created in reversed(self.server.journal)
                if paper.name == name
            ]
        )

    async def SplitPaper(self, request: Any, context: Any) -> Any:
        await self.begin("SplitPaper", context)
        status = status_of(
            Code.FAILED_PRECONDITION,
            f"sequence {request.sequence} was no merge",
            "NOT_A_MERGE",
        )
        await Failure(status).abort(context)

    # SearchService

    def _search(self, request: search_pb.SearchRequest) -> Any:
        server = self.server
        if server.expire_page_tokens and request.page_token:
            raise Failure(
                status_of(
                    Code.FAILED_PRECONDITION,
                    "page_token: has expired; search again",
                    "PAGE_TOKEN_EXPIRED",
                )
            )
        match = server.matcher(request.query)
        scored = []
        for paper in server.papers.values():
            full, score = match(paper)
            if full or (score > 0 and not request.strict):
                scored.append((not full, -score, paper.sequence, paper))
        scored.sort(key=lambda hit: hit[:3])
        at = int(request.page_token or 0)
        size = request.page_size or 10
        full_matches = [paper for partial, _, _, paper in scored if not partial]
        response = search_pb.SearchResponse(
            total_full_matches=len(full_matches),
            sequence=server.sequence,
            next_page_token=str(at + size) if at + size < len(scored) else "",
        )
        if not at:
            response.MergeFrom(server.rewrites)
        words = request.query.text.lower().split()
        for partial, score, _, paper in scored[at : at + size]:
            hit = response.hits.add(
                paper=paper,
                score=-score,
                match_kind=search_pb.MATCH_KIND_PARTIAL
                if partial
                else search_pb.MATCH_KIND_FULL,
            )
            begin = paper.title.lower().find(words[0]) if words else -1
            if begin >= 0 and not request.omit_highlights:
                light = hit.highlights.add(field="title", snippet=paper.title)
                light.spans.add(start=begin, end=begin + len(words[0]))
            if request.explain:
                hit.explanation.value = -score
                hit.explanation.description = "words found"
                hit.explanation.details.add(value=-score, description="each 1")
        for facet in request.facets:
            self._count(facet, full_matches, response.facets.add())
        return response

    @staticmethod
    def _count(request: Any, papers: Any, facet: search_pb.Facet) -> None:
        facet.field = request.field
        counts: collections.Counter[str] = collections.Counter()
        for paper in papers:
            if request.field == search_pb.FACET_FIELD_CATEGORY:
                counts.update(paper.categories)
            elif request.field == search_pb.FACET_FIELD_YEAR:
                year = paper.published_time.ToDatetime().year
                counts[str(year)] += 1
        values = counts.most_common()
        limit = request.limit or 10
        for value, count in values[:limit]:
            facet.values.add(value=value, count=count)
        facet.other_values = max(0, len(values) - limit)

    async def Search(self, request: Any, context: Any) -> Any:
        await self.begin("Search", context)
        try:
            return self._search(request)
        except Failure as failure:
            await failure.abort(context)

    async def SearchBatch(self, request: Any, context: Any) -> Any:
        await self.begin("SearchBatch", context)
        response = search_pb.SearchBatchResponse()
        for one in request.requests:
            try:
                response.results.add(response=self._search(one))
            except Failure as failure:
                response.results.add(error=failure.status)
        return response

    async def Suggest(self, request: Any, context: Any) -> Any:
        await self.begin("Suggest", context)
        self.server.suggest_request = request
        return self.server.suggestions

    async def ExportPapers(self, request: Any, context: Any) -> Any:
        await self.begin("ExportPapers", context)
        try:
            match = self.server.matcher(request.query)
        except Failure as failure:
            await failure.abort(context)
        papers = [p for p in self.server.papers.values() if match(p)[0]]
        for at in range(0, len(papers), 3):
            yield search_pb.ExportPapersResponse(
                papers=papers[at : at + 3],
                total_full_matches=len(papers),
                sequence=self.server.sequence,
            )

    async def SearchSimilarPapers(self, request: Any, context: Any) -> Any:
        await self.begin("SearchSimilarPapers", context)
        try:
            paper = self.server.find(request.name)
        except Failure as failure:
            await failure.abort(context)
        terms = paper.title.lower().split()
        response = search_pb.SearchSimilarPapersResponse(terms=terms)
        for other in self.server.papers.values():
            shared = sum(term in other.title.lower() for term in terms)
            if other.name != paper.name and shared:
                response.hits.add(
                    paper=other,
                    score=shared,
                    match_kind=search_pb.MATCH_KIND_PARTIAL,
                )
        del response.hits[request.page_size or 10 :]
        return response

    # SubscriptionService

    async def Watch(self, request: Any, context: Any) -> Any:
        await self.begin("Watch", context)
        server = self.server
        mark = _hash(request.query)
        try:
            match = server.matcher(request.query)
            at, reset = self._start_of(request, mark)
        except Failure as failure:
            await failure.abort(context)
        if reset:
            yield watch_pb.WatchResponse(
                reset=watch_pb.WatchReset(
                    reason=watch_pb.WatchReset.REASON_JOURNAL_ROLLED_BACK,
                    resume_token=_token(q=mark, s=at),
                    sequence=at,
                )
            )
        sent, caught_up = 0, False
        before = {s: p for s, p, _ in server.journal if s <= at}
        matched = {p.name for p in before.values() if match(p)[0]}
        while True:
            for sequence, paper, created in list(server.journal):
                if sequence <= at:
                    continue
                at = sequence
                if not match(paper)[0]:
                    matched.discard(paper.name)
                    continue
                if paper.name in matched:
                    continue
                matched.add(paper.name)
                if sent == server.break_watches_after:
                    await context.abort(Code.UNAVAILABLE, "ordered: cut off")
                if sent == server.end_watches_after:
                    return
                sent += 1
                yield watch_pb.WatchResponse(
                    match=watch_pb.WatchMatch(
                        paper=paper,
                        sequence=sequence,
                        created=created,
                        resume_token=_token(q=mark, s=sequence),
                    )
                )
            token = _token(q=mark, s=at)
            if caught_up:
                yield watch_pb.WatchResponse(
                    progress=watch_pb.WatchProgress(
                        resume_token=token,
                        sequence=at,
                        journal_sequence=server.sequence,
                    )
                )
            else:
                yield watch_pb.WatchResponse(
                    caught_up=watch_pb.WatchCaughtUp(
                        resume_token=token, sequence=at
                    )
                )
                caught_up = True
            if at == server.sequence:
                await server.wait()

    def _start_of(self, request: Any, mark: str) -> Tuple[int, bool]:
        """Behind which sequence to start, and whether that is a reset."""
        server = self.server
        start = request.WhichOneof("start")
        if start == "resume_token":
            token = _read_token(request.resume_token)
            if token["q"] != mark:
                raise Failure(
                    status_of(
                        Code.INVALID_ARGUMENT,
                        "resume_token: belongs to another query",
                        "TOKEN_OF_ANOTHER_QUERY",
                        "resume_token",
                    )
                )
            at = int(token["s"])
            if at < server.oldest_sequence:
                raise Failure(
                    status_of(
                        Code.OUT_OF_RANGE,
                        "resume_token: is older than the journal",
                        "TOKEN_TOO_OLD",
                        oldest_token=_token(q=mark, s=server.oldest_sequence),
                    )
                )
            return min(at, server.sequence), at > server.sequence
        if start == "start_time" or (
            request.position == watch_pb.WatchRequest.POSITION_BEGINNING
        ):
            return 0, False
        return server.sequence, False

    # ServerService

    async def GetServerInfo(self, request: Any, context: Any) -> Any:
        await self.begin("GetServerInfo", context)
        response = server_pb.GetServerInfoResponse(
            version="0.1.0", data_version=1, journal_id="fake"
        )
        response.startup_duration.FromMilliseconds(1500)
        return response

    async def GetServerStats(self, request: Any, context: Any) -> Any:
        await self.begin("GetServerStats", context)
        return server_pb.GetServerStatsResponse(
            active_papers=len(self.server.papers),
            sequence=self.server.sequence,
            sources=[server_pb.SourceStats(source="test", papers=1)],
        )
