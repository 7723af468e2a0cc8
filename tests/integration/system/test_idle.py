"""A server that nobody called for a second answers the next call at once."""

from __future__ import annotations

import statistics
import time

import pytest
from conftest import PATIENCE

# Times are compared; there, other builds and fuzzers make any of them.
pytestmark = pytest.mark.skipif(PATIENCE > 1, reason="too slow when sanitized")


# What is looked for: a thread of the library's that sleeps, for up to 100 ms.
# Any process may take some milliseconds to come back after a second of rest, on
# a machine that saves power or that others share; that is not the server's.
STALL = 0.025


def call(client) -> float:
    start = time.perf_counter()
    client.search("nothing", limit=1).first(1)
    return time.perf_counter() - start


def test_first_call_after_silence(client):
    client.import_papers([{"title": "Nothing to see here"}], progress=False)
    for _ in range(50):
        call(client)
    # A neighbour's noise passes; a server that sleeps does so every time.
    for _ in range(3):
        usual, silent = measure(client)
        print(f"usual {usual * 1e6:.0f} us, after 1.05 s of silence "
              f"{silent * 1e6:.0f} us")
        if silent <= max(2 * usual, STALL):
            return
    raise AssertionError("the first call after silence is slow")


def measure(client) -> tuple[float, float]:
    """The usual call and the first after silence: medians, in seconds."""
    # The usual call of a client that is not in a hurry: a pause too short for
    # the server to fall asleep, so that the client's own waking up counts on
    # both sides.
    usual = []
    for _ in range(30):
        time.sleep(0.1)
        usual.append(call(client))
    silent = []
    for _ in range(8):
        time.sleep(1.05)
        silent.append(call(client))
    return statistics.median(usual), statistics.median(silent)
