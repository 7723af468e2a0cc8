"""The asyncio client: the same methods as `Client`, awaited.

async with paperwire.AsyncClient() as client:
    results = await client.search("sparse autoencoders")
    async for hit in results:
        print(hit.title)
    async for match in client.watch("sparse autoencoders"):
        print(match.paper.title)
"""

from __future__ import annotations

import weakref
from typing import (
    Any,
    Awaitable,
    Callable,
    Iterable,
    List,
    Literal,
    Optional,
    Tuple,
    Type,
    Union,
    overload,
)

import grpc
import grpc.aio

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls, AsyncReader, Papers, run_import
from paperwire._channel import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    LONGEST_WATCH_PAUSE,
    Endpoint,
    Metadata,
    Patience,
    Tls,
    call_timeout,
    timed_out,
)
from paperwire._convert import Time, to_mask
from paperwire._info import Change, ServerInfo, ServerStats
from paperwire._progress import ProgressArgument, Reporter
from paperwire._requests import (
    FacetsArgument,
    Fields,
    list_request,
    search_request,
    similar_request,
)
from paperwire._watch_core import Reset, WatchCore, cursor_key
from paperwire.client import BATCH_NAMES
from paperwire.errors import (
    PaperwireError,
    from_rpc_error,
    from_status,
)
from paperwire.exporting import AsyncExport
from paperwire.importing import (
    ImportReport,
    ImportSession,
)
from paperwire.names import paper_name
from paperwire.papers import Paper
from paperwire.query import AnyQuery, Words, query_proto
from paperwire.results import AsyncPaperList, AsyncResults, Similar
from paperwire.suggesting import Kinds, Suggestion, Suggestions, suggest_request
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import search_service_pb2 as search_pb
from paperwire.v1 import server_service_pb2 as server_pb
from paperwire.watch import AsyncWatch


