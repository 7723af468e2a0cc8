"""A subscription whose matches several watchers split among them.

for match in client.watch(subscription="kites", share_group="workers"):
    work_on(match.paper)
"""

from __future__ import annotations

import asyncio
import weakref
from typing import Any, AsyncIterator, Callable, Iterator, List, Optional, Set

from paperwire._asyncio import AsyncReader
from paperwire._leases import Leases
from paperwire._shared_core import SharedCore, sequences_of
from paperwire._sharing import AsyncSharedPlace, SharedPlace
from paperwire._streams import Reader
from paperwire.matches import Match
from paperwire.v1 import subscription_service_pb2 as pb
from paperwire.watch import AsyncWatch, Watch

OnItem = Callable[[pb.WatchResponse], None]


class SharedWatch(Watch):
    """A member of a share group; see `Client.watch` with `share_group`.

    A loop over it takes part in the group, and leaves it when it ends: by its
    own end, by `break`, or by an exception in its body. Then what was not
    acknowledged goes to the other members at once. A new loop takes part
    again.
    """

    _core: SharedCore
    _place: SharedPlace

    def __init__(
        self,
        core: SharedCore,
        connect: Callable[[pb.WatchRequest, OnItem], Reader[pb.WatchResponse]],
        *,
        place: SharedPlace,
        leases: Leases,
        **options: Any,
    ) -> None:
        self._leases = leases
        self._looping = False

        def connected(request: pb.WatchRequest) -> Reader[pb.WatchResponse]:
            return connect(request, _listener(leases))

        weakref.finalize(self, _left_behind, leases, place)
        super().__init__(core, connected, place=place, **options)

    def __iter__(self) -> Iterator[Match]:
        """Begins a loop; what it has not come back from at its end is freed."""
        self._looping = True
        try:
            while True:
                try:
                    match = next(self)
                except StopIteration:
                    return
                yield match
        finally:
            self._looping = False
            self._leave()

    def commit(self) -> None:
        """Acknowledges the match in hand, and waits for all that is noted.

        Going on to the next match does this by itself, without waiting; call
        it before you leave a loop whose last match is done. With
        `auto_ack=False` it only waits for what you acknowledged.

        Raises:
            PaperwireError: It could not be acknowledged.
        """
        self._settle()
        self._place.commit("")

    def show(
        self, limit: Optional[int] = None, seconds: Optional[float] = None
    ) -> None:
        """Shows the matches as they come; as `Watch.show`."""
        try:
            super().show(limit, seconds)
        finally:
            self._leave()

    def stop(self) -> None:
        """Ends the watch; the loop over it ends. May be called twice.

        A loop that works on a match finishes that first, unless `auto_ack` is
        off. Else what is not acknowledged goes to the other members at once.
        """
        self._stopped.set()
        if not (self._looping and self._leases.auto and self._leases.working):
            self._leave()

    close = stop

    def _leave(self) -> None:
        """Tells what is to be told; then frees what is held."""
        if not (self.stopped or self._leases.auto):
            self._leases.idle()  # what is in work was handed to others
            self._place.finish()
            return
        self._core.leave()
        self._leases.give_back()
        self._place.close() if self.stopped else self._place.finish()
        self._drop()

    def _end(self) -> None:
        self.stop()

    def _keep(self, worked: bool) -> None:
        self._place.keep("", worked)


class AsyncSharedWatch(AsyncWatch):
    """As `SharedWatch`, for `async for`."""

    _core: SharedCore
    _place: AsyncSharedPlace

    def __init__(
        self,
        core: SharedCore,
        connect: Callable[[pb.WatchRequest, OnItem], AsyncReader],
        *,
        place: AsyncSharedPlace,
        leases: Leases,
        **options: Any,
    ) -> None:
        self._leases = leases
        self._looping = False
        self._leaving: Set[asyncio.Future[None]] = set()

        def connected(request: pb.WatchRequest) -> AsyncReader:
            return connect(request, _listener(leases))

        weakref.finalize(self, leases.give_back)
        super().__init__(core, connected, place=place, **options)

    async def __aiter__(self) -> AsyncIterator[Match]:
        """As `SharedWatch.__iter__`."""
        self._looping = True
        try:
            while True:
                try:
                    match = await self.__anext__()
                except StopAsyncIteration:
                    return
                yield match
        finally:
            self._looping = False
            await self._leave()

    async def commit(self) -> None:
        """As `SharedWatch.commit`."""
        await self._settle()
        await self._place.commit("")

    async def show(
        self, limit: Optional[int] = None, seconds: Optional[float] = None
    ) -> None:
        """As `SharedWatch.show`."""
        try:
            await super().show(limit, seconds)
        finally:
            await self._leave()

    def stop(self) -> None:
        """As `SharedWatch.stop`, without waiting; from the event loop."""
        self._stopped.set()
        if self._wake is not None:
            self._wake.set()
        if self._looping and self._leases.auto and self._leases.working:
            return
        leaving = asyncio.ensure_future(self._leave())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def aclose(self) -> None:
        """Ends the watch, and waits until the server knows what was done."""
        self._stopped.set()
        if self._wake is not None:
            self._wake.set()
        await self._leave()

    async def _leave(self) -> None:
        """As `SharedWatch._leave`."""
        if not (self.stopped or self._leases.auto):
            self._leases.idle()
            await self._place.finish()
            return
        self._core.leave()
        self._leases.give_back()
        await (self._place.close() if self.stopped else self._place.finish())
        self._drop()

    async def _keep(self, worked: bool) -> None:
        await self._place.keep("", worked)


def _listener(leases: Leases) -> OnItem:
    """Begins a connection; returns what is given the events as they come."""
    arrived = leases.connected()

    def listen(event: pb.WatchResponse) -> None:
        sequences: List[int] = sequences_of(event)
        if sequences:
            arrived(sequences)

    return listen


def _left_behind(leases: Leases, place: SharedPlace) -> None:
    """The watch is gone; its connection is, too."""
    leases.give_back()
    place.finish()
