"""What every method does first."""

from __future__ import annotations

import asyncio
from typing import Any

from .state import State


class Service:
    def __init__(self, server: State) -> None:
        self.server = server

    async def begin(self, method: str, context: Any) -> None:
        server = self.server
        server.calls[method] += 1
        server.metadata = {
            k: v for k, v in context.invocation_metadata() if isinstance(v, str)
        }
        if server.failures.get(method):
            code = server.failures[method].pop(0)
            await context.abort(code, f"ordered: {code.name}")
        if server.delay:
            await asyncio.sleep(server.delay)
