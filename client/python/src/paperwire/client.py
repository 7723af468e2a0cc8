"""The blocking client.

import paperwire

client = paperwire.Client("localhost:7227")
client.search("sparse autoencoders")
"""

from __future__ import annotations

import weakref
from typing import Any, Optional, Type, Union

import grpc

from paperwire import _rpc
from paperwire._blocking import Calls
from paperwire._channel import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    Endpoint,
    Metadata,
    Tls,
)
from paperwire._digest_methods import Digests
from paperwire._info import ServerInfo, ServerStats
from paperwire._paper_methods import PaperMethods
from paperwire._places import Place
from paperwire._report_methods import ReportMethods
from paperwire._search_methods import SearchMethods
from paperwire._subscription_methods import Subscriptions
from paperwire._trending_methods import TrendingMethods
from paperwire._watch_methods import WatchMethods
from paperwire.freshness import SourceList
from paperwire.trending_watch import TrendingWatch
from paperwire.v1 import server_service_pb2 as server_pb
from paperwire.watch import Watch


class Client(
    SearchMethods, PaperMethods, TrendingMethods, ReportMethods, WatchMethods
):
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
        self._watches: weakref.WeakSet[Union[Watch, TrendingWatch]] = (
            weakref.WeakSet()
        )
        self._places: weakref.WeakSet[Place] = weakref.WeakSet()

    @property
    def address(self) -> str:
        """Where the server is."""
        return self._calls.endpoint.target

    @property
    def subscriptions(self) -> Subscriptions:
        """The queries that the server keeps standing."""
        return Subscriptions(self._calls)

    @property
    def digests(self) -> Digests:
        """What the server sends by mail."""
        return Digests(self._calls)

    def close(self) -> None:
        """Ends the watches and the connection."""
        for watch in list(self._watches):
            watch.stop()
        for place in list(self._places):  # of watches that were left behind
            place.close()
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

    def sources(self, *, timeout: Optional[float] = None) -> SourceList:
        """Returns the sources of papers and how alive they are.

            client.sources()        # a table, what is late first
            client.sources().late

        Args:
            timeout: Seconds that the call may take.

        Raises:
            Unavailable: There is no server.
        """
        return SourceList(self.stats(timeout=timeout).sources)

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
