"""The real `paperwire` command, and a server for it."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess

import pytest

# A shell starts what runs in the background with this one ignored, and so
# would be the commands that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("PAPERWIRE_BUILD",
                                    ROOT / "build/release-tests"))
PAPERWIRE = BUILD / "client/cpp/command/paperwire"


class Command:
    """Runs the command against one server.

    `patience` is how many seconds anything may take at most; sanitized
    binaries are some ten times slower.
    """

    path = PAPERWIRE
    patience = 30 * (10 if os.environ.get("PAPERWIRE_SLOW") else 1)

    def __init__(self, address: str, home: pathlib.Path) -> None:
        self.address = address
        self.home = home

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("PAPERWIRE_", "XDG_"))}
        return {**kept, "PAPERWIRE_ADDRESS": self.address,
                "HOME": str(self.home), "TZ": "UTC"}

    def __call__(self, *words: str, stdin: bytes | None = None,
                 code: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(PAPERWIRE), *words], input=stdin, capture_output=True,
            env=self.environment(), timeout=4 * self.patience, check=False)
        result = subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(),
            done.stderr.decode())
        if code is not None:
            assert result.returncode == code, f"{words}: {result}"
        return result

    def start(self, *words: str, **options: object) -> subprocess.Popen[str]:
        """Starts the command with pipes, and leaves it running."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([str(PAPERWIRE), *words], text=True,
                                env=self.environment(), **options)

    def json(self, *words: str, **options: object) -> list[dict]:
        lines = self(*words, "--json", **options).stdout.splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture
def paperwire(request, tmp_path) -> Command:
    """The command with the server at PAPERWIRE_SERVER, or one of its own."""
    address = os.environ.get("PAPERWIRE_SERVER")
    if not address:
        address = request.getfixturevalue("server").address
    return Command(address, tmp_path)


@pytest.fixture
def own(server, tmp_path) -> Command:
    """The command with a server that the test may stop and start."""
    return Command(server.address, tmp_path)
