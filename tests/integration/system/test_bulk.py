"""All the real papers at once: accounted for, fast, and there again soon."""

from __future__ import annotations

import json
import time

import pytest
from conftest import PATIENCE, command

pytestmark = pytest.mark.skipif(PATIENCE > 1, reason="too slow when sanitized")

# Only a gross slip fails here: how fast it is, on a quiet machine, is what
# tests/bench/import measures.
PAPERS_A_SECOND = 1000


def account(done) -> dict[str, int]:
    summary = json.loads(done.stdout.splitlines()[-1])
    return {key: int(value) for key, value in summary.items()
            if isinstance(value, (int, str)) and str(value).isdigit()}


def test_every_paper_is_accounted_for(server, client, data):
    read = 0
    seconds = 0.0
    for name, lines in [("hf_daily/papers.jsonl.gz", 9577),
                        ("papers-150k.jsonl.gz", 148161)]:
        start = time.monotonic()
        totals = account(command(server, "import", str(data / name), "--json"))
        seconds += time.monotonic() - start
        assert totals["read"] == lines
        outcomes = ("created", "updated", "unchanged", "merged", "rejected")
        assert sum(totals[o] for o in outcomes) == lines, totals
        print(name, totals)
        read += lines
    rate = read / seconds
    print(f"{rate:.0f} papers/s")
    stats = client.stats()
    assert client.search("", strict=True, limit=1).total == stats.active_papers
    assert rate >= PAPERS_A_SECOND

    server.stop()
    start = time.monotonic()
    server.start()
    ready = time.monotonic() - start
    with server.client() as again:
        assert again.stats().active_papers == stats.active_papers
        assert again.search("bottleneck", strict=True, limit=1).total > 1000
    print(f"ready in {ready:.2f} s, "
          f"{server.resident_bytes() / 1e6:.0f} MB resident")
    assert ready < 5
    assert server.resident_bytes() < 1_000_000_000

    # The same after a crash.
    server.kill()
    start = time.monotonic()
    server.start()
    assert time.monotonic() - start < 5
    with server.client() as again:
        assert again.stats().active_papers == stats.active_papers
