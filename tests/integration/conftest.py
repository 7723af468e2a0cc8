"""A real server for each test that asks for one, and the real papers."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import time

import pytest

import paperwire

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PAPERWIRE_BUILD",
                                    ROOT / "build/release-tests"))
PAPERWIRED = BUILD / "service/paperwired"
PAPERWIRE = pathlib.Path(os.environ.get("PAPERWIRE_COMMAND",
                                        BUILD / "client/cpp/command/paperwire"))
DATA = pathlib.Path(os.environ.get("PAPERWIRE_DATA",
                                   ROOT.parent / "shared/data"))
# Sanitized binaries are some ten times slower.
PATIENCE = 10 if os.environ.get("PAPERWIRE_SLOW") else 1


class Server:
    """paperwired on a free port; `stop`, `kill` and `start` at will."""

    def __init__(self, folder: pathlib.Path, *flags: str) -> None:
        self.folder = folder
        self.flags = flags
        self.data = folder / "data"
        self.log = folder / "paperwired.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self, **options: object) -> subprocess.Popen[bytes]:
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(PAPERWIRED), "--data", str(self.data), "--listen",
                 f"127.0.0.1:{self.port}", "--port-file", str(port_file),
                 *self.flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)

    def start(self, **options: object) -> Server:
        """Starts it and waits until it serves."""
        self.process = self.spawn(**options)
        port_file = self.folder / "port"
        deadline = time.monotonic() + 60 * PATIENCE
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "the server is not ready"
            time.sleep(0.01)
        self.port = int(port_file.read_text())
        return self

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"

    def client(self, **options: object) -> paperwire.Client:
        return paperwire.Client(self.address, **options)

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60 * PATIENCE)
        self.process = None
        text = self.log.read_text(errors="replace")
        assert status == 0, text[-5000:]
        assert "ERROR: " not in text, text[-5000:]

    def errors(self) -> list[str]:
        """What it logged as errors."""
        return [line for line in
                self.log.read_text(errors="replace").splitlines()
                if "[error]" in line]

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def resident_bytes(self) -> int:
        assert self.process is not None
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(x for x in status.splitlines() if x.startswith("VmRSS"))
        return int(line.split()[1]) * 1024


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    server.start()
    yield server
    if server.process is not None:
        server.stop()


@pytest.fixture
def client(server):
    with server.client() as client:
        yield client


@pytest.fixture
def data() -> pathlib.Path:
    if not (DATA / "page.jsonl").exists():
        pytest.skip(f"there are no real papers in {DATA}: set PAPERWIRE_DATA")
    return DATA


def command(server: Server, *arguments: str,
            check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs the `paperwire` command against the server."""
    done = subprocess.run(
        [str(PAPERWIRE), *arguments], capture_output=True, text=True,
        env={**os.environ, "PAPERWIRE_ADDRESS": server.address},
        timeout=600, check=False)
    if check:
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done
