"""A mail server on loopback, which answers what it is told."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import email
import email.policy
import re
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage

from conftest import PATIENCE

# What a server says to a command unless a test says otherwise: given the verb
# and the line, a reply; None for the usual one; "" to hang up.
Script = Callable[[str, str], "str | None"]


@dataclasses.dataclass(frozen=True)
class Received:
    """One message, as it came in."""

    sender: str
    to: str
    data: bytes
    arrived: float  # by time.time()
    encrypted: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        """As a mail client reads it."""
        message = email.message_from_bytes(self.data,
                                           policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    def part(self, kind: str) -> str:
        """The text of one part: "plain" or "html"."""
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())

    def link(self, page: str) -> str:
        """The address of a page of a digest, from the text part."""
        found = re.search(rf"https?://\S+/digests/{page}\?t=\S+",
                          self.part("plain"))
        assert found, self.part("plain")
        return found.group()


class MailServer:
    """Keeps what it takes; see `script` for what it says."""

    def __init__(self, tls: ssl.SSLContext | None = None,
                 password: str | None = None) -> None:
        self.received: list[Received] = []
        self.script: Script = lambda verb, line: None
        self.commands: list[str] = []
        self.connections = 0
        self.tls = tls
        self.password = password
        self.changed = threading.Condition()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(ConnectionError, ssl.SSLError,
                                         ValueError):
                    outer.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> MailServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self, count: int, seconds: float = 30) -> list[Received]:
        """Waits until so many messages were taken in all."""
        with self.changed:
            there = self.changed.wait_for(lambda: len(self.received) >= count,
                                          seconds * PATIENCE)
            assert there, f"{len(self.received)} of {count} messages"
            return list(self.received)

    # What follows runs on a thread for each connection.

    def serve(self, handler: socketserver.StreamRequestHandler) -> None:
        with self.changed:
            self.connections += 1
        reader, writer = handler.rfile, handler.wfile
        handler.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        encrypted, user, sender, to = False, "", "", ""

        def say(text: str) -> None:
            writer.write(text.encode() + b"\r\n")
            writer.flush()

        greeting = self.script("CONNECT", "")
        if greeting == "":
            return
        say(greeting or "220 mail.test ESMTP")
        while line := reader.readline():
            text = line.decode("latin-1").rstrip("\r\n")
            verb = text.split(" ")[0].split(":")[0].upper()
            with self.changed:
                self.commands.append(text)
            told = self.script(verb, text)
            if told == "":
                return
            if verb == "DATA" and told is None:
                say("354 go on")
                data = self.read_data(reader)
                told = self.script("END", "")
                if told == "":
                    return
                if told is None or told.startswith("2"):
                    self.take(Received(sender, to, data, time.time(),
                                       encrypted, user))
                    # Answered, or lost on the way: taken in any case.
                    told = self.script("TAKEN", "") or told
                say(told or "250 2.0.0 taken")
                continue
            if told is not None:
                say(told)
                continue
            match verb:
                case "EHLO":
                    lines = ["mail.test", "8BITMIME", "ENHANCEDSTATUSCODES"]
                    if self.tls and not encrypted:
                        lines.append("STARTTLS")
                    if self.password and (encrypted or not self.tls):
                        lines.append("AUTH PLAIN")
                    for i, one in enumerate(lines):
                        say(f"250{' ' if i + 1 == len(lines) else '-'}{one}")
                case "STARTTLS" if self.tls:
                    say("220 go on")
                    secure = self.tls.wrap_socket(handler.request,
                                                  server_side=True)
                    reader = secure.makefile("rb")
                    writer = secure.makefile("wb")
                    encrypted = True
                case "AUTH":
                    if text.count(" ") < 2:
                        say("334 ")
                        text = "AUTH PLAIN " + reader.readline().decode().strip()
                    _, user, password = base64.b64decode(
                        text.split(" ")[2]).decode().split("\0")
                    if password != self.password:
                        say("535 5.7.8 wrong password")
                        user = ""
                    else:
                        say("235 2.7.0 welcome")
                case "MAIL":
                    if self.password and not user:
                        say("530 5.7.0 who are you?")
                        continue
                    sender = text[text.index("<") + 1:text.index(">")]
                    say("250 2.1.0 ok")
                case "RCPT":
                    to = text[text.index("<") + 1:text.index(">")]
                    say("250 2.1.5 ok")
                case "QUIT":
                    say("221 2.0.0 bye")
                    return
                case "RSET" | "NOOP":
                    say("250 2.0.0 ok")
                case _:
                    say("500 5.5.2 what?")

    def take(self, received: Received) -> None:
        with self.changed:
            self.received.append(received)
            self.changed.notify_all()

    @staticmethod
    def read_data(reader: object) -> bytes:
        lines = []
        while line := reader.readline():  # type: ignore[attr-defined]
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        raise ConnectionError("cut off in the middle of a message")
