"""Calls of `grpc.aio`: retries, timeouts, streams, imports.

The same as `_blocking`, awaited; see there for what is not explained here.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, AsyncIterable, AsyncIterator, Iterable, Optional, Union

import grpc
import grpc.aio

from paperwire import _rpc
from paperwire._blocking import Acknowledge
from paperwire._channel import (
    IMPORT_OUTAGE,
    LONGEST_PAUSE,
    Endpoint,
    Patience,
    backoff,
    call_timeout,
    timed_out,
)
from paperwire.errors import from_rpc_error
from paperwire.importing import WINDOW, Importable, ImportSession
from paperwire.v1 import paper_service_pb2 as papers_pb

Papers = Union[Iterable[Importable], AsyncIterable[Importable]]


class AsyncCalls:
    """A channel, and how to call over it, from one event loop."""

    def __init__(
        self, endpoint: Endpoint, timeout: float, retries: int
    ) -> None:
        self.endpoint = endpoint
        self.timeout = timeout
        self.retries = retries
        self._opened: Any = None  # belongs to the loop of the first call

    @property
    def _channel(self) -> Any:
        if self._opened is None:
            target, options = self.endpoint.target, self.endpoint.options
            credentials = self.endpoint.credentials
            self._opened = (
                grpc.aio.insecure_channel(target, options)
                if credentials is None
                else grpc.aio.secure_channel(target, credentials, options)
            )
        return self._opened

    async def close(self) -> None:
        """Closes the channel; what is under way ends."""
        if self._opened is not None:
            await self._opened.close()

    async def unary(
        self,
        method: _rpc.Method[_rpc.Request, _rpc.Response],
        request: _rpc.Request,
        timeout: Optional[float],
        again: bool = True,
    ) -> _rpc.Response:
        """Calls a method; raises PaperwireError."""
        call = self._channel.unary_unary(
            method.path, method.encode, method.decode
        )
        answer: _rpc.Response = await self._retrying(
            call, request, timeout, again
        )
        return answer

    async def health(self, service: str, timeout: Optional[float]) -> str:
        """Calls `grpc.health.v1.Health/Check`; raises PaperwireError."""
        call = self._channel.unary_unary(_rpc.HEALTH_PATH)
        request = _rpc.health_request(service)
        answer: bytes = await self._retrying(call, request, timeout, True)
        return _rpc.health_status(answer)

    async def _retrying(
        self, call: Any, request: Any, timeout: Optional[float], again: bool
    ) -> Any:
        deadline = time.monotonic() + call_timeout(timeout, self.timeout)
        failures = 0
        while True:
            try:
                return await call(
                    request,
                    timeout=max(0.0, deadline - time.monotonic()),
                    metadata=self.endpoint.metadata,
                )
            except grpc.RpcError as error:
                failures += 1
                pause = backoff(failures, LONGEST_PAUSE)
                if (
                    error.code() is not grpc.StatusCode.UNAVAILABLE
                    or not again
                    or failures > self.retries
                    or time.monotonic() + pause >= deadline
                ):
                    target = self.endpoint.target
                    raise from_rpc_error(error, target) from error
                await asyncio.sleep(pause)

    def stream(self, method: Any, request: Any = None) -> Any:
        """Starts a streaming call; without a request, in both directions."""
        metadata = self.endpoint.metadata
        if request is None:
            return self._channel.stream_stream(
                method.path, method.encode, method.decode
            )(metadata=metadata)
        return self._channel.unary_stream(
            method.path, method.encode, method.decode
        )(request, metadata=metadata)

    async def read(self, call: Any, timeout: float) -> Any:
        """Returns the next answer of a stream; None when it ended well.

        Raises:
            DeadlineExceeded: Nothing came in time; the call is over.
            grpc.RpcError: The call failed.
        """
        try:
            answer = await asyncio.wait_for(call.read(), timeout)
        except asyncio.TimeoutError:
            raise timed_out(self.endpoint.target) from None
        return None if answer is grpc.aio.EOF else answer


async def run_import(
    calls: AsyncCalls,
    session: ImportSession,
    papers: Papers,
    acknowledge: Acknowledge,
    wait: float,
) -> None:
    """Runs an import over as many connections as it takes."""
    batches = _batches(session, papers)
    patience = Patience(
        calls.endpoint.target, calls.retries, IMPORT_OUTAGE, LONGEST_PAUSE
    )
    source = _Source(batches)
    while source.more or session.pending:
        failure: Optional[grpc.RpcError] = None
        try:
            await _run_stream(
                calls, session, source, acknowledge, patience, wait
            )
        except grpc.RpcError as error:
            failure = error
        if source.more or session.pending:
            await asyncio.sleep(patience.lost(failure))


class _Source:
    """The batches to come."""

    def __init__(
        self, batches: AsyncIterator[papers_pb.ImportPapersRequest]
    ) -> None:
        self._batches = batches
        self.more = True

    async def next(self) -> Optional[papers_pb.ImportPapersRequest]:
        async for batch in self._batches:
            return batch
        self.more = False
        return None


async def _run_stream(
    calls: AsyncCalls,
    session: ImportSession,
    source: _Source,
    acknowledge: Acknowledge,
    patience: Patience,
    wait: float,
) -> None:
    """Sends what is pending and what comes, until the stream ends."""
    unsent = [batch.request for batch in session.pending]
    call: Any = None
    try:
        while source.more or session.pending:
            if source.more and len(session.pending) < WINDOW:
                request = await source.next()
                if request is not None:
                    unsent.append(request)
            if not session.pending:
                continue
            if call is None:
                call = calls.stream(_rpc.IMPORT_PAPERS)
            while unsent:
                await _write(calls, call, unsent.pop(0), wait)
            if source.more and len(session.pending) < WINDOW:
                continue
            answer = await calls.read(call, wait)
            if answer is None:
                return
            acknowledge(answer)
            patience.worked()
        if call is not None:
            await call.done_writing()
            await calls.read(call, wait)
    finally:
        if call is not None:
            call.cancel()


async def _write(
    calls: AsyncCalls, call: Any, request: Any, wait: float
) -> None:
    """Sends a batch; when the call has ended, raises what ended it.

    A call that ended in good order raises nothing: who reads finds out.
    """
    try:
        await asyncio.wait_for(call.write(request), wait)
    except asyncio.TimeoutError:
        raise timed_out(calls.endpoint.target) from None
    except asyncio.InvalidStateError:
        await calls.read(call, wait)


async def _batches(
    session: ImportSession, papers: Papers
) -> AsyncIterator[papers_pb.ImportPapersRequest]:
    async for paper in _walk(papers):
        batch = session.add(paper)
        if batch is not None:
            yield batch
    batch = session.flush()
    if batch is not None:
        yield batch


async def _walk(papers: Papers) -> AsyncIterator[Importable]:
    if isinstance(papers, AsyncIterable):
        async for paper in papers:
            yield paper
    else:
        for paper in papers:
            yield paper
