"""Stars, picks and signals: what is said of papers that the server has."""

from __future__ import annotations

import http.server
import json
import pathlib
import threading
import time

import pytest
from conftest import PATIENCE, Server, command

import paperwire


class GitHub:
    """A scripted HTTP server that stands for GitHub's REST API.

    Repositories are `owner/name`: stars. Answers carry an ETag, and are 304
    to who has it already.
    """

    def __init__(self, stars: dict[str, int]) -> None:
        self.stars = stars
        self.moved: dict[str, str] = {}
        self.asked: list[tuple[str, int]] = []
        self.tokens: set[str | None] = set()
        # Requests after which the limit is used up, for a second and a bit.
        self.limit: int | None = None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        name = request.path.removeprefix("/repos/")
        self.tokens.add(request.headers["Authorization"])
        headers = {}
        body = b"{}"
        if self.limit is not None and len(self.asked) == self.limit:
            self.limit = None
            status = 403
            headers = {"Retry-After": "1"}
        elif name in self.moved:
            status = 301
            headers = {"Location": "/repos/" + self.moved[name]}
        elif name in self.stars:
            etag = f'W/"{self.stars[name]}"'
            headers = {"ETag": etag}
            status = 304 if request.headers["If-None-Match"] == etag else 200
            if status == 200:
                body = json.dumps({"full_name": name, "stargazers_count":
                                   self.stars[name]}).encode()
        else:
            status = 404
        self.asked.append((name, status))
        request.send_response(status)
        for key, value in headers.items():
            request.send_header(key, value)
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if status != 304:
            request.wfile.write(body)

    def answered(self) -> list[tuple[str, int]]:
        """What was asked and answered since the last call."""
        asked, self.asked = sorted(self.asked), []
        return asked

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def github():
    server = GitHub({"a/one": 41, "b/two": 7})
    yield server
    server.close()


def linked(number: int, repository: str, **options: object) -> paperwire.Paper:
    return paperwire.Paper(
        f"Invented study {number}",
        abstract=f"Code is at https://github.com/{repository}.",
        **{"arxiv_id": f"2601.{number:05d}", "published": "2026-01-05",
           **options})


def stars(client: paperwire.Client, name: str) -> float | None:
    values = [signal.value for signal in client.get(name).proto.signals
              if signal.kind == "github-stars"]
    return values[0] if values else None


def harvest(server: Server, github: GitHub, folder: pathlib.Path,
            *flags: str) -> tuple[dict, str]:
    done = command(server, "harvest", "github-stars", "--json", "--base-url",
                   github.url, "--state", str(folder / "stars.json"), *flags)
    account = {key: int(value)
               for key, value in json.loads(done.stdout).items()
               if key in ("read", "updated", "merged", "unchanged", "rejected")}
    return account, done.stderr


def told(account: dict) -> int:
    """How many papers a harvest changed.

    The first report of a source of its own is a merge, those after it are
    updates.
    """
    return account.get("updated", 0) + account.get("merged", 0)


def test_stars_of_linked_repositories(server, client, github, tmp_path):
    client.import_papers([
        linked(1, "A/One"), linked(2, "a/one/tree/main"), linked(3, "b/two"),
        linked(4, "gone/away"),
        linked(5, "topics/nlp"),
        linked(6, "b/two", arxiv_id=None),
        paperwire.Paper("Without code", arxiv_id="2601.00007"),
        linked(8, "b/two", withdrawn=True),
    ], source="test")
    account, said = harvest(server, github, tmp_path)
    assert github.answered() == [("a/one", 200), ("b/two", 200),
                                 ("gone/away", 404)]
    assert told(account) == account["read"] == 3, account
    assert "1 paper with code has no external id" in said
    assert [stars(client, f"2601.{n:05d}") for n in (1, 2, 3, 4, 5, 7, 8)] == [
        41, 41, 7, None, None, None, None]
    paper = client.get("2601.00001")
    assert list(paper.sources) == ["test", "github"]
    assert paper.title == "Invented study 1"
    counted = paper.proto.signals[0].observed_time.seconds
    assert abs(time.time() - counted) < 60 * PATIENCE

    # Nothing has changed, and nothing is written.
    sequence = client.stats().sequence
    account, _ = harvest(server, github, tmp_path)
    assert github.answered() == [("a/one", 304), ("b/two", 304),
                                 ("gone/away", 404)]
    assert told(account) == 0
    assert client.stats().sequence == sequence

    # One repository has moved and got a star; the limit is used up between.
    github.moved["b/two"] = "c/two"
    github.stars["c/two"] = github.stars.pop("b/two") + 1
    github.limit = 1
    account, said = harvest(server, github, tmp_path)
    assert told(account) == 1
    assert stars(client, "2601.00003") == 8
    assert stars(client, "2601.00001") == 41
    assert "403 Forbidden, waiting" in said
    assert "1 moved" in said
    assert github.tokens == {None}


