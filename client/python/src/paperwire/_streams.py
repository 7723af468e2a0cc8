"""Reading a stream of the blocking gRPC API with a timeout.

gRPC's iterators block without end. A `Reader` runs the iterator in a thread
of its own, and hands over what comes through a short queue: when nobody
reads, the queue fills, the thread stops, and flow control stops the server.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Callable, Deque, Generic, Optional, TypeVar

import grpc

Item = TypeVar("Item")


class _Pipe(Generic[Item]):
    """A bounded queue with an end, which may be an error."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: Deque[Item] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._error: Optional[BaseException] = None

    def put(self, item: Item) -> bool:
        """Waits for room; False when the pipe has been closed."""
        with self._changed:
            while len(self._items) >= self._capacity and not self._ended:
                self._changed.wait()
            if self._ended:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def end(self, error: Optional[BaseException]) -> None:
        with self._changed:
            if not self._ended:
                self._ended = True
                self._error = error
            self._changed.notify_all()

    def get(self, timeout: Optional[float]) -> Optional[Item]:
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not self._items:
                if self._ended:
                    if self._error is not None:
                        raise self._error
                    return None
                # Waits in slices, so that Ctrl-C is heard on every platform.
                left = 3600.0
                if deadline is not None:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise TimeoutError
                self._changed.wait(min(left, 3600.0))
            item = self._items.popleft()
            self._changed.notify_all()
            return item


def _pump(
    call: Any, pipe: _Pipe[Any], on_item: Optional[Callable[[Any], None]]
) -> None:
    """The thread; holds neither the reader nor who owns it."""
    try:
        for item in call:
            if on_item is not None:
                on_item(item)
            if not pipe.put(item):
                return
    except grpc.RpcError as error:
        pipe.end(error)
    else:
        pipe.end(None)


class Reader(Generic[Item]):
    """The answers of one call. One thread may read; any may cancel.

    Args:
        call: A response-streaming call of `grpc`.
        capacity: How many answers to fetch ahead.
        on_item: Is given each answer as it arrives, by another thread.
    """

    def __init__(
        self,
        call: Any,
        capacity: int,
        on_item: Optional[Callable[[Item], None]] = None,
    ) -> None:
        self._call = call
        self._pipe: _Pipe[Item] = _Pipe(capacity)
        threading.Thread(
            target=_pump,
            args=(call, self._pipe, on_item),
            name="paperwire-reader",
            daemon=True,
        ).start()

    def get(self, timeout: Optional[float]) -> Optional[Item]:
        """Returns the next answer; None when the stream ended well.

        Args:
            timeout: The longest wait in seconds; None for ever.

        Raises:
            TimeoutError: Nothing came in time; more may come.
            grpc.RpcError: The call failed, or was cancelled.
        """
        return self._pipe.get(timeout)

    def cancel(self) -> None:
        """Ends the call; whoever waits in `get` gets the error."""
        self._call.cancel()
        self._pipe.end(None)

    def __del__(self) -> None:
        self.cancel()
