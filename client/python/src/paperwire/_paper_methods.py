"""Single papers, lists and imports: the methods of both clients."""

from __future__ import annotations

from typing import Iterable, List, Optional, Tuple

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls, Papers
from paperwire._asyncio import run_import as run_async_import
from paperwire._blocking import Calls, run_import
from paperwire._channel import call_timeout
from paperwire._convert import Time, to_mask
from paperwire._info import Change
from paperwire._progress import ProgressArgument, Reporter
from paperwire._requests import Fields, list_request
from paperwire.errors import PaperwireError
from paperwire.importing import Importable, ImportReport, ImportSession
from paperwire.names import paper_name
from paperwire.papers import Paper
from paperwire.results import AsyncPaperList, PaperList
from paperwire.v1 import paper_service_pb2 as papers_pb

BATCH_NAMES = 1000


class PaperMethods:
    """What `Client` does with papers."""

    _calls: Calls

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


class AsyncPaperMethods:
    """What `AsyncClient` does with papers."""

    _calls: AsyncCalls

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
            await run_async_import(
                self._calls, session, papers, reporter.acknowledge, wait
            )
        except PaperwireError as error:
            error.report = session.finish()
            raise
        finally:
            reporter.close()
        return session.finish()
