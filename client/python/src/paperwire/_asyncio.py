"""Calls of `grpc.aio`: retries, timeouts, streams, imports.

The same as `_blocking`, awaited; see there for what is not explained here.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import (
    Any,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Deque,
    Iterable,
    Optional,
    Union,
)

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
    closed,
    timed_out,
    worth_repeating,
)
from paperwire.errors import from_rpc_error
from paperwire.importing import WINDOW, Importable, ImportSession
from paperwire.v1 import paper_service_pb2 as papers_pb

_LISTEN_SECONDS = 0.3
Papers = Union[Iterable[Importable], AsyncIterable[Importable]]


class AsyncCalls:
    """A channel, and how to call over it, from one event loop."""

    def __init__(
        self, endpoint: Endpoint, timeout: float, retries: int
    ) -> None:
        self.endpoint = endpoint
        self.timeout = timeout
        self.retries = retries
        self._closed = False
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
        self._closed = True
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
            if self._closed:
                raise closed()
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
                    not worth_repeating(error, self._closed)
                    or not again
                    or failures > self.retries
                    or time.monotonic() + pause >= deadline
                ):
                    target = self.endpoint.target
                    raise from_rpc_error(error, target) from error
                await asyncio.sleep(pause)

    def stream(
        self,
        method: Any,
        request: Any = None,
        on_item: Optional[Callable[[Any], None]] = None,
    ) -> AsyncReader:
        """Starts a streaming call; without a request, in both directions.

        With `on_item` answers are fetched as they arrive, and it is given
        each of them then.
        """
        metadata = self.endpoint.metadata
        if request is None:
            call = self._channel.stream_stream(
                method.path, method.encode, method.decode
            )(metadata=metadata)
        else:
            call = self._channel.unary_stream(
                method.path, method.encode, method.decode
            )(request, metadata=metadata)
        return (
            AsyncReader(call) if on_item is None else EagerReader(call, on_item)
        )


class AsyncReader:
    """One streaming call. As `_streams.Reader`, and it writes as well."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._read: Optional[asyncio.Future[Any]] = None

    async def get(self, timeout: float) -> Any:
        """Returns the next answer; None when the stream ended well.

        A read that times out is kept for the next time: to cancel it would
        end the call.

        Raises:
            TimeoutError: Nothing came in time; more may come.
            grpc.RpcError: The call failed.
        """
        if self._read is None:
            self._read = asyncio.ensure_future(self._call.read())
        done, _ = await asyncio.wait({self._read}, timeout=timeout)
        if not done:
            raise TimeoutError
        read, self._read = self._read, None
        answer = grpc.aio.EOF if read is None else read.result()
        return None if answer is grpc.aio.EOF else answer

    async def write(self, request: Any, timeout: float) -> None:
        """Sends a request; who reads finds out when the call has ended.

        Raises:
            TimeoutError: It could not be sent in time; the call is over.
            grpc.RpcError: The call failed.
        """
        try:
            await asyncio.wait_for(self._call.write(request), timeout)
        except asyncio.TimeoutError:
            raise TimeoutError from None
        except asyncio.InvalidStateError:
            return

    async def done_writing(self) -> None:
        """Ends the stream of requests."""
        await self._call.done_writing()

    def cancel(self) -> None:
        """Ends the call; whoever waits in `get` gets None."""
        read, self._read = self._read, None
        if read is not None and read.done() and not read.cancelled():
            read.exception()  # else asyncio complains that nobody asked
        elif read is not None:
            read.cancel()
        self._call.cancel()


class EagerReader(AsyncReader):
    """Reads by a task of its own, whether anybody asks or not.

    Args:
        call: A response-streaming call of `grpc.aio`.
        on_item: Is given each answer as it arrives.
    """

    def __init__(self, call: Any, on_item: Callable[[Any], None]) -> None:
        super().__init__(call)
        self._items: Deque[Any] = deque()
        self._changed = asyncio.Event()
        self._ended = False
        self._error: Optional[grpc.RpcError] = None
        self._task = asyncio.ensure_future(self._pump(on_item))

    async def _pump(self, on_item: Callable[[Any], None]) -> None:
        try:
            while (item := await self._call.read()) is not grpc.aio.EOF:
                on_item(item)
                self._items.append(item)
                self._changed.set()
        except grpc.RpcError as error:
            self._error = error
        finally:
            self._ended = True
            self._changed.set()

    async def get(self, timeout: float) -> Any:
        """As `AsyncReader.get`."""
        while not self._items:
            if self._error is not None:
                raise self._error
            if self._ended:
                return None
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), timeout)
            except asyncio.TimeoutError:
                raise TimeoutError from None
        return self._items.popleft()

    def cancel(self) -> None:
        """As `AsyncReader.cancel`."""
        self._ended = True
        self._changed.set()
        self._task.cancel()
        super().cancel()


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
    careful = False
    while source.more or session.pending:
        failure: Optional[grpc.RpcError] = None
        try:
            await _run_stream(
                calls, session, source, acknowledge, patience, wait, careful
            )
        except grpc.RpcError as error:
            failure = error
            careful = error.code() is grpc.StatusCode.INTERNAL
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
    careful: bool,
) -> None:
    """Sends what is pending and what comes, until the stream ends.

    When a call ends while a request is being written, `grpc.aio` reports an
    INTERNAL error of its own and forgets what the server said. After such a
    failure we are careful: we listen before we write, and write the next
    request only after the answer to the last.
    """
    window = 1 if careful else WINDOW
    unsent = [batch.request for batch in session.pending]
    stream: Optional[AsyncReader] = None
    try:
        while source.more or session.pending:
            if source.more and len(session.pending) < window:
                request = await source.next()
                if request is not None:
                    unsent.append(request)
            if not session.pending:
                continue
            if stream is None:
                stream = await _open(calls, careful)
            in_flight = len(session.pending) - len(unsent)
            while unsent and in_flight < window:
                await stream.write(unsent.pop(0), wait)
                in_flight += 1
            if source.more and len(session.pending) < window:
                continue
            answer = await stream.get(wait)
            if answer is None:
                return
            acknowledge(answer)
            patience.worked()
        if stream is not None:
            await stream.done_writing()
            await stream.get(wait)
    except TimeoutError:
        raise timed_out(calls.endpoint.target) from None
    finally:
        if stream is not None:
            stream.cancel()


async def _open(calls: AsyncCalls, careful: bool) -> AsyncReader:
    stream = calls.stream(_rpc.IMPORT_PAPERS)
    if careful:
        with contextlib.suppress(TimeoutError):
            await stream.get(_LISTEN_SECONDS)
    return stream


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
