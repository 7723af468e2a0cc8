"""ServerService and the health check."""

from __future__ import annotations

from typing import Any

from paperwire.v1 import server_service_pb2 as server_pb
from paperwire.v1 import server_service_pb2_grpc as server_grpc

from .service import Service


async def health(request: bytes, context: Any) -> bytes:
    return b"\x08\x01"


class ServerService(Service, server_grpc.ServerServiceServicer):
    async def GetServerInfo(self, request: Any, context: Any) -> Any:
        await self.begin("GetServerInfo", context)
        response = server_pb.GetServerInfoResponse(
            version="0.1.0", data_version=1, journal_id="fake"
        )
        response.startup_duration.FromMilliseconds(1500)
        return response

    async def GetServerStats(self, request: Any, context: Any) -> Any:
        await self.begin("GetServerStats", context)
        return server_pb.GetServerStatsResponse(
            active_papers=len(self.server.papers),
            sequence=self.server.sequence,
            sources=[
                server_pb.SourceStats(source="test", papers=1),
                *(
                    server_pb.SourceStats(
                        source=fresh.source, papers=2, freshness=fresh
                    )
                    for fresh in self.server.sources
                ),
            ],
        )
