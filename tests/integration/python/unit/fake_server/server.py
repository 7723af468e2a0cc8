"""The server's life: a thread with an event loop, a port, restarts."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime
from typing import Any, List, Optional

import grpc
import grpc.aio

from paperwire.v1 import digest_service_pb2_grpc as digests_grpc
from paperwire.v1 import paper_pb2
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import paper_service_pb2_grpc as papers_grpc
from paperwire.v1 import search_service_pb2_grpc as search_grpc
from paperwire.v1 import server_service_pb2_grpc as server_grpc
from paperwire.v1 import subscription_service_pb2_grpc as subscriptions_grpc
from paperwire.v1 import trending_service_pb2_grpc as trending_grpc

from .about import ServerService, health
from .mailing import DigestService
from .papers import PaperService
from .searching import SearchService
from .state import State
from .subscribing import SubscriptionService
from .trending import TrendingService

_OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", 64 << 20),
]


class FakeServer(State):
    """The server; its state outlives `restart`."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.daemon = True
        self._thread.start()
        self.port = 0
        self._server: Any = None
        self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def run(self, coroutine: Any) -> Any:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result(20)

    def start(self) -> None:
        self.run(self._start())

    async def _start(self) -> None:
        self._changed = asyncio.Condition()
        self._server = grpc.aio.server(options=_OPTIONS)
        for add, service in (
            (papers_grpc.add_PaperServiceServicer_to_server, PaperService),
            (search_grpc.add_SearchServiceServicer_to_server, SearchService),
            (server_grpc.add_ServerServiceServicer_to_server, ServerService),
            (
                subscriptions_grpc.add_SubscriptionServiceServicer_to_server,
                SubscriptionService,
            ),
            (
                trending_grpc.add_TrendingServiceServicer_to_server,
                TrendingService,
            ),
            (digests_grpc.add_DigestServiceServicer_to_server, DigestService),
        ):
            add(service(self), self._server)
        check = grpc.unary_unary_rpc_method_handler(health)
        self._server.add_generic_rpc_handlers(
            [
                grpc.method_handlers_generic_handler(
                    "grpc.health.v1.Health", {"Check": check}
                )
            ]
        )
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    def stop(self) -> None:
        self.run(self._server.stop(0))

    def restart(self) -> None:
        """Stops, breaking every call, and starts on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def store(self, *papers: Any, at: Optional[datetime] = None) -> None:
        """Stores papers as an import would, at this time or now."""
        self.run(self._store_all([p.proto for p in papers], at))

    async def _store_all(
        self, papers: List[paper_pb2.Paper], at: Optional[datetime]
    ) -> None:
        for paper in papers:
            self.apply(papers_pb.ImportItem(paper=paper), "test", at)
        await self.notify()
