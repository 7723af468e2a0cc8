"""kill -9 at a random moment while many digests are due.

What is stated (service/digest/sender.h): every message that is due is sent;
one that was under way when the process died may come twice, under one
Message-ID and with the same papers, and at most Sender::kUnderWay of them do.

PAPERWIRE_TORTURE_DIGESTS, PAPERWIRE_TORTURE_ROUNDS and PAPERWIRE_TORTURE_SEED
change the run.
"""

from __future__ import annotations

import collections
import concurrent.futures
import os
import random
import shutil
import time

import torture
from conftest import PATIENCE
from digests import DigestServer
from mail_server import MailServer

DIGESTS = int(os.environ.get("PAPERWIRE_TORTURE_DIGESTS", "200"))
ROUNDS = torture.rounds(3, 1)
UNDER_WAY = 32
KINDS = ("pigeon", "sparrow", "pigeon OR sparrow")


def prepare(server: DigestServer, mail: MailServer) -> None:
    """Many digests that were confirmed, and papers for all of them."""
    server.start()
    with server.client() as client, \
            concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: client.digests.create(
            f"reader{i}@example.net", KINDS[i % len(KINDS)],
            trending="week" if i % 2 else None, digest_id=f"d{i}"),
            range(DIGESTS)))
        asked = mail.wait(DIGESTS, seconds=30 + DIGESTS / 50)
        list(pool.map(lambda message: client.digests.confirm(
            message.link("confirm")), asked))
    server.take_in(*(f"pigeon {i}" for i in range(15)),
                   *(f"sparrow {i}" for i in range(15)), "a robin",
                   features=[{"day": time.strftime("%Y-%m-%d", time.gmtime()),
                              "source": "test", "vote_count": 3}])
    server.stop()


def run_round(server: DigestServer, mail: MailServer,
              chooser: random.Random, usual: float) -> float:
    """One death in the middle; how long all took, or would have."""
    mail.received.clear()
    began = time.monotonic()
    server.make_due()
    mail.wait(1, seconds=60)
    first = time.monotonic()
    after = chooser.uniform(0, usual)
    time.sleep(after)
    server.kill()
    killed = len(mail.received)
    server.start()
    mail.wait(DIGESTS, seconds=60 + DIGESTS / 20)
    with server.client() as client:
        states = collections.Counter()
        deadline = time.monotonic() + 60 * PATIENCE
        while states["sent"] != DIGESTS:
            assert time.monotonic() < deadline, states
            time.sleep(0.2)
            states = collections.Counter(
                client.digests.issues(f"d{i}")[0].state
                for i in range(DIGESTS))
        server.stop()
    took = time.monotonic() - first
    by_reader = collections.defaultdict(list)
    for message in mail.received:
        by_reader[message.to].append(message)
    assert len(by_reader) == DIGESTS
    twice = 0
    for reader, messages in by_reader.items():
        assert len(messages) <= 2, f"{reader} got {len(messages)}"
        if len(messages) == 2:
            twice += 1
            assert messages[0].id == messages[1].id
            assert messages[0].part("plain") == messages[1].part("plain")
    assert twice <= UNDER_WAY
    print(f"killed after {after:.2f} s with {killed} of {DIGESTS} handed "
          f"over; {twice} came twice, none not at all; "
          f"{took:.1f} s in all, {first - began:.1f} s to the first")
    return took


def test_kill_9_while_digests_are_sent(tmp_path):
    print(f"PAPERWIRE_TORTURE_SEED={torture.SEED}")
    chooser = random.Random(torture.SEED)
    with MailServer() as mail:
        server = DigestServer(tmp_path, "--smtp", mail.url, "--smtp-plain")
        prepare(server, mail)
        whole = tmp_path / "whole"
        shutil.copytree(server.data, whole)
        usual = DIGESTS / 450
        for _ in range(ROUNDS):
            shutil.rmtree(server.data)
            shutil.copytree(whole, server.data)
            run_round(server, mail, chooser, usual)
