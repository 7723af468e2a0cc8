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
from typing import Any, Optional, Type, Union

import grpc
import grpc.aio

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._channel import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    Endpoint,
    Metadata,
    Tls,
)
from paperwire._digest_methods import AsyncDigests
from paperwire._info import ServerInfo, ServerStats
from paperwire._paper_methods import AsyncPaperMethods
from paperwire._places import AsyncPlace
from paperwire._report_methods import AsyncReportMethods
from paperwire._search_methods import AsyncSearchMethods
from paperwire._subscription_methods import AsyncSubscriptions
from paperwire._trending_methods import AsyncTrendingMethods
from paperwire._watch_methods import AsyncWatchMethods
from paperwire.freshness import SourceList
from paperwire.trending_watch import AsyncTrendingWatch
from paperwire.v1 import server_service_pb2 as server_pb
from paperwire.watch import AsyncWatch


class AsyncClient(
    AsyncSearchMethods,
    AsyncPaperMethods,
    AsyncTrendingMethods,
    AsyncReportMethods,
    AsyncWatchMethods,
):
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
        self._watches: weakref.WeakSet[
            Union[AsyncWatch, AsyncTrendingWatch]
        ] = weakref.WeakSet()
        self._places: weakref.WeakSet[AsyncPlace] = weakref.WeakSet()

    @property
    def address(self) -> str:
        """Where the server is."""
        return self._calls.endpoint.target

    @property
    def subscriptions(self) -> AsyncSubscriptions:
        """The queries that the server keeps standing."""
        return AsyncSubscriptions(self._calls)

    @property
    def digests(self) -> AsyncDigests:
        """What the server sends by mail."""
        return AsyncDigests(self._calls)

    async def close(self) -> None:
        """Ends the watches and the connection."""
        for watch in list(self._watches):
            await watch.aclose()
        for place in list(self._places):  # of watches that were left behind
            await place.close()
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

    async def sources(self, *, timeout: Optional[float] = None) -> SourceList:
        """Returns the sources of papers; as `Client.sources`."""
        return SourceList((await self.stats(timeout=timeout)).sources)

    async def health(
        self, service: str = "", *, timeout: Optional[float] = None
    ) -> str:
        """Returns SERVING when the server is ready; as `Client.health`."""
        return await self._calls.health(service, timeout)
