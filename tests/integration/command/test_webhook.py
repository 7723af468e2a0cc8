"""Webhooks by the command, a real server and a real receiver."""

from __future__ import annotations

import base64
import re
import time

import pytest
from command.conftest import Command
from command.running import on_terminal, papers, word
from conftest import Server
from receiver import KEY, SECRET, Receiver, Reply


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path, "--allow-private-webhooks")
    server.start()
    yield server
    if server.process is not None:
        server.stop()


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def strict(tmp_path):
    """The command with a server that allows no private webhooks."""
    server = Server(tmp_path)
    server.start()
    yield Command(server.address, tmp_path)
    server.stop()


def until(condition, patience: float):
    deadline = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.05)
    return found


def status(command: Command, id: str) -> dict:
    subscription, = command.json("webhook", "show", id)
    return subscription["webhook"]["status"]


def test_what_matches_is_posted_with_the_secret_that_was_shown(own, receiver):
    token = word()
    made = own("subscribe", token, "--id", token, "--webhook", receiver.url)
    assert made.stdout == f"users/local/subscriptions/{token}\n"
    secret = re.search(r"^whsec_(\S+)$", made.stderr, re.M)[1]
    own("import", "-", stdin=papers(token, 3))
    delivery = receiver.wait(1)[0]
    delivery.check(base64.b64decode(secret))
    assert delivery.titles == [f"{token} number {i}" for i in range(3)]
    # Nobody is told again.
    for words in (["webhook", "show", token], ["subscriptions", "show", token],
                  ["webhook", "show", token, "--json"], ["webhook"]):
        read = own(*words)
        assert secret not in read.stdout + read.stderr
    until(lambda: status(own, token).get("last_success_time"), own.patience)
    assert f"{token}\tok\t{receiver.url}\t2" in own("webhook").stdout
    page = on_terminal(own, 60, "subscriptions", "show", token)
    assert receiver.url in page and "up to sequence" in page


def test_a_secret_may_come_from_a_file(own, receiver, tmp_path):
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    token, other = word(), word()
    own("subscribe", token, "--id", token, "--webhook", receiver.url,
        "--webhook-secret-file", str(file))
    own("subscribe", other, "--id", other)
    set_up = own("webhook", "set", other, receiver.url, "--secret-file",
                 str(file))
    assert set_up.stdout == ""
    own("import", "-", stdin=papers(token, 1) + papers(other, 1))
    for delivery in receiver.wait(2):
        delivery.check(KEY)
    # A new one takes its place at once.
    secret = own("webhook", "set", other, "--new-secret").stdout.strip()
    assert secret.startswith("whsec_") and secret != SECRET
    own("import", "-", stdin=papers(other, 1, first=1))
    receiver.wait(3)[2].check(base64.b64decode(secret[len("whsec_"):]))
    file.write_text("whsec_short")
    short = own("webhook", "set", other, "--secret-file", str(file), code=1)
    assert "openssl rand" in short.stderr


def test_the_secret_is_shown_even_if_the_name_cannot_be(own, receiver):
    with open("/dev/full", "w") as full:
        running = own.start("subscribe", word(), "--webhook", receiver.url,
                            stdout=full)
        assert running.wait(own.patience) == 1
    error = running.stderr.read()
    assert "\nwhsec_" in error and "No space left on device" in error


def test_disabled_is_held_back_and_made_up_for(own, receiver):
    token = word()
    own("subscribe", token, "--id", token, "--webhook", receiver.url)
    assert "held back" in own("webhook", "disable", token).stderr
    own("import", "-", stdin=papers(token, 2))
    assert "disabled" in own("webhook").stdout
    time.sleep(0.5)
    assert receiver.deliveries == []
    own("webhook", "enable", token)
    assert receiver.wait(1)[0].titles == [
        f"{token} number 0", f"{token} number 1"]
    assert "the subscription stays" in own("webhook", "remove", token).stderr
    own("import", "-", stdin=papers(token, 1, first=2))
    time.sleep(0.5)
    assert len(receiver.deliveries) == 1
    none = own("webhook", "show", token, code=1)
    assert f"paperwire webhook set {token} https://" in none.stderr
    assert "no subscription has a webhook" in own("webhook").stderr


def test_dead_deliveries_are_seen_and_posted_again(own, server, receiver):
    token = word()
    receiver.answer = lambda _: Reply(503)
    own("subscribe", token, "--id", token)
    own("webhook", "set", token, receiver.url, "--give-up-after", "1m",
        "--batch", "2")
    own("import", "-", stdin=papers(token, 3))
    until(lambda: status(own, token)["failed_attempts"] > 0, own.patience)
    page = on_terminal(own, 100, "webhook", "show", token)
    assert re.search(r"1 attempt failed.*The answer was 503; tried again in",
                     re.sub(r"\s+", " ", page))
    assert "failing" in on_terminal(own, 60, "subscriptions")
    pending, = own.json("webhook", "deliveries", token)
    assert pending["state"] == "STATE_PENDING"
    assert pending["http_status"] == 503
    # Instead of waiting for a minute: a receiver that is gone for good.
    refused = own("webhook", "retry", token, pending["id"], code=1)
    assert pending["id"] in refused.stderr

    def dead() -> list[dict]:
        return own.json("webhook", "deliveries", token, "--dead")

    until(dead, 120 + 4 * own.patience)
    shown = own("webhook", "deliveries", token, "--dead")
    assert shown.stdout.startswith(f"{pending['id']}\tdead\t2\t")
    assert f"paperwire webhook retry {token} DELIVERY" in shown.stderr
    text = on_terminal(own, 60, "webhook", "deliveries", token)
    assert "dead" in text and "ERROR" in text
    receiver.answer = lambda _: Reply(200)
    again = own("webhook", "retry", token, "--all")
    assert f"{pending['id']} is posted once more" in again.stderr
    receiver.wait_for(lambda: any(d.id == pending["id"]
                                  for d in receiver.taken), 90)
    until(lambda: not dead(), own.patience)


def test_what_cannot_be_is_said(strict):
    paperwire, token = strict, word()
    paperwire("subscribe", token, "--id", token)
    for url, part in (("https://127.0.0.1/x", "--allow-private-webhooks"),
                      ("http://example.org/", "by https only"),
                      ("nonsense", "https://"),
                      ("https://me:pw@example.org/", "leave it out")):
        for words in (["webhook", "set", token, url],
                      ["subscribe", token, "--webhook", url]):
            refused = paperwire(*words, code=1)
            assert part in refused.stderr, url
            assert "whsec_" not in refused.stdout + refused.stderr
    long = paperwire("webhook", "set", token, "https://example.org/",
                     "--give-up-after", "10", code=1)
    assert "give_up_after: It is 10s; one minute" in long.stderr
