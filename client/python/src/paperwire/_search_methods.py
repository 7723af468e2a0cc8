"""Searching and what is near to it: the methods of both clients."""

from __future__ import annotations

from typing import (
    Any,
    Awaitable,
    Callable,
    Iterable,
    List,
    Literal,
    Optional,
    Union,
    overload,
)

import grpc

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls, AsyncReader
from paperwire._blocking import Calls
from paperwire._channel import call_timeout, timed_out
from paperwire._convert import Span, Time, to_mask
from paperwire._requests import (
    FacetsArgument,
    Fields,
    search_request,
    similar_request,
)
from paperwire._streams import Reader
from paperwire.errors import PaperwireError, from_rpc_error, from_status
from paperwire.exporting import AsyncExport, Export
from paperwire.query import AnyQuery, Words, query_proto
from paperwire.results import AsyncResults, Results, Similar
from paperwire.suggesting import Kinds, Suggestion, Suggestions, suggest_request
from paperwire.v1 import search_service_pb2 as search_pb


class SearchMethods:
    """What `Client` can ask."""

    _calls: Calls

    def search(
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
        boost_recency: Optional[Span] = None,
        boost_votes: float = 0,
        facets: FacetsArgument = None,
        highlights: bool = True,
        explain: bool = False,
        limit: Optional[int] = None,
        page_size: Optional[int] = None,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Results:
        """Finds the papers that match best.

        Args:
            query: The text in the search-box language, or a `Query`. Empty:
                all papers.
            categories: Any of these; replaces that of a `Query`, as do the
                filters that follow. They are explained at `Query`.
            sources: Any of these.
            published_after: At this time or later.
            published_before: Before this time.
            has: With links of all these kinds.
            min_votes: With at least so many votes.
            strict: Full matches only. Else partial ones, which have only
                some of the words, fill up the last page.
            order_by: relevance, newest, oldest, votes or stored (newest
                first).
            boost_recency: Raise recent papers: those of today score twice as
                high, those this old (seconds, or a timedelta) one and a half
                times. None: no boost.
            boost_votes: Raise papers with votes, by this times their score
                at most, by half of that with 20 votes. 0: no boost.
            facets: What to count: category, year, venue, source, has_code.
                A mapping gives the number of values (`{"category": 50}`).
            highlights: Return where the words stand.
            explain: Return how each score came about.
            limit: How many hits at most. None: all full matches.
            page_size: Hits fetched at once; 20 and growing unless given.
            fields: Which fields of the papers to return ("title,authors").
            timeout: Seconds that a page may take.

        Raises:
            InvalidQuery: The text cannot be parsed; says where.
            InvalidArgument: Another part of the query is wrong.
            ValueError: An argument is none of its known values.
        """
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
            boost_recency=boost_recency,
            boost_votes=boost_votes,
            facets=facets,
            highlights=highlights,
            explain=explain,
            limit=limit,
            page_size=page_size,
            fields=fields,
        )
        return Results(
            request,
            limit,
            self._calls.unary(_rpc.SEARCH, request, timeout),
            lambda page: self._calls.unary(_rpc.SEARCH, page, timeout),
        )

    @overload
    def search_batch(
        self,
        queries: Iterable[AnyQuery],
        *,
        return_errors: Literal[False] = False,
        strict: bool = False,
        limit: Optional[int] = None,
        highlights: bool = True,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> List[Results]: ...

    @overload
    def search_batch(
        self,
        queries: Iterable[AnyQuery],
        *,
        return_errors: Literal[True],
        strict: bool = False,
        limit: Optional[int] = None,
        highlights: bool = True,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> List[Union[Results, PaperwireError]]: ...

    def search_batch(
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
        """Answers up to 100 queries in one call, over the same snapshot.

        Args:
            queries: 1 to 100 queries.
            return_errors: Put the error of a query in its place among the
                results. Else the first one is raised.
            strict: As for `search`, like the arguments that follow.
            limit: How many hits at most, for each query.
            highlights: Return where the words stand.
            fields: Which fields of the papers to return.
            timeout: Seconds that the call may take.

        Raises:
            InvalidArgument: There are no queries, or more than 100.
            PaperwireError: The error of the first query that failed.
        """
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
        response = self._calls.unary(
            _rpc.SEARCH_BATCH,
            search_pb.SearchBatchRequest(requests=requests),
            timeout,
        )
        results: List[Union[Results, PaperwireError]] = []
        for request, result in zip(requests, response.results):
            if result.WhichOneof("result") == "error":
                failure = from_status(result.error)
                if not return_errors:
                    raise failure
                results.append(failure)
                continue
            results.append(
                Results(
                    request,
                    limit,
                    result.response,
                    lambda page: self._calls.unary(_rpc.SEARCH, page, timeout),
                )
            )
        return results

    def similar(
        self,
        name: str,
        *,
        query: Optional[AnyQuery] = None,
        limit: int = 10,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Similar:
        """Finds papers that share the telling terms of a given one.

        Args:
            name: The paper, by any of its names; see `get`.
            query: A condition on the papers to return.
            limit: How many, 1 to 100.
            fields: Which fields of the papers to return.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such paper.
            InvalidQuery: The query cannot be parsed.
        """
        request = similar_request(name, query, limit, fields)
        return Similar(
            self._calls.unary(_rpc.SEARCH_SIMILAR_PAPERS, request, timeout)
        )

    def suggest(
        self,
        text: str,
        *,
        kinds: Kinds = None,
        limit: int = 5,
        timeout: Optional[float] = None,
    ) -> Suggestions:
        """Completes what someone types: titles, authors and terms.

        Args:
            text: Plain words, the last one perhaps not to its end.
            kinds: title, author, term, in the order wanted. None: all.
            limit: How many of each kind, 1 to 20.
            timeout: Seconds that the call may take.

        Raises:
            InvalidArgument: The text is longer than 512 bytes.
            ValueError: There is no such kind.
        """
        request = suggest_request(text, kinds, limit)
        answer = self._calls.unary(_rpc.SUGGEST, request, timeout)
        return Suggestions(Suggestion.from_proto(s) for s in answer.suggestions)

    def export(
        self,
        query: AnyQuery = "",
        *,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Export:
        """Streams every full match of a query, in the order of storing.

        Args:
            query: What to export; empty for every active paper.
            fields: Which fields of the papers to return.
            timeout: The longest wait for a part, in seconds.

        Raises:
            InvalidQuery: The query cannot be parsed.
        """
        request = search_pb.ExportPapersRequest(
            query=query_proto(query), read_mask=to_mask(fields)
        )
        wait = call_timeout(timeout, self._calls.timeout)
        reader: Reader[search_pb.ExportPapersResponse] = self._calls.stream(
            _rpc.EXPORT_PAPERS, request, 2
        )

        def read() -> Optional[search_pb.ExportPapersResponse]:
            try:
                return reader.get(wait)
            except TimeoutError:
                reader.cancel()
                raise timed_out(self._calls.endpoint.target) from None
            except grpc.RpcError as error:
                raise from_rpc_error(
                    error, self._calls.endpoint.target
                ) from error

        return Export(read, reader.cancel)


class AsyncSearchMethods:
    """What `AsyncClient` can ask."""

    _calls: AsyncCalls

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
        boost_recency: Optional[Span] = None,
        boost_votes: float = 0,
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
            boost_recency=boost_recency,
            boost_votes=boost_votes,
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
                raise timed_out(self._calls.endpoint.target) from None
            except grpc.RpcError as error:
                raise from_rpc_error(
                    error, self._calls.endpoint.target
                ) from error
            return part

        def cancel() -> None:
            if stream is not None:
                stream.cancel()

        return AsyncExport(read, cancel)
