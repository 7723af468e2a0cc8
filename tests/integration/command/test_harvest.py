"""`paperwire harvest` from a source on this machine that answers like the
real one."""

from __future__ import annotations

import datetime
import http.server
import json
import threading
import urllib.parse
import uuid

import pytest


class DailyLists(http.server.BaseHTTPRequestHandler):
    """The daily_papers API, with two papers on each of its days."""

    days: dict[str, list[dict]] = {}
    agents: list[str] = []

    def do_GET(self) -> None:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        page = int(query.get("p", ["0"])[0])
        day = query["date"][0]
        body = json.dumps(self.days.get(day, []) if page == 0 else []).encode()
        type(self).agents.append(self.headers["User-Agent"])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def featured(token: str, number: int, day: str) -> dict:
    return {"paper": {"id": f"2601.{number:05}", "title": f"{token} {number}",
                      "summary": "An invented paper.", "upvotes": number,
                      "authors": [{"name": "Ada Lovelace", "hidden": False}],
                      "publishedAt": f"{day}T00:00:00.000Z"},
            "publishedAt": f"{day}T00:00:00.000Z", "title": f"{token} {number}",
            "numComments": 0}


@pytest.fixture
def source():
    DailyLists.days = {}
    DailyLists.agents = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), DailyLists)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/daily_papers"
    server.shutdown()
    thread.join()
    server.server_close()


def test_harvest_goes_on_where_it_stopped(own, source, tmp_path):
    token = "zq" + uuid.uuid4().hex
    today = datetime.datetime.now(datetime.timezone.utc).date()
    yesterday = str(today - datetime.timedelta(days=1))
    DailyLists.days[yesterday] = [featured(token, 1, yesterday),
                                  featured(token, 2, yesterday)]
    harvest = ["harvest", "hf-daily", "--base-url", source, "--from",
               yesterday, "--contact", "mailto:ops@example.org"]
    account, = own.json(*harvest)
    assert (account["read"], account["created"]) == (2, 2)
    assert all("ops@example.org" in agent for agent in DailyLists.agents)
    # The place is kept where the XDG rules say.
    assert (tmp_path / ".local/state/paperwire/hf-daily.json").exists()

    DailyLists.days[str(today)] = [featured(token, 3, str(today))]
    account, = own.json(*harvest)
    assert account["created"] == 1
    assert account["unaccounted"] == 0
    summary = own.json("search", token)[-1]["summary"]
    assert summary["total_full_matches"] == "3"


def test_a_source_that_cannot_be_used_is_told_apart_from_the_server(own):
    done = own("harvest", "arxiv", "--base-url", "gopher://127.0.0.1/",
               code=None)
    assert done.returncode in (1, 2)
    assert "gopher" in done.stderr
    assert "Is paperwired running" not in done.stderr
    # And the other way round: no server to bring the papers to.
    gone = own("harvest", "arxiv", "--server", "localhost:1", code=1)
    assert "cannot reach the server at localhost:1" in gone.stderr