class AsyncClient:
    """Talks to a Paperwire server from one event loop.

    Arguments and methods are those of `Client`, which explains them; methods
    that call the server are awaited, lists and watches are read by `async
    for`.
    """

    def __init__(
        self,
        address: Optional[str] = None,
        *,
        tls: Tls = None,
        credentials: Optional[grpc.ChannelCredentials] = None,
        metadata: Metadata = None,
        timeout: float = DEFAULT_TIMEOUT,
        retries: int = DEFAULT_RETRIES,
    ) -> None:
        endpoint = Endpoint(address, tls, credentials, metadata)
        self._calls = AsyncCalls(endpoint, timeout, retries)
        self._watches: weakref.WeakSet[AsyncWatch] = weakref.WeakSet()

    @property
    def address(self) -> str:
        """Where the server is."""
        return self._calls.endpoint.target

    async def close(self) -> None:
        """Ends the watches and the connection."""
        for watch in list(self._watches):
            watch.stop()
        await self._calls.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Any,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self.address!r})"

    # Searching.

    async def search(
        self,
        query: AnyQuery = "",
        *,
        categories: Words = None,
        sources: Words = None,
        published_after: Optional[Time] = None,
        published_before: Optional[Time] = None,
        has: Words = None,
        min_votes: Optional[int] = None,
        strict: bool = False,
        order_by: str = "relevance",
        facets: FacetsArgument = None,
        highlights: bool = True,
        explain: bool = False,
        limit: Optional[int] = None,
        page_size: Optional[int] = None,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> AsyncResults:
        """Finds the papers that match best; as `Client.search`."""
        request = search_request(
            query,
            {
                "categories": categories,
                "sources": sources,
                "published_after": published_after,
                "published_before": published_before,
                "has": has,
                "min_votes": min_votes,
            },
            strict=strict,
            order_by=order_by,
            facets=facets,
            highlights=highlights,
            explain=explain,
            limit=limit,
            page_size=page_size,
            fields=fields,
        )
        first = await self._calls.unary(_rpc.SEARCH, request, timeout)
        return AsyncResults(request, limit, first, self._page(timeout))

    def _page(
        self, timeout: Optional[float]
    ) -> Callable[
        [search_pb.SearchRequest], Awaitable[search_pb.SearchResponse]
    ]:
        return lambda page: self._calls.unary(_rpc.SEARCH, page, timeout)

    @overload
    async def search_batch(
        self,
        queries: Iterable[AnyQuery],
        *,
        return_errors: Literal[False] = False,
        strict: bool = False,
        limit: Optional[int] = None,
        highlights: bool = True,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> List[AsyncResults]: ...

    @overload
    async def search_batch(
        self,
        queries: Iterable[AnyQuery],
        *,
        return_errors: Literal[True],
        strict: bool = False,
        limit: Optional[int] = None,
        highlights: bool = True,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> List[Union[AsyncResults, PaperwireError]]: ...

    async def search_batch(
        self,
        queries: Iterable[AnyQuery],
        *,
        return_errors: bool = False,
        strict: bool = False,
        limit: Optional[int] = None,
        highlights: bool = True,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Any:
        """Answers up to 100 queries at once; as `Client.search_batch`."""
        requests = [
            search_request(
                query,
                {},
                strict=strict,
                limit=limit,
                highlights=highlights,
                fields=fields,
            )
            for query in queries
        ]
        response = await self._calls.unary(
            _rpc.SEARCH_BATCH,
            search_pb.SearchBatchRequest(requests=requests),
            timeout,
        )
        results: List[Union[AsyncResults, PaperwireError]] = []
        for request, result in zip(requests, response.results):
            if result.WhichOneof("result") == "error":
                failure = from_status(result.error)
                if not return_errors:
                    raise failure
                results.append(failure)
                continue
            results.append(
                AsyncResults(
                    request, limit, result.response, self._page(timeout)
                )
            )
        return results

    async def similar(
        self,
        name: str,
        *,
        query: Optional[AnyQuery] = None,
        limit: int = 10,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Similar:
        """Finds papers like a given one; as `Client.similar`."""
        request = similar_request(name, query, limit, fields)
        return Similar(
            await self._calls.unary(
                _rpc.SEARCH_SIMILAR_PAPERS, request, timeout
            )
        )

    async def suggest(
        self,
        text: str,
        *,
        kinds: Kinds = None,
        limit: int = 5,
        timeout: Optional[float] = None,
    ) -> Suggestions:
        """Completes what someone types; as `Client.suggest`."""
        request = suggest_request(text, kinds, limit)
        answer = await self._calls.unary(_rpc.SUGGEST, request, timeout)
        return Suggestions(Suggestion.from_proto(s) for s in answer.suggestions)

    def export(
        self,
        query: AnyQuery = "",
        *,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> AsyncExport:
        """Streams every full match, for `async for`; as `Client.export`."""
        request = search_pb.ExportPapersRequest(
            query=query_proto(query), read_mask=to_mask(fields)
        )
        wait = call_timeout(timeout, self._calls.timeout)
        stream: Optional[AsyncReader] = None

        async def read() -> Optional[search_pb.ExportPapersResponse]:
            nonlocal stream
            if stream is None:
                stream = self._calls.stream(_rpc.EXPORT_PAPERS, request)
            try:
                part: Optional[
                    search_pb.ExportPapersResponse
                ] = await stream.get(wait)
            except TimeoutError:
                stream.cancel()
                raise timed_out(self.address) from None
            except grpc.RpcError as error:
                raise from_rpc_error(error, self.address) from error
            return part

        def cancel() -> None:
            if stream is not None:
                stream.cancel()

        return AsyncExport(read, cancel)

    # Single papers.

    async def get(
        self,
        name: str,
        *,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Paper:
        """Returns a paper; as `Client.get`."""
        request = papers_pb.GetPaperRequest(
            name=paper_name(name), read_mask=to_mask(fields)
        )
        return Paper.from_proto(
            await self._calls.unary(_rpc.GET_PAPER, request, timeout)
        )

    async def get_many(
        self,
        names: Iterable[str],
        *,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> List[Paper]:
        """Returns papers in the order of their names; as `Client.get_many`."""
        asked = [paper_name(name) for name in names]
        found: List[Paper] = []
        for at in range(0, len(asked), BATCH_NAMES):
            request = papers_pb.BatchGetPapersRequest(
                names=asked[at : at + BATCH_NAMES], read_mask=to_mask(fields)
            )
            answer = await self._calls.unary(
                _rpc.BATCH_GET_PAPERS, request, timeout
            )
            found += [Paper.from_proto(paper) for paper in answer.papers]
        return found

    async def list(
        self,
        *,
        day: Optional[Time] = None,
        start: Optional[Time] = None,
        end: Optional[Time] = None,
        by: str = "published",
        page_size: int = 100,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> AsyncPaperList:
        """Lists papers of a day or a span of time; as `Client.list`."""
        request = list_request(day, start, end, by, page_size, fields)

        async def fetch() -> None:
            answer = await self._calls.unary(_rpc.LIST_PAPERS, request, timeout)
            request.page_token = answer.next_page_token
            papers._take(answer.papers, answer.next_page_token)

        papers = AsyncPaperList(fetch)
        await fetch()
        return papers

    async def delete(
        self,
        name: str,
        *,
        etag: str = "",
        allow_missing: bool = False,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a paper for good; as `Client.delete`."""
        request = papers_pb.DeletePaperRequest(
            name=paper_name(name), etag=etag, allow_missing=allow_missing
        )
        await self._calls.unary(
            _rpc.DELETE_PAPER, request, timeout, again=allow_missing
        )

    async def changes(
        self, name: str, *, timeout: Optional[float] = None
    ) -> List[Change]:
        """Returns what the journal says of a paper; as `Client.changes`."""
        request = papers_pb.ListPaperChangesRequest(
            name=paper_name(name), page_size=1000
        )
        changes: List[Change] = []
        while True:
            answer = await self._calls.unary(
                _rpc.LIST_PAPER_CHANGES, request, timeout
            )
            changes += [Change.from_proto(change) for change in answer.changes]
            request.page_token = answer.next_page_token
            if not request.page_token:
                return changes

    async def split(
        self, name: str, sequence: int, *, timeout: Optional[float] = None
    ) -> Tuple[Paper, Paper]:
        """Undoes a merge; as `Client.split`."""
        request = papers_pb.SplitPaperRequest(
            name=paper_name(name), sequence=sequence
        )
        answer = await self._calls.unary(
            _rpc.SPLIT_PAPER, request, timeout, again=False
        )
        return (
            Paper.from_proto(answer.paper),
            Paper.from_proto(answer.split_paper),
        )

    # Papers in.

    async def import_papers(
        self,
        papers: Papers,
        *,
        source: str = "",
        batch_size: int = 500,
        progress: ProgressArgument = None,
        timeout: Optional[float] = None,
    ) -> ImportReport:
        """Stores papers; as `Client.import_papers`.

        `papers` may be an asynchronous iterable, too.
        """
        session = ImportSession(source, batch_size)
        reporter = Reporter(session, progress, papers)
        try:
            wait = call_timeout(timeout, 2 * self._calls.timeout)
            await run_import(
                self._calls, session, papers, reporter.acknowledge, wait
            )
        except PaperwireError as error:
            error.report = session.finish()
            raise
        finally:
            reporter.close()
        return session.finish()

    # Papers to come.

    def watch(
        self,
        query: AnyQuery = "",
        *,
        start: Time = "now",
        token: Optional[str] = None,
        cursor_store: Any = None,
        key: Optional[str] = None,
        until_caught_up: bool = False,
        on_reset: Optional[Callable[[Reset], None]] = None,
        highlights: bool = True,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> AsyncWatch:
        """Waits for papers, by `async for`; as `Client.watch`.

        The first `async for` or `async with` takes the watch's place. The
        methods of `cursor_store` may be asynchronous; blocking ones are
        called in a thread.
        """
        proto = query_proto(query)
        core = WatchCore(
            proto,
            start=start,
            token=token,
            fields=fields,
            highlights=highlights,
            until_caught_up=until_caught_up,
            on_reset=on_reset,
            patience=Patience(
                self.address, self._calls.retries, None, LONGEST_WATCH_PAUSE
            ),
        )
        watch = AsyncWatch(
            core,
            lambda request: self._calls.stream(_rpc.WATCH, request),
            store=cursor_store,
            key=cursor_key(proto, key),
            timeout=timeout,
            open_timeout=self._calls.timeout,
            timed_out=lambda: timed_out(self.address),
        )
        self._watches.add(watch)
        return watch

    # The server.

    async def info(self, *, timeout: Optional[float] = None) -> ServerInfo:
        """Returns what does not change while the server runs."""
        request = server_pb.GetServerInfoRequest()
        return ServerInfo.from_proto(
            await self._calls.unary(_rpc.GET_SERVER_INFO, request, timeout)
        )

    async def stats(self, *, timeout: Optional[float] = None) -> ServerStats:
        """Returns counts and sizes of this moment."""
        request = server_pb.GetServerStatsRequest()
        return ServerStats.from_proto(
            await self._calls.unary(_rpc.GET_SERVER_STATS, request, timeout)
        )

    async def health(
        self, service: str = "", *, timeout: Optional[float] = None
    ) -> str:
        """Returns SERVING when the server is ready; as `Client.health`."""
        return await self._calls.health(service, timeout)
