"""The server under test: PAPERWIRE_SERVER says where it is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

import paperwire


@pytest.fixture(scope="session")
def address() -> str:
    server = os.environ.get("PAPERWIRE_SERVER", "")
    if not server:
        pytest.skip("PAPERWIRE_SERVER names no server to test with")
    return server


@pytest.fixture
def client(address: str) -> Iterator[paperwire.Client]:
    with paperwire.Client(address) as connected:
        yield connected


@pytest.fixture
def word() -> str:
    """A word that no other test and no earlier run has used."""
    digits = "abcdefghijklmnop"
    letters = "".join(digits[int(c, 16)] for c in uuid.uuid4().hex[:14])
    return f"zq{letters}"
