"""Many digests that are due at once, and a mail server on the same machine.

Every reader has one of three queries, every other one a board as well; each
message has 15 to 50 papers. Timed is from the first message that the mail
server took to the last. The mail server is the one of the tests: it takes some
of the two cores, too, so that the server's own CPU time for a message is told
beside the rate.
"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

os.environ.setdefault("PAPERWIRE_TORTURE_DIGESTS",
                      sys.argv[1] if len(sys.argv) > 1 else "10000")

from digests import DigestServer
from mail_server import MailServer
from test_kill_digests import DIGESTS, prepare


def cpu_seconds(server: DigestServer) -> float:
    assert server.process is not None
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text()
    user, system = fields.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, MailServer() as mail:
        server = DigestServer(pathlib.Path(folder), "--smtp", mail.url,
                              "--smtp-plain")
        prepare(server, mail)
        mail.received.clear()
        server.make_due()
        mail.wait(1, seconds=60)
        cpu = cpu_seconds(server)
        mail.wait(DIGESTS, seconds=60 + DIGESTS / 20)
        cpu = cpu_seconds(server) - cpu
        arrived = [message.arrived for message in mail.received]
        took = max(arrived) - min(arrived)
        time.sleep(1)  # the last outcomes are noted
        server.stop()
        print(json.dumps({
            "digests": DIGESTS,
            "messages_per_second": round(DIGESTS / took, 1),
            "seconds": round(took, 1),
            "server_cpu_ms_per_message": round(1000 * cpu / DIGESTS, 2),
            "median_bytes": int(statistics.median(
                len(message.data) for message in mail.received)),
        }))


if __name__ == "__main__":
    main()