def test_an_interrupted_harvest_goes_on(server, client, github, tmp_path):
    github.stars = {f"a/r{n}": n for n in range(6)}
    client.import_papers([linked(n, f"a/r{n}") for n in range(6)])
    token = tmp_path / "token"
    token.write_text("secret\n")
    asked = []
    for _ in range(3):
        harvest(server, github, tmp_path, "--max", "2", "--token-file",
                str(token))
        asked.append(github.answered())
    assert [len(names) for names in asked] == [2, 2, 2]
    assert len({name for names in asked for name, _ in names}) == 6
    assert [stars(client, f"2601.{n:05d}") for n in range(6)] == list(range(6))
    assert github.tokens == {"Bearer secret"}


def test_a_pick_is_on_the_page_of_its_day(server, client):
    client.import_papers([linked(1, "a/one"), linked(2, "b/two")],
                         source="test")
    command(server, "pick", "2601.00001", "--day", "2026-11-26", "--curator",
            "Ada")
    assert client.pick("2601.00002", day="2026-11-25").changed

    def listed(day: str) -> list[str]:
        lines = command(server, "list", "--day", day, "--by", "featured",
                        "--json").stdout.splitlines()
        return [json.loads(line)["title"] for line in lines]

    assert listed("2026-11-26") == ["Invented study 1"]
    assert listed("2026-11-25") == ["Invented study 2"]
    assert listed("2026-11-24") == []
    assert [day.label for day in client.days()] == ["2026-11-26", "2026-11-25"]
    (feature,) = client.get("2601.00001").proto.features
    assert (feature.source, feature.curator) == ("picks", "Ada")

    # A pick is no vote; with one, the paper is on the board.
    assert [entry.title for entry in client.trending(window="all")] == []
    client.vote("2601.00001")
    assert [entry.title for entry in client.trending(window="all")] == [
        "Invented study 1"]
    # Both stay after a restart, and nothing else of the paper has changed.
    server.stop()
    server.start()
    assert listed("2026-11-26") == ["Invented study 1"]
    paper = client.get("2601.00001")
    assert (paper.votes, paper.title) == (1, "Invented study 1")


def test_the_newest_signal_stands_and_the_journal_has_both(server, client):
    client.import_papers([linked(1, "a/one")], source="test")

    def say(value: str, when: str) -> str:
        return command(server, "signal", "2601.00001", "github-stars", value,
                       "--time", when, "--source", "me").stderr

    assert "has 100 github-stars" in say("100", "2026-07-10T12:00:00Z")
    assert "has 120 github-stars" in say("120", "2026-07-11T12:00:00Z")
    assert stars(client, "2601.00001") == 120
    late = say("90", "2026-07-09T12:00:00Z")
    assert late.startswith("nothing new: "), late
    assert "120 github-stars, counted 2026-07-11T12:00:00Z" in late
    assert stars(client, "2601.00001") == 120
    assert not client.signal("2601.00001", "github-stars", 90,
                             time="2026-07-09", source="me").changed

    # The journal has each change with its own time, newest first; what
    # changed nothing is not in it.
    changes = client.changes("2601.00001")
    assert [(change.kind, change.source) for change in changes] == [
        ("updated", "me"), ("merged", "me"), ("created", "test")]
    lines = command(server, "changes", "2601.00001",
                    "--json").stdout.splitlines()
    times = [json.loads(line)["change_time"] for line in lines]
    assert len(times) == 3 and times == sorted(times, reverse=True)

    # A source that speaks for the first time is journalled, with no effect on
    # the count, and the client does not call that a change.
    assert not client.signal("2601.00001", "github-stars", 80,
                             time="2026-07-08").changed
    assert stars(client, "2601.00001") == 120
    assert client.changes("2601.00001")[0].source == "signals"


def test_a_line_may_say_who_submitted(server, client, tmp_path):
    lines = tmp_path / "papers.jsonl"
    lines.write_text(json.dumps({
        "title": "Invented study",
        "external_ids": [{"scheme": "doi", "value": "10.5555/12345"}],
        "submitter": "Ada"}))
    command(server, "import", str(lines))
    assert client.get("doi:10.5555/12345").proto.submitter == "Ada"


def test_what_cannot_be_said(server, client):
    client.import_papers([
        linked(1, "a/one", arxiv_id=None), linked(2, "a/one", withdrawn=True),
    ], source="test")
    for words, reason in [
            (["2601.99999"], "2601.99999"),
            (["2601.00002"], "is withdrawn"),
            ([client.search("Invented study 1")[0].name], "no external id")]:
        for rest in (["citations", "1"], None):
            done = (command(server, "signal", *words, *rest, check=False)
                    if rest else command(server, "pick", *words, check=False))
            assert done.returncode == 1
            assert reason in done.stderr
    with pytest.raises(paperwire.FailedPrecondition) as caught:
        client.pick("2601.00002", day="2026-11-26")
    assert caught.value.reason == "PAPER_WITHDRAWN"
    client.import_papers([linked(3, "a/one")])
    with pytest.raises(paperwire.InvalidArgument, match="kind"):
        client.signal("2601.00003", "", 1)
    done = command(server, "signal", "2601.00003", "x" * 65, "1", check=False)
    assert done.returncode == 1
    assert "kind" in done.stderr
