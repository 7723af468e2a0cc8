"""TLS and passwords towards the mail server, and a real one."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest
from conftest import PATIENCE
from digests import DigestServer
from mail_server import MailServer, Received


@pytest.fixture
def certificate(tmp_path):
    """Of this machine, signed by nobody else."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
         str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return key, cert


def context_of(certificate) -> ssl.SSLContext:
    key, cert = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def create(server: DigestServer) -> None:
    with server.client() as client:
        client.digests.create("jane@example.net", "pigeon",
                              digest_id="pigeons")


def wait_for_error(server: DigestServer, words: str) -> str:
    deadline = time.monotonic() + 20 * PATIENCE
    while not server.digest().last_error:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    error = server.digest().last_error
    assert words in error, error
    return error


def test_by_starttls_and_with_a_password(tmp_path, certificate):
    password = tmp_path / "password"
    password.write_text("h\u00e4lf a secret\n")
    with MailServer(tls=context_of(certificate),
                    password="h\u00e4lf a secret") as mail:
        server = DigestServer(
            tmp_path, "--smtp", mail.url, "--smtp-user", "paperwire",
            "--smtp-password-file", str(password), "--smtp-ca-file",
            str(certificate[1])).start()
        create(server)
        received = mail.wait(1)[0]
        assert received.encrypted
        assert received.user == "paperwire"
        assert "h\u00e4lf" not in server.log.read_text()
        server.stop()


def test_a_wrong_password_is_told(tmp_path, certificate):
    password = tmp_path / "password"
    password.write_text("wrong\n")
    with MailServer(tls=context_of(certificate), password="right") as mail:
        server = DigestServer(
            tmp_path, "--smtp", mail.url, "--smtp-user", "paperwire",
            "--smtp-password-file", str(password), "--smtp-ca-file",
            str(certificate[1])).start()
        create(server)
        wait_for_error(server, "535 5.7.8 wrong password")
        assert not mail.received
        server.stop()


def test_nobody_else_is_trusted(tmp_path, certificate):
    with MailServer(tls=context_of(certificate)) as mail:
        server = DigestServer(tmp_path, "--smtp", mail.url).start()
        create(server)
        wait_for_error(server, "certificate")
        server.stop()
        assert not mail.received
        assert not any(c.startswith("MAIL") for c in mail.commands)


def test_nothing_in_the_clear_unless_it_is_allowed(tmp_path):
    with MailServer() as mail:
        server = DigestServer(tmp_path, "--smtp", mail.url).start()
        create(server)
        wait_for_error(server, "--smtp-plain")
        assert not mail.received
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def opensmtpd(tmp_path):
    """Debian's OpenSMTPD on a port of its own, which keeps each message in a
    file; its port and its folder."""
    smtpd = shutil.which("smtpd") or shutil.which("smtpd", path="/usr/sbin")
    if smtpd is None or os.geteuid() != 0:
        pytest.skip("there is no opensmtpd, or nobody may start it")
    port = free_port()
    folder = pathlib.Path("/var/tmp") / f"paperwire-mail-{port}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    aliases = tmp_path / "aliases"
    aliases.write_text("@: nobody\n")
    conf = tmp_path / "smtpd.conf"
    conf.write_text(
        f"table everybody file:{aliases}\n"
        f"listen on 127.0.0.1 port {port} hostname mail.test\n"
        f'action "keep" mda "cat > {folder}/$$.part && mv {folder}/$$.part '
        f'{folder}/$$.eml" virtual <everybody>\n'
        # EX_NOUSER: what it says when there is no such mailbox.
        'action "refuse" mda "exit 67" virtual <everybody>\n'
        'match for rcpt-to "gone@example.net" action "refuse"\n'
        'match for domain "example.net" action "keep"\n'
        'match for domain "papers.example.org" action "keep"\n')
    tmp_path.chmod(0o755)
    log = (tmp_path / "smtpd.log").open("wb")
    process = subprocess.Popen([smtpd, "-d", "-f", str(conf)], stdout=log,
                               stderr=log)
    deadline = time.monotonic() + 20
    while True:
        assert process.poll() is None, (tmp_path / "smtpd.log").read_text()
        assert time.monotonic() < deadline
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port, folder
    process.terminate()
    process.wait(20)
    log.close()
    shutil.rmtree(folder)


def arrived(folder: pathlib.Path, count: int) -> list[Received]:
    deadline = time.monotonic() + 60 * PATIENCE
    while len(files := sorted(folder.glob("*.eml"),
                              key=lambda f: f.stat().st_mtime)) < count:
        assert time.monotonic() < deadline, f"{len(files)} of {count} messages"
        time.sleep(0.1)
    return [Received("", "", file.read_bytes(), 0, False, "")
            for file in files]


def test_a_real_mail_server(tmp_path, opensmtpd):
    """Confirmed, received, stopped by one click, through OpenSMTPD."""
    port, folder = opensmtpd
    server = DigestServer(tmp_path, "--smtp", f"smtp://127.0.0.1:{port}",
                          "--smtp-plain").start()
    create(server)
    asked = arrived(folder, 1)[0]
    assert asked.message["To"] == "jane@example.net"
    assert server.post(asked.link("confirm"))[0] == 200
    server.take_in("A pigeon of \u0141\u00f3d\u017a, .dots at the beginning")
    server.make_due()
    received = arrived(folder, 2)[1]
    assert "A pigeon of \u0141\u00f3d\u017a" in received.part("plain")
    # SMTP doubles dots at the beginning of lines, and takes them back.
    assert re.search(r"^\.\w+[ {]", received.part("html"), re.MULTILINE)
    assert received.message["List-Unsubscribe-Post"] == (
        "List-Unsubscribe=One-Click")
    stop = str(received.message["List-Unsubscribe"]).strip("<>")
    assert server.post(stop, "List-Unsubscribe=One-Click")[0] == 200
    server.take_in("Another pigeon")
    server.make_due()
    time.sleep(2)
    assert len(list(folder.glob("*.eml"))) == 2
    # It takes one, and sends it back.
    with server.client() as client:
        client.digests.create("gone@example.net", "pigeon", digest_id="gone")
        returned = arrived(folder, 3)[2]
        assert "Delivery status" in returned.message["Subject"]
        report = client.digests.report(returned.data)
        assert report.kind == "bounce", report
        assert report.digest.endswith("/gone")
        assert client.digests.issues("gone")[0].state == "bounced"
        assert not client.digests.report(received.data).digest
    # A domain that it does not take mail for: its answer is kept.
    with server.client() as client:
        client.digests.create("joe@example.com", "pigeon", digest_id="joe")
        deadline = time.monotonic() + 20 * PATIENCE
        while not client.digests.get("joe").last_error:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert client.digests.get("joe").last_error.startswith("550")
        assert client.digests.issues("joe")[0].state == "failed"
    server.stop()
