"""A Unix socket beside the port, for programs on the same machine."""

from __future__ import annotations

import pathlib
import stat

import paperwire
import pytest

from conftest import Server, command


@pytest.fixture
def socket(tmp_path) -> pathlib.Path:
    return tmp_path / "paperwire.sock"


@pytest.fixture
def served(tmp_path, socket):
    server = Server(tmp_path, "--socket", str(socket)).start()
    yield server
    if server.process is not None:
        server.stop()


class AtSocket(Server):
    """The same server, as `command` finds it."""

    def __init__(self, socket: pathlib.Path) -> None:
        super().__init__(socket.parent)
        self.socket = socket

    @property
    def address(self) -> str:
        return f"unix:{self.socket}"


def refusal(server: Server) -> str:
    """What a server says that does not start."""
    assert server.spawn().wait(60) == 1
    return server.log.read_text()


def test_the_same_server_at_both(served, socket):
    with paperwire.Client(f"unix:{socket}") as near:
        near.import_papers([{"title": "Sockets in files"}], progress=False)
    with served.client() as far:
        assert [hit.paper.title for hit in far.search("sockets")] == [
            "Sockets in files"]
    assert "Sockets in files" in command(AtSocket(socket), "search",
                                         "sockets").stdout


def test_it_survives_a_crash_and_goes_when_the_server_does(served, socket):
    served.kill()
    assert socket.exists()
    served.start()
    with paperwire.Client(f"unix:{socket}") as client:
        assert client.search("nothing").total == 0
    served.stop()
    assert not socket.exists()


@pytest.mark.parametrize("umask", [0o077, 0o007])
def test_the_umask_says_who_may_call(tmp_path, socket, umask):
    server = Server(tmp_path, "--socket", str(socket)).start(umask=umask)
    assert stat.S_IMODE(socket.stat().st_mode) == 0o777 & ~umask
    server.stop()


def test_nobody_loses_a_socket_to_another_server(served, socket, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    said = refusal(Server(folder, "--socket", str(socket)))
    assert f"Another server listens at the socket {socket}" in said
    with paperwire.Client(f"unix:{socket}") as client:
        assert client.search("nothing").total == 0


@pytest.mark.parametrize(("path", "said"), [
    ("nowhere/paperwire.sock", "its folder must be there and writable"),
    ("a.txt", "is a file that is no socket"),
    ("x" * 120, "The path of a socket can have 107 bytes"),
])
def test_paths_that_will_not_do(tmp_path, path, said):
    (tmp_path / "a.txt").write_text("mine")
    assert said in refusal(Server(tmp_path, "--socket", str(tmp_path / path)))
    assert (tmp_path / "a.txt").read_text() == "mine"
