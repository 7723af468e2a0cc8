"""Papers by mail, from the command to the mailbox and back."""

from __future__ import annotations

import email.utils
import re
import subprocess
import time

import pytest
from conftest import PATIENCE, PAPERWIRE, command
from digests import PUBLIC, DigestServer
from mail_server import MailServer

import paperwire


@pytest.fixture
def mail():
    with MailServer() as mail:
        yield mail


@pytest.fixture
def server(tmp_path, mail):
    server = DigestServer(tmp_path, "--smtp", mail.url, "--smtp-plain").start()
    yield server
    if server.process is not None:
        server.stop()


def until(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds * PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def quiet(mail: MailServer, count: int, seconds: float = 1) -> None:
    """Nothing more comes."""
    time.sleep(seconds)
    assert len(mail.received) == count, mail.received[-1].message["Subject"]


def test_as_a_new_user_would(server, mail):
    """Subscribe by the command, confirm, receive, unsubscribe."""
    said = command(server, "digest", "create", "--to", "jane@example.net",
                   "--id", "pigeons", "homing pigeons", "--daily", "--at",
                   "07:30", "--zone", "Europe/Berlin")
    assert said.stdout.strip() == "users/local/digests/pigeons"
    assert "confirm" in said.stderr
    asked = mail.wait(1)[0]
    assert asked.to == "jane@example.net"
    assert asked.sender == "digests@papers.example.org"
    assert asked.message["Auto-Submitted"] == "auto-generated"
    assert asked.message["List-Unsubscribe"] is None
    link = asked.link("confirm")
    assert link.startswith(PUBLIC + "/digests/confirm?t=")
    # Scanners open links: nothing happens.
    for _ in range(2):
        page = server.get(server.path(link))
        assert page.status == 200
        assert "homing pigeons" in page.text
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
    assert server.digest().state == "unconfirmed"
    server.take_in("Homing pigeons of the north", "Sparrows")
    server.make_due()
    quiet(mail, 1)

    status, text = server.post(link)
    assert status == 200, text
    assert "07:30" in text
    assert "Europe/Berlin" in text
    assert server.digest().state == "active"
    server.make_due()
    received = mail.wait(2)[1]
    message = received.message
    assert "homing pigeons" in message["Subject"]
    for part in ("plain", "html"):
        assert "Homing pigeons of the north" in received.part(part)
        assert "Sparrows" not in received.part(part)
    # Every header that it must have.
    assert message["To"] == "jane@example.net"
    assert email.utils.parseaddr(message["From"]) == (
        "Paperwire", "digests@papers.example.org")
    assert re.fullmatch(r"<[0-9A-Za-z._-]+@papers\.example\.org>",
                        message["Message-ID"])
    sent = email.utils.parsedate_to_datetime(message["Date"]).timestamp()
    assert abs(sent - time.time()) < 60 * PATIENCE
    assert message["MIME-Version"] == "1.0"
    assert "<pigeons.local.papers.example.org>" in message["List-Id"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in message.iter_parts()] == [
        "text/plain", "text/html"]
    stop = str(message["List-Unsubscribe"])
    assert stop.startswith(f"<{PUBLIC}/digests/unsubscribe?t=")
    stop = stop.strip("<>")
    # No pictures from elsewhere, nothing that tells that it was read.
    html = received.part("html")
    assert "<img" not in html
    assert "<script" not in html
    assert re.search(r"^\.\w+[ {]", html, re.MULTILINE)  # no dot is lost
    assert not re.search(r"url\(", html)
    assert max(len(line) for line in received.data.split(b"\r\n")) <= 998
    received.data.decode("ascii")

    assert server.get(server.path(stop)).status == 200
    assert server.digest().state == "active"
    status, _ = server.post(stop, "List-Unsubscribe=One-Click")
    assert status == 200
    assert server.digest().state == "unsubscribed"
    server.take_in("More homing pigeons")
    server.make_due()
    quiet(mail, 2)
    # Once more is no error.
    assert server.post(stop, "List-Unsubscribe=One-Click")[0] == 200


@pytest.mark.skipif(PATIENCE > 1, reason="too slow when sanitized")
def test_when_it_is_due(server, mail):
    """By the real clock: in the minute that was asked for."""
    due = time.time() // 60 * 60 + 60
    if due - time.time() < 5:
        due += 60
    server.subscribe(mail, schedule="daily",
                     at=time.strftime("%H:%M", time.gmtime(due)))
    server.take_in("A pigeon")
    time.sleep(max(0, due - time.time() - 2))
    assert len(mail.received) == 1
    received = mail.wait(2, seconds=90)[1]
    assert due <= received.arrived < due + 10 * PATIENCE
    assert server.digest().next_send.timestamp() == due + 24 * 3600


def test_its_reader_changes_it(server, mail):
    server.subscribe(mail)
    server.take_in("A pigeon")
    server.make_due()
    link = mail.wait(2)[1].link("manage")
    page = server.get(server.path(link))
    assert page.status == 200
    assert 'name="time_of_day"' in page.text
    status, text = server.post(
        link, "action=save&frequency=3&weekday=5&time_of_day=19%3A45&"
              "time_zone=Asia%2FTokyo&max_papers=7&monthly_note=1")
    assert status == 200, text
    assert "Fridays at 19:45 (Asia/Tokyo)" in text
    digest = server.digest()
    assert (digest.schedule.frequency, digest.schedule.weekday,
            digest.schedule.at, digest.schedule.zone) == (
        "weekly", "friday", "19:45", "Asia/Tokyo")
    assert digest.max_papers == 7
    assert digest.monthly_note
    status, text = server.post(
        link, "action=save&frequency=1&weekday=1&time_of_day=19%3A45&"
              "time_zone=Moon%2FBase&max_papers=7")
    assert status == 400
    assert "Moon/Base" in text
    assert server.post(link, "action=pause")[0] == 200
    assert server.digest().state == "paused"
    server.take_in("Another pigeon")
    server.make_due()
    quiet(mail, 2)
    assert server.post(link, "action=resume")[0] == 200
    server.make_due()
    assert "Another pigeon" in mail.wait(3)[2].part("plain")
    # A link is for what it is for.
    assert server.post(link.replace("manage", "unsubscribe"))[0] == 404
    assert server.post(link[:-1] + ("A" if link[-1] != "A" else "B"),
                       "action=pause")[0] == 404
    assert server.get("/digests/manage").status == 404
    assert server.get("/digests/reports").status == 404


def test_hostile_titles(server, mail):
    server.subscribe(mail, display_name="Pigeons & <b>more</b>")
    server.take_in("A pigeon\r\nBcc: everybody@example.com",
                   "pigeon </table><script>alert(1)</script>",
                   "pigeon حمام زاجل \N{BIRD}", "pigeon " + "long " * 500)
    server.make_due()
    received = mail.wait(2)[1]
    assert received.message["Bcc"] is None
    assert received.message["Cc"] is None
    assert received.to == "jane@example.net"
    assert "Pigeons & <b>more</b>" in received.message["Subject"]
    html = received.part("html")
    assert "<script" not in html
    assert "<b>more</b>" not in html
    assert "حمام زاجل \N{BIRD}" in html
    assert 'dir="auto"' in html
    assert "حمام زاجل \N{BIRD}" in received.part("plain")


def test_all_that_was_found(server, mail):
    server.subscribe(mail, max_papers=2)
    server.take_in(*(f"pigeon {i} <b>" for i in range(7)), links=[
        {"kind": "KIND_ABSTRACT_PAGE", "uri": "https://example.org/?a=1&b"}])
    server.make_due()
    received = mail.wait(2)[1]
    assert "5 more" in received.part("plain")
    link = received.link("found")
    # What came later is not of this message.
    server.take_in("pigeon seven")
    page = server.get(server.path(link))
    assert page.status == 200
    for i in range(7):
        assert f"pigeon {i} &lt;b&gt;" in page.text
    assert "pigeon seven" not in page.text
    assert 'href="https://example.org/?a=1&amp;b"' in page.text
    assert server.get(server.path(received.link("manage")).replace(
        "manage", "found")).status == 404


def test_what_the_mail_server_says(server, mail):
    """It greylists, is busy, and takes it in the end: the same message."""
    server.subscribe(mail)
    server.take_in("A pigeon")
    said = iter(["451 4.7.1 Greylisted, try again", "452 4.3.1 No room"])
    mail.script = lambda verb, line: (next(said, None) if verb == "RCPT"
                                      else None)
    server.make_due()
    until(lambda: "Greylisted" in server.digest().last_error)
    with server.client() as client:
        issue = client.digests.issues("pigeons")[0]
    assert issue.state == "pending"
    assert issue.attempts == 1
    assert 40 < issue.next_attempt.timestamp() - time.time() <= 60
    server.make_due()
    until(lambda: "No room" in server.digest().last_error)
    server.make_due()
    assert mail.wait(2)[1].id == f"<{issue.message_id}>"
    until(lambda: server.digest().last_error == "")
    server.make_due()
    quiet(mail, 2)


def test_no_such_mailbox(server, mail):
    server.subscribe(mail)
    server.subscribe(mail, digest_id="sparrows", query="sparrow")
    server.subscribe(mail, address="joe@example.net", digest_id="joe")
    server.take_in("A pigeon and a sparrow")
    mail.script = lambda verb, line: (
        "550 5.1.1 No such user" if verb == "RCPT" and "jane" in line else None)
    server.make_due()
    assert mail.wait(4)[3].to == "joe@example.net"
    until(lambda: server.digest().state == "suppressed")
    assert server.digest("sparrows").state == "suppressed"
    assert server.digest("joe").state == "active"
    with server.client() as client:
        assert [s.address for s in client.digests.suppressions()] == [
            "jane@example.net"]
        with pytest.raises(paperwire.FailedPrecondition) as caught:
            client.digests.create("Jane@Example.net", "robin")
    assert caught.value.reason == "ADDRESS_SUPPRESSED"


def test_refused_for_good(server, mail):
    server.subscribe(mail)
    server.take_in("A pigeon")
    mail.script = lambda verb, line: ("554 5.7.1 Looks like spam"
                                      if verb == "END" else None)
    server.make_due()
    until(lambda: "spam" in server.digest().last_error)
    assert server.digest().state == "active"
    mail.script = lambda verb, line: None
    quiet(mail, 1)
    # Its papers come with the next one.
    server.make_due()
    assert "A pigeon" in mail.wait(2)[1].part("plain")


VERBS = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END"]


@pytest.mark.parametrize("verb", VERBS if PATIENCE == 1 else ["DATA"])
def test_a_server_that_hangs_up(server, mail, verb):
    """Wherever it does: nothing is lost, and it is asked again soon."""
    server.subscribe(mail)
    server.take_in("A pigeon")
    cut = iter([""])
    mail.script = lambda said, line: next(cut, None) if said == verb else None
    server.make_due()
    assert "A pigeon" in mail.wait(2)[1].part("plain")
    with server.client() as client:
        until(lambda: client.digests.issues("pigeons")[0].state == "sent")
    quiet(mail, 2)


def test_an_answer_that_is_lost(server, mail):
    """It took the message and hung up: the same comes once more."""
    server.subscribe(mail)
    server.take_in("A pigeon")
    cut = iter(["HANG"])

    def script(verb: str, line: str) -> str | None:
        if verb == "TAKEN" and next(cut, None):
            raise ConnectionError
        return None
    mail.script = script
    server.make_due()
    received = mail.wait(3)
    assert received[1].id == received[2].id
    assert received[1].part("plain") == received[2].part("plain")
    quiet(mail, 3)


def test_a_server_that_is_not_there(server, mail, tmp_path):
    server.subscribe(mail)
    server.take_in("A pigeon")
    server.stop()
    port = mail.port
    mail.close()
    server.make_due()
    until(lambda: server.digest().last_error != "")
    assert f"127.0.0.1:{port}" in server.digest().last_error
    assert server.digest().state == "active"
    server.stop()
    # Back, under another port.
    with MailServer() as back:
        server.flags = tuple(back.url if flag == mail.url else flag
                             for flag in server.flags)
        server.start()
        assert "A pigeon" in back.wait(1)[0].part("plain")
        server.stop()


def test_a_slow_one_delays_nobody_else(server, mail):
    for i in range(4):
        server.subscribe(mail, address=f"reader{i}@example.net",
                         digest_id=f"d{i}")
    server.take_in("A pigeon")

    def script(verb: str, line: str) -> str | None:
        if verb == "RCPT" and "reader0" in line:
            time.sleep(3)
        return None
    mail.script = script
    server.make_due()
    received = mail.wait(8)[4:]
    assert [r.to for r in received[:3]] == sorted(
        f"reader{i}@example.net" for i in (1, 2, 3)) or {
            r.to for r in received[:3]} == {
                f"reader{i}@example.net" for i in (1, 2, 3)}
    assert received[3].to == "reader0@example.net"
    assert received[2].arrived - received[0].arrived < 2


def test_what_comes_back(server, mail):
    server.subscribe(mail)
    server.take_in("A pigeon")
    server.make_due()
    sent = mail.wait(2)[1]

    def bounce(status: str, message_id: str) -> str:
        return "\r\n".join([
            "From: MAILER-DAEMON@mx.example.net",
            "To: digests@papers.example.org", "Subject: Undelivered mail",
            "MIME-Version: 1.0", "Content-Type: multipart/report;",
            ' report-type=delivery-status; boundary="x"', "", "--x",
            "Content-Type: text/plain", "", "Sorry.", "--x",
            "Content-Type: message/delivery-status", "",
            "Reporting-MTA: dns; mx.example.net", "",
            "Final-Recipient: rfc822; jane@example.net", "Action: failed",
            f"Status: {status}", f"Diagnostic-Code: smtp; 550 {status} No", "",
            "--x", "Content-Type: text/rfc822-headers", "",
            f"Message-ID: {message_id}", "Subject: pigeon", "", "--x--", ""])

    forged = sent.id[:-25] + "A" * 22 + "@x>"
    answer = server.get("/digests/reports", method="POST",
                        body=bounce("5.1.1", forged))
    assert (answer.status, answer.text) == (200, "KIND_UNSPECIFIED\n")
    assert server.digest().state == "active"
    # As the pipe of a mail server calls it.
    done = subprocess.run(
        [str(PAPERWIRE), "digest", "report", "--server", server.address],
        input=bounce("5.1.1", sent.id), text=True, capture_output=True,
        timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert server.digest().state == "suppressed"
    answer = server.get("/digests/reports", method="POST", body="")
    assert answer.status == 400


def test_files_instead_of_mail(tmp_path):
    folder = tmp_path / "outbox"
    server = DigestServer(tmp_path, "--mail-folder", str(folder)).start()
    command(server, "digest", "create", "--to", "jane@example.net", "pigeon",
            "--id", "pigeons")
    until(lambda: list(folder.glob("*.eml")))
    (file,) = folder.glob("*.eml")
    assert "jane@example.net" in file.name
    message = email.message_from_bytes(file.read_bytes(),
                                       policy=email.policy.default)
    assert message["To"] == "jane@example.net"
    server.stop()


def test_without_a_mail_server(tmp_path):
    from feeds import WebServer
    server = WebServer(tmp_path).start()
    done = command(server, "digest", "create", "--to", "jane@example.net",
                   "pigeon", check=False)
    assert done.returncode != 0
    for flag in ("--smtp", "--mail-from", "--public-url"):
        assert flag in done.stderr
    server.stop()
