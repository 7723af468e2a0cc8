"""What the tests of digests share: a server that sends mail, and ways to have
something to send, and to make it due."""

from __future__ import annotations

import json
import pathlib
import sqlite3
import time

from conftest import command
from feeds import WebServer
from mail_server import MailServer, Received

import paperwire

PUBLIC = "https://papers.example.org"


class DigestServer(WebServer):
    """paperwired that hands digests to a mail server of the test."""

    def __init__(self, folder: pathlib.Path, *flags: str) -> None:
        super().__init__(folder, "--mail-from",
                         "Paperwire <digests@papers.example.org>",
                         "--public-url", PUBLIC, *flags)

    def make_due(self, seconds: float = 1) -> None:
        """Restarts it with all active digests due, so many seconds ago."""
        if self.process is not None:
            self.stop()
        now = int((time.time() - seconds) * 1e6)
        with sqlite3.connect(journal_of(self.data)) as db:
            db.execute("UPDATE digest SET due = ? WHERE due IS NOT NULL",
                       (now,))
            db.execute("UPDATE digest_issue SET next_attempt = ? "
                       "WHERE next_attempt IS NOT NULL", (now,))
        db.close()
        self.start()

    def path(self, link: str) -> str:
        """Of a link in a message, which names the public address."""
        assert link.startswith(PUBLIC + "/")
        return link[len(PUBLIC):]

    def post(self, link: str, form: str = "") -> tuple[int, str]:
        answer = self.get(self.path(link), method="POST", body=form, headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        return answer.status, answer.text

    def subscribe(self, mail: MailServer, address: str = "jane@example.net",
                  query: str = "pigeon", digest_id: str = "pigeons",
                  **settings: object) -> Received:
        """A digest that its reader confirmed; the message that asked."""
        taken = len(mail.received)
        with self.client() as client:
            client.digests.create(address, query, digest_id=digest_id,
                                  **settings)  # type: ignore[arg-type]
        asked = mail.wait(taken + 1)[-1]
        status, text = self.post(asked.link("confirm"))
        assert status == 200, text
        return asked

    def digest(self, digest_id: str = "pigeons") -> paperwire.Digest:
        with self.client() as client:
            return client.digests.get(digest_id)

    def take_in(self, *titles: str, source: str = "test",
                **fields: object) -> None:
        file = self.folder / "papers.jsonl"
        file.write_text("".join(json.dumps({
            "title": title, "abstract": f"About {title}.",
            "external_ids": [{"scheme": "test", "value": title}],
            **fields}) + "\n" for title in titles))
        command(self, "import", str(file), "--source", source)


def journal_of(data: pathlib.Path) -> pathlib.Path:
    """The SQLite file of a data folder."""
    (file,) = [f for f in data.iterdir()
               if f.is_file() and f.read_bytes()[:15] == b"SQLite format 3"]
    return file
