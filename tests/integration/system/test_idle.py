"""A server that nobody called for a second answers the next call at once."""

from __future__ import annotations

import statistics
import time


def call(client) -> float:
    start = time.perf_counter()
    client.search("nothing", limit=1).first(1)
    return time.perf_counter() - start


def test_first_call_after_silence(client):
    client.import_papers([{"title": "Nothing to see here"}], progress=False)
    for _ in range(50):
        call(client)
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
    print(f"usual {statistics.median(usual) * 1e6:.0f} us, after 1.05 s of "
          f"silence {statistics.median(silent) * 1e6:.0f} us")
    assert statistics.median(silent) <= 2 * statistics.median(usual)
