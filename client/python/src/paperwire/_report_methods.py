"""Picks and signals: the methods of both clients."""

from __future__ import annotations

from typing import Optional, Union

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._asyncio import run_import as run_async_import
from paperwire._blocking import Calls, run_import
from paperwire._channel import call_timeout
from paperwire._convert import Time
from paperwire.errors import InvalidArgument, NotFound
from paperwire.importing import ImportSession
from paperwire.papers import Paper
from paperwire.reporting import (
    ReportResult,
    id_request,
    ids_to_try,
    no_id,
    pick_of,
    read_request,
    result_of,
    signal_of,
)
from paperwire.v1 import paper_pb2


class ReportMethods:
    """What `Client` says of single papers."""

    _calls: Calls

    def pick(
        self,
        paper: Union[str, Paper],
        *,
        day: Time,
        curator: str = "",
        source: str = "picks",
        timeout: Optional[float] = None,
    ) -> ReportResult:
        """Features a paper on a day, as a curator does.

        It stands on the page of that day from then on (`list(day=day,
        by="featured")`). A list has a paper once a day: another curator takes
        the place of the one before. A pick is no vote, and cannot be taken
        back.

            client.pick("arxiv:2410.01131", day="2026-11-26", curator="Ada")

        Args:
            paper: Any of its names, see `get`; or a `Paper` that the server
                gave. It needs an external id.
            day: The day.
            curator: Who picked it; empty: not known.
            source: Whose list it is.
            timeout: Seconds that each call may take.

        Raises:
            NotFound: There is no such paper.
            FailedPrecondition: It is withdrawn (reason PAPER_WITHDRAWN), or
                has no external id (NO_EXTERNAL_ID).
            InvalidArgument: The server rejects the curator or the source.
            ValueError: That names no paper, or no day.
        """
        return self._report(paper, pick_of(day, curator, source), timeout)

    def signal(
        self,
        paper: Union[str, Paper],
        kind: str,
        value: float,
        *,
        time: Optional[Time] = None,
        source: str = "signals",
        timeout: Optional[float] = None,
    ) -> ReportResult:
        """Says how much attention a paper had at a time.

        A paper has one value of each kind, the one counted last: a newer
        count takes the place of an older one, and never the other way round.

            client.signal("arxiv:2410.01131", "github-stars", 120)

        Args:
            paper: Any of its names, see `get`; or a `Paper` that the server
                gave. It needs an external id.
            kind: What is counted: `github-stars`, `citations`, `downloads`,
                or another word.
            value: The count.
            time: When it was counted; None: now.
            source: Whose word it is.
            timeout: Seconds that each call may take.

        Raises:
            NotFound: There is no such paper.
            FailedPrecondition: It is withdrawn (reason PAPER_WITHDRAWN), or
                has no external id (NO_EXTERNAL_ID).
            InvalidArgument: The server rejects the kind or the source.
            ValueError: That names no paper, or no time; or the value is not
                finite.
        """
        says = signal_of(kind, value, time, source)
        return self._report(paper, says, timeout)

    def _report(
        self,
        paper: Union[str, Paper],
        says: paper_pb2.Paper,
        timeout: Optional[float],
    ) -> ReportResult:
        found = self._calls.unary(_rpc.GET_PAPER, read_request(paper), timeout)
        for external in ids_to_try(found):
            try:
                owner = self._calls.unary(
                    _rpc.GET_PAPER, id_request(external), timeout
                )
            except (NotFound, InvalidArgument):
                continue
            if owner.name == found.name:
                says.external_ids.append(external)
                break
        else:
            raise no_id(found)
        session = ImportSession("", 1)
        wait = call_timeout(timeout, 2 * self._calls.timeout)
        run_import(self._calls, session, [says], session.acknowledge, wait)
        return result_of(found, says, session.finish())


class AsyncReportMethods:
    """What `AsyncClient` says of single papers."""

    _calls: AsyncCalls

    async def pick(
        self,
        paper: Union[str, Paper],
        *,
        day: Time,
        curator: str = "",
        source: str = "picks",
        timeout: Optional[float] = None,
    ) -> ReportResult:
        """Features a paper on a day; as `Client.pick`."""
        return await self._report(paper, pick_of(day, curator, source), timeout)

    async def signal(
        self,
        paper: Union[str, Paper],
        kind: str,
        value: float,
        *,
        time: Optional[Time] = None,
        source: str = "signals",
        timeout: Optional[float] = None,
    ) -> ReportResult:
        """Says how much attention a paper had; as `Client.signal`."""
        says = signal_of(kind, value, time, source)
        return await self._report(paper, says, timeout)

    async def _report(
        self,
        paper: Union[str, Paper],
        says: paper_pb2.Paper,
        timeout: Optional[float],
    ) -> ReportResult:
        found = await self._calls.unary(
            _rpc.GET_PAPER, read_request(paper), timeout
        )
        for external in ids_to_try(found):
            try:
                owner = await self._calls.unary(
                    _rpc.GET_PAPER, id_request(external), timeout
                )
            except (NotFound, InvalidArgument):
                continue
            if owner.name == found.name:
                says.external_ids.append(external)
                break
        else:
            raise no_id(found)
        session = ImportSession("", 1)
        wait = call_timeout(timeout, 2 * self._calls.timeout)
        await run_async_import(
            self._calls, session, [says], session.acknowledge, wait
        )
        return result_of(found, says, session.finish())
