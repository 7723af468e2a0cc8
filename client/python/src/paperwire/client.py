"""The blocking client.

import paperwire

client = paperwire.Client("localhost:7227")
client.search("sparse autoencoders")
"""

from __future__ import annotations

import weakref
from typing import (
    Any,
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

from paperwire import _rpc
from paperwire._blocking import Calls, run_import
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
from paperwire._streams import Reader
from paperwire._watch_core import Reset, WatchCore, cursor_key
from paperwire.cursors import CursorStore
from paperwire.errors import (
    PaperwireError,
    from_rpc_error,
    from_status,
)
from paperwire.exporting import Export
from paperwire.importing import (
    Importable,
    ImportReport,
    ImportSession,
)
from paperwire.names import paper_name
from paperwire.papers import Paper
from paperwire.query import AnyQuery, Words, query_proto
from paperwire.results import PaperList, Results, Similar
from paperwire.suggesting import Kinds, Suggestion, Suggestions, suggest_request
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import search_service_pb2 as search_pb
from paperwire.v1 import server_service_pb2 as server_pb
from paperwire.v1 import subscription_service_pb2 as subscription_pb
from paperwire.watch import Watch

BATCH_NAMES = 1000


class Client:
    """Talks to a Paperwire server. Threads may share one.

        with paperwire.Client() as client:
            print(client.search("sparse autoencoders", has="code"))

    Every method takes `timeout` in seconds (None: the client's), raises
    subclasses of `PaperwireError`, and, where that is safe, tries again when
    the server is not there.

    Args:
        address: `host:port`; the port is 7227 if left out. None: the
            environment's PAPERWIRE_ADDRESS, else `localhost:7227`. With
            `https://` before it, TLS is used.
        tls: True: TLS with the system's roots. A path: with those of that
            PEM file.
        credentials: Channel credentials of `grpc`, for anything else.
        metadata: Sent with every call (`{"authorization": "Bearer ..."}`).
        timeout: How long a call may take, in seconds, unless it says so
            itself.
        retries: How often a call is tried again when no server answers.

    Raises:
        ValueError: The address is not one.
        OSError: The PEM file cannot be read.
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
        self._calls = Calls(endpoint, timeout, retries)
        self._watches: weakref.WeakSet[Watch] = weakref.WeakSet()

    @property
    def address(self) -> str:
        """Where the server is."""
        return self._calls.endpoint.target

    def close(self) -> None:
        """Ends the watches and the connection."""
        for watch in list(self._watches):
            watch.stop()
        self._calls.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Any,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.address!r})"

    # Searching.

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
                raise timed_out(self.address) from None
            except grpc.RpcError as error:
                raise from_rpc_error(error, self.address) from error

        return Export(read, reader.cancel)

    # Single papers.

    def get(
        self,
        name: str,
        *,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Paper:
        """Returns a paper, withdrawn ones too.

        Args:
            name: `papers/x7f`, `arxiv:2410.01131`, `doi:10.1103/x`, a bare
                arXiv id or DOI, or the address of its page at arXiv, Hugging
                Face, doi.org, the ACL Anthology, OpenReview or Semantic
                Scholar.
            fields: Which fields to return ("title,authors").
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such paper.
            ValueError: That names no paper.
        """
        request = papers_pb.GetPaperRequest(
            name=paper_name(name), read_mask=to_mask(fields)
        )
        return Paper.from_proto(
            self._calls.unary(_rpc.GET_PAPER, request, timeout)
        )

    def get_many(
        self,
        names: Iterable[str],
        *,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> List[Paper]:
        """Returns papers in the order of their names; all or none.

        Any number of names is asked for, in calls of 1,000.

        Raises:
            NotFound: One of them is not there; the message says which.
            ValueError: One of them names no paper.
        """
        asked = [paper_name(name) for name in names]
        found: List[Paper] = []
        for at in range(0, len(asked), BATCH_NAMES):
            request = papers_pb.BatchGetPapersRequest(
                names=asked[at : at + BATCH_NAMES], read_mask=to_mask(fields)
            )
            answer = self._calls.unary(_rpc.BATCH_GET_PAPERS, request, timeout)
            found += [Paper.from_proto(paper) for paper in answer.papers]
        return found

    def list(
        self,
        *,
        day: Optional[Time] = None,
        start: Optional[Time] = None,
        end: Optional[Time] = None,
        by: str = "published",
        page_size: int = 100,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> PaperList:
        """Lists the active papers of a day or a span of time, newest first.

        Args:
            day: One day in UTC ("2024-10-03"). Neither day nor span: all.
            start: The first instant of a span.
            end: The first instant after it.
            by: Which date counts: published, featured (on a curator's list;
                the most votes of the day first) or stored.
            page_size: Papers fetched at once, 1 to 1,000.
            fields: Which fields to return.
            timeout: Seconds that a page may take.

        Raises:
            ValueError: A time is not one.
        """
        request = list_request(day, start, end, by, page_size, fields)

        def fetch() -> None:
            answer = self._calls.unary(_rpc.LIST_PAPERS, request, timeout)
            request.page_token = answer.next_page_token
            papers._take(answer.papers, answer.next_page_token)

        papers = PaperList(fetch)
        fetch()
        return papers

    def delete(
        self,
        name: str,
        *,
        etag: str = "",
        allow_missing: bool = False,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a paper for good.

        Args:
            name: The paper, by any of its names; see `get`.
            etag: Delete only if the paper's etag is this.
            allow_missing: Succeed when there is no such paper; only then is
                the call tried again when the connection breaks.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such paper.
            Aborted: The etag differs.
        """
        request = papers_pb.DeletePaperRequest(
            name=paper_name(name), etag=etag, allow_missing=allow_missing
        )
        self._calls.unary(
            _rpc.DELETE_PAPER, request, timeout, again=allow_missing
        )

    def changes(
        self, name: str, *, timeout: Optional[float] = None
    ) -> List[Change]:
        """Returns what the journal says of a paper, newest first.

        Raises:
            NotFound: There is no such paper.
        """
        request = papers_pb.ListPaperChangesRequest(
            name=paper_name(name), page_size=1000
        )
        changes: List[Change] = []
        while True:
            answer = self._calls.unary(
                _rpc.LIST_PAPER_CHANGES, request, timeout
            )
            changes += [Change.from_proto(change) for change in answer.changes]
            request.page_token = answer.next_page_token
            if not request.page_token:
                return changes

    def split(
        self, name: str, sequence: int, *, timeout: Optional[float] = None
    ) -> Tuple[Paper, Paper]:
        """Undoes a merge; the two are kept apart from then on.

        Args:
            name: The paper, by any of its names; see `get`.
            sequence: The merge: the sequence of a change "merged".
            timeout: Seconds that the call may take. It is not tried again.

        Returns:
            The paper without what was joined to it, and that as a paper.

        Raises:
            NotFound: There is no such paper.
            FailedPrecondition: That was no merge, or was undone already.
        """
        request = papers_pb.SplitPaperRequest(
            name=paper_name(name), sequence=sequence
        )
        answer = self._calls.unary(
            _rpc.SPLIT_PAPER, request, timeout, again=False
        )
        return (
            Paper.from_proto(answer.paper),
            Paper.from_proto(answer.split_paper),
        )

    # Papers in.

    def import_papers(
        self,
        papers: Iterable[Importable],
        *,
        source: str = "",
        batch_size: int = 500,
        progress: ProgressArgument = None,
        timeout: Optional[float] = None,
    ) -> ImportReport:
        """Stores papers; when it returns, they are durable and searchable.

        Papers are read as they are sent: a generator over a large file needs
        little memory. A lost connection is made anew, for up to two minutes,
        and batches that were not acknowledged are sent again; the server
        applies each once.

        Args:
            papers: `Paper` objects, mappings with the names of its
                arguments, or messages.
            source: The source of papers that name none ("arxiv"); the
                server calls it "import" if empty.
            batch_size: Papers in a batch, 1 to 10,000.
            progress: True: a bar. False: none. None: a bar on terminals and
                in notebooks. A function is called after every batch with an
                `ImportProgress`.
            timeout: The longest wait for an acknowledgement, in seconds
                (None: twice the client's).

        Returns:
            What became of them. A paper that is not fit is rejected alone,
            and listed there with its reason.

        Raises:
            PaperwireError: The import broke off. Its `report` says what was
                acknowledged before; that stays.
            TypeError: Something given is nothing a paper can be made of.
        """
        session = ImportSession(source, batch_size)
        reporter = Reporter(session, progress, papers)
        try:
            wait = call_timeout(timeout, 2 * self._calls.timeout)
            run_import(self._calls, session, papers, reporter.acknowledge, wait)
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
        cursor_store: Optional[CursorStore] = None,
        key: Optional[str] = None,
        until_caught_up: bool = False,
        on_reset: Optional[Callable[[Reset], None]] = None,
        highlights: bool = True,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Watch:
        """Waits for papers that start to match a query.

            for match in client.watch("sparse autoencoders"):
                print(match.paper.title)

        When this returns, the server has taken the watch's place: what is
        stored from then on comes. A connection that breaks is made anew, for
        as long as it takes, and goes on where it was; no match comes twice.

        Args:
            query: What to watch for; its full matches come.
            start: "now", "beginning" (all that is stored, then what comes),
                or a time: what was stored since.
            token: Go on behind this token of an earlier watch with the same
                query (`match.token`); `start` does not count then.
            cursor_store: Keeps the place: the token of a match is stored
                when the loop comes back for the next one. If it holds a
                token, `start` and `token` do not count.
            key: The watch's key in the store. None: made of the query.
            until_caught_up: End when everything stored so far has come.
            on_reset: Is told when the server's data was put back to an older
                state. None: a `ResetWarning`.
            highlights: Return where the words stand.
            fields: Which fields of the papers to return.
            timeout: End the loop after so many seconds without a match; a
                new loop over the same watch goes on. None: never.

        Raises:
            InvalidQuery: The query cannot be parsed.
            InvalidArgument: The token is not one of this query and server.
            CursorTooOld: The journal no longer reaches back to the token.
            Unavailable: There is no server.
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

        def connect(
            request: subscription_pb.WatchRequest,
        ) -> Reader[subscription_pb.WatchResponse]:
            return self._calls.stream(_rpc.WATCH, request, 32)

        watch = Watch(
            core,
            connect,
            store=cursor_store,
            key=cursor_key(proto, key),
            timeout=timeout,
            open_timeout=self._calls.timeout,
            timed_out=lambda: timed_out(self.address),
        )
        self._watches.add(watch)
        return watch

    # The server.

    def info(self, *, timeout: Optional[float] = None) -> ServerInfo:
        """Returns what does not change while the server runs."""
        request = server_pb.GetServerInfoRequest()
        return ServerInfo.from_proto(
            self._calls.unary(_rpc.GET_SERVER_INFO, request, timeout)
        )

    def stats(self, *, timeout: Optional[float] = None) -> ServerStats:
        """Returns counts and sizes of this moment."""
        request = server_pb.GetServerStatsRequest()
        return ServerStats.from_proto(
            self._calls.unary(_rpc.GET_SERVER_STATS, request, timeout)
        )

    def health(
        self, service: str = "", *, timeout: Optional[float] = None
    ) -> str:
        """Returns SERVING when the server is ready, else NOT_SERVING.

        Args:
            service: A service of the server ("paperwire.v1.SearchService");
                empty for the whole.
            timeout: Seconds that the call may take.

        Raises:
            NotFound: There is no such service.
            Unavailable: There is no server.
        """
        return self._calls.health(service, timeout)
