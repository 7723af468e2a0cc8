"""Fixtures: a fake server, and a client of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Iterator
from typing import Callable

import pytest

import paperwire
from fake_server import FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as fake:
        yield fake


@pytest.fixture
def client(server: FakeServer) -> Iterator[paperwire.Client]:
    with paperwire.Client(server.address, timeout=10) as connected:
        yield connected


@pytest.fixture
def run(
    server: FakeServer,
) -> Callable[[Callable[[paperwire.AsyncClient], Awaitable[None]]], None]:
    """Runs a coroutine with a connected client."""

    def run_(body: Callable[[paperwire.AsyncClient], Awaitable[None]]) -> None:
        async def connected() -> None:
            async with paperwire.AsyncClient(
                server.address, timeout=10
            ) as client:
                await asyncio.wait_for(body(client), 30)

        asyncio.run(connected())

    return run_


@pytest.fixture
def unused_address() -> str:
    """An address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"
