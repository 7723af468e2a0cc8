"""A receiver of webhooks on loopback, which answers what it is told."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import http.server
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from conftest import PATIENCE

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@dataclasses.dataclass(frozen=True)
class Delivery:
    """One post, as it came in."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    arrived: float  # by time.time()

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def attempt(self) -> int:
        return self.json["attempt"]

    @property
    def titles(self) -> list[str]:
        return [m["paper"]["title"] for m in self.json["matches"]]

    @property
    def sequences(self) -> list[int]:
        return [int(m["sequence"]) for m in self.json["matches"]]

    def check(self, key: bytes = KEY) -> None:
        """Verifies the signature, by the book of Standard Webhooks."""
        stamp = self.headers["webhook-timestamp"]
        assert abs(int(stamp) - self.arrived) < 60 * PATIENCE
        signed = f"{self.id}.{stamp}.".encode() + self.body
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        assert hmac.compare_digest(self.headers["webhook-signature"], expected)


@dataclasses.dataclass(frozen=True)
class Reply:
    """What to answer: with a status, or not as one should."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False  # closes the connection instead
    wait: float = 0.0  # before anything else


class Receiver:
    """Takes posts in threads; `answer` says what to reply to each.

    >>> with Receiver(lambda delivery: Reply(503)) as receiver:
    ...     receiver.wait(1)
    """

    def __init__(self, answer: Callable[[Delivery], Reply] | None = None,
                 ) -> None:
        self.answer = answer or (lambda _: Reply())
        self.port = 0
        self.changed = threading.Condition()
        self.deliveries: list[Delivery] = []
        self.taken: list[Delivery] = []  # and answered with 2xx
        self.server: http.server.ThreadingHTTPServer | None = None

    def __enter__(self) -> Receiver:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def start(self) -> Receiver:
        """Listens, after a stop on the same port as before."""
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_POST(self) -> None:
                receiver.handle(self)

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True
            # What the server of paperwire broke off is no news here.
            def handle_error(self, *_: object) -> None:
                pass

        self.server = Listener(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        self.connections: set[socket.socket] = set()
        threading.Thread(target=self.server.serve_forever, args=(0.01,),
                         daemon=True).start()
        return self

    def stop(self) -> None:
        """Refuses connections and cuts those that are open."""
        if self.server is None:
            return
        self.server.shutdown()
        self.server.server_close()
        self.server = None
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle(self, request: http.server.BaseHTTPRequestHandler) -> None:
        self.connections.add(request.connection)
        length = int(request.headers.get("Content-Length", 0))
        delivery = Delivery(
            request.path, {k.lower(): v for k, v in request.headers.items()},
            request.rfile.read(length), time.time())
        if len(delivery.body) < length:
            return
        with self.changed:
            self.deliveries.append(delivery)
            self.changed.notify_all()
        reply = self.answer(delivery)
        time.sleep(reply.wait)
        if reply.cut:
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        # Before the answer: the sender may go on before this thread does.
        if 200 <= reply.status < 300:
            with self.changed:
                self.taken.append(delivery)
                self.changed.notify_all()
        request.send_response(reply.status)
        for name, value in reply.headers:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(reply.body)))
        request.end_headers()
        request.wfile.write(reply.body)

    def wait(self, count: int, seconds: float = 20) -> list[Delivery]:
        """All that came, once there are so many."""
        return self.wait_for(lambda: len(self.deliveries) >= count, seconds)

    def wait_for(self, condition: Callable[[], bool],
                 seconds: float = 20) -> list[Delivery]:
        with self.changed:
            assert self.changed.wait_for(condition, seconds * PATIENCE), (
                f"after {seconds} s: {[d.id for d in self.deliveries]}")
            return list(self.deliveries)
