"""Errors with the details that the real server gives."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

Code = grpc.StatusCode


def status_of(
    code: grpc.StatusCode,
    message: str,
    reason: str = "",
    field: str = "",
    **metadata: str,
) -> status_pb2.Status:
    """Makes a status with the details that the real server gives."""
    details = []
    info = error_details_pb2.ErrorInfo(
        reason=reason or code.name, domain="paperwire.io", metadata=metadata
    )
    details.append(any_pb2.Any())
    details[-1].Pack(info)
    if field:
        bad = error_details_pb2.BadRequest()
        bad.field_violations.add(field=field, description=message)
        details.append(any_pb2.Any())
        details[-1].Pack(bad)
    return status_pb2.Status(
        code=code.value[0], message=message, details=details
    )


class Failure(Exception):
    """What a handler raises to fail a call with details."""

    def __init__(self, status: status_pb2.Status) -> None:
        super().__init__(status.message)
        self.status = status

    async def abort(self, context: Any) -> None:
        code = next(c for c in Code if c.value[0] == self.status.code)
        await context.abort(
            code,
            self.status.message,
            (("grpc-status-details-bin", self.status.SerializeToString()),),
        )
