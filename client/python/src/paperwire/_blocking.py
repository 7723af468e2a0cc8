"""Calls of the blocking gRPC API: retries, timeouts, streams, imports."""

from __future__ import annotations

import queue
import time
from typing import Any, Callable, Iterable, Iterator, Optional

import grpc

from paperwire import _rpc
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
from paperwire._streams import Reader
from paperwire.errors import from_rpc_error
from paperwire.importing import WINDOW, Importable, ImportSession
from paperwire.v1 import paper_service_pb2 as papers_pb

Acknowledge = Callable[[papers_pb.ImportPapersResponse], None]


class Calls:
    """A channel, and how to call over it. Threads may share one.

    Args:
        endpoint: Where the server is.
        timeout: Of a call that gives none, in seconds.
        retries: How often a call is tried again when no server answers.
    """

    def __init__(
        self, endpoint: Endpoint, timeout: float, retries: int
    ) -> None:
        self.endpoint = endpoint
        self.timeout = timeout
        self.retries = retries
        self._closed = False
        target, options = endpoint.target, endpoint.options
        self._channel = (
            grpc.insecure_channel(target, options)
            if endpoint.credentials is None
            else grpc.secure_channel(target, endpoint.credentials, options)
        )

    def close(self) -> None:
        """Closes the channel; what is under way ends."""
        self._closed = True
        self._channel.close()

    def unary(
        self,
        method: _rpc.Method[_rpc.Request, _rpc.Response],
        request: _rpc.Request,
        timeout: Optional[float],
        again: bool = True,
    ) -> _rpc.Response:
        """Calls a method.

        Args:
            method: Which.
            request: Its request.
            timeout: Seconds for the whole, retries included.
            again: Whether it may be tried again when no server answers.

        Raises:
            PaperwireError: The call failed.
        """
        call: Any = self._channel.unary_unary(
            method.path, method.encode, method.decode
        )
        answer: _rpc.Response = self._retrying(call, request, timeout, again)
        return answer

    def health(self, service: str, timeout: Optional[float]) -> str:
        """Calls `grpc.health.v1.Health/Check`; raises as `unary`."""
        call: Any = self._channel.unary_unary(_rpc.HEALTH_PATH)
        request = _rpc.health_request(service)
        answer: bytes = self._retrying(call, request, timeout, True)
        return _rpc.health_status(answer)

    def _retrying(
        self, call: Any, request: Any, timeout: Optional[float], again: bool
    ) -> Any:
        deadline = time.monotonic() + call_timeout(timeout, self.timeout)
        failures = 0
        while True:
            try:
                return call(
                    request,
                    timeout=max(0.0, deadline - time.monotonic()),
                    metadata=self.endpoint.metadata,
                )
            except ValueError:
                if self._closed:
                    raise closed() from None
                raise
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
                time.sleep(pause)

    def stream(
        self,
        method: Any,
        request: Any,
        ahead: int,
        on_item: Optional[Callable[[Any], None]] = None,
    ) -> Reader[Any]:
        """Starts a streaming call.

        Args:
            method: Which.
            request: Its request, or an iterator of requests.
            ahead: How many answers to fetch ahead.
            on_item: As for `Reader`.
        """
        kind: Any = (
            self._channel.stream_stream
            if isinstance(request, Iterator)
            else self._channel.unary_stream
        )
        call = kind(method.path, method.encode, method.decode)
        return Reader(
            call(request, metadata=self.endpoint.metadata), ahead, on_item
        )


def run_import(
    calls: Calls,
    session: ImportSession,
    papers: Iterable[Importable],
    acknowledge: Acknowledge,
    wait: float,
) -> None:
    """Runs an import over as many connections as it takes.

    Args:
        calls: The channel.
        session: The import.
        papers: What to import; read in this thread, as it is sent.
        acknowledge: Is given every answer.
        wait: The longest wait for an answer, in seconds.

    Raises:
        PaperwireError: The import broke off.
    """
    source = _Source(_batches(session, papers))
    patience = Patience(
        calls.endpoint.target, calls.retries, IMPORT_OUTAGE, LONGEST_PAUSE
    )
    while source.more or session.pending:
        failure: Optional[grpc.RpcError] = None
        try:
            _run_stream(calls, session, source, acknowledge, patience, wait)
        except grpc.RpcError as error:
            failure = error
        if source.more or session.pending:
            time.sleep(patience.lost(failure))


class _Source:
    """The batches to come."""

    def __init__(
        self, batches: Iterator[papers_pb.ImportPapersRequest]
    ) -> None:
        self._batches = batches
        self.more = True

    def next(self) -> Optional[papers_pb.ImportPapersRequest]:
        batch = next(self._batches, None)
        self.more = batch is not None
        return batch


def _run_stream(
    calls: Calls,
    session: ImportSession,
    source: _Source,
    acknowledge: Acknowledge,
    patience: Patience,
    wait: float,
) -> None:
    """Sends what is pending and what comes, until the stream ends."""
    outbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for batch in session.pending:
        outbox.put(batch.request)
    reader: Optional[Reader[papers_pb.ImportPapersResponse]] = None
    try:
        while source.more or session.pending:
            if source.more and len(session.pending) < WINDOW:
                request = source.next()
                if request is not None:
                    outbox.put(request)
            if not session.pending:
                continue
            if reader is None:
                requests = iter(outbox.get, None)
                reader = calls.stream(_rpc.IMPORT_PAPERS, requests, WINDOW)
            # Waits only when it is the server's turn.
            full = not source.more or len(session.pending) >= WINDOW
            try:
                answer = reader.get(wait if full else 0.0)
            except TimeoutError:
                if full:
                    raise timed_out(calls.endpoint.target) from None
                continue
            if answer is None:
                return
            acknowledge(answer)
            patience.worked()
    finally:
        outbox.put(None)  # ends the request stream, and gRPC's thread on it
        if reader is not None and (source.more or session.pending):
            reader.cancel()


def _batches(
    session: ImportSession, papers: Iterable[Importable]
) -> Iterator[papers_pb.ImportPapersRequest]:
    for paper in papers:
        batch = session.add(paper)
        if batch is not None:
            yield batch
    batch = session.flush()
    if batch is not None:
        yield batch
