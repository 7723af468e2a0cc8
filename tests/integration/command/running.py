"""What the tests of the command share: invented papers, events, terminals."""

from __future__ import annotations

import json
import os
import pty
import select
import struct
import subprocess
import termios
import uuid
from fcntl import ioctl


def word() -> str:
    """A word that no other test uses: the server may be shared."""
    return "zq" + uuid.uuid4().hex[:12].translate(
        str.maketrans("0123456789", "ghijklmnop"))


def papers(token: str, count: int, first: int = 0) -> bytes:
    """JSON lines of papers that only a search for `token` finds."""
    return b"".join(
        json.dumps({
            "title": f"{token} number {i}",
            "abstract": f"What {token} says, in {i} invented words.",
            "authors": [{"name": "Ada Lovelace"}],
            "external_ids": [
                {"scheme": "doi", "value": f"10.9999/{token}.{i}"}],
            "published_time": "2026-01-02T00:00:00Z",
        }).encode() + b"\n" for i in range(first, first + count))


def next_event(running: subprocess.Popen[str], kind: str) -> dict:
    """Reads on to the next event of this kind."""
    while True:
        line = running.stdout.readline()
        assert line, running.stderr.read()
        event = json.loads(line)
        if kind in event:
            return event[kind]


def on_terminal(paperwire, columns: int, *words: str) -> str:
    """What the command writes on a terminal so wide."""
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    running = subprocess.Popen(
        [str(paperwire.path), *words], stdin=follower, stdout=follower,
        stderr=follower, env={**paperwire.environment(), "TERM": "xterm"})
    os.close(follower)
    text = b""
    while select.select([leader], [], [], paperwire.patience)[0]:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(leader)
    assert running.wait(paperwire.patience) == 0, text
    return text.decode()
