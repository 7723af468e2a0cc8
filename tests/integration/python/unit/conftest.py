"""Fixtures: a fake server, and a client of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator

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
def unused_address() -> str:
    """An address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"
