"""GET /api/daily_papers against real answers of Hugging Face's API: what was
imported from those is given back, and can be imported again."""

from __future__ import annotations

import gzip
import json
import pathlib
import random

import pytest
from conftest import DATA, PATIENCE, command
from feeds import WebServer

DAYS = ["2024-09-03", "2025-06-10", "2026-07-10"]
FIXTURES = DATA / "fixtures/hf_daily_papers"

needs_fixtures = pytest.mark.skipif(
    not FIXTURES.exists(),
    reason=f"there are no recorded lists in {DATA}: set PAPERWIRE_DATA")


@pytest.fixture
def web(tmp_path):
    server = WebServer(tmp_path)
    server.start()
    yield server
    if server.process is not None:
        server.stop()


def source(day: str) -> list[dict]:
    return json.loads((FIXTURES / f"{day}.json").read_text())


def take_in(server: WebServer, file: pathlib.Path, *flags: str) -> dict:
    account = json.loads(command(server, "import", str(file), "--json",
                                 *flags).stdout)
    assert int(account.get("rejected", 0)) == 0, account
    return account


def ask(server: WebServer, **parameters: str) -> list[dict]:
    answer = server.get("/api/daily_papers", **parameters)
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return json.loads(answer.body)


def ids(envelopes: list[dict]) -> list[str]:
    return [envelope["paper"]["id"] for envelope in envelopes]


def one_line(text: str) -> str:
    return " ".join(text.split())


def same_type(a: object, b: object) -> bool:
    return type(a) is type(b)


@needs_fixtures
def test_real_days_come_back(web):
    for day in DAYS:
        take_in(web, FIXTURES / f"{day}.json", "--day", day)
    for day in DAYS:
        given = source(day)
        got = ask(web, date=day)
        assert ids(got) == ids(given)
        for theirs, ours in zip(given, got):
            for key in ("upvotes", "publishedAt", "githubRepo", "githubStars",
                        "projectPage", "mediaUrls"):
                if key in theirs["paper"]:
                    assert ours["paper"][key] == theirs["paper"][key], key
            assert ours["title"] == ours["paper"]["title"] == one_line(
                theirs["title"])
            assert ours["paper"]["summary"] == one_line(
                theirs["paper"]["summary"])
            assert [a["name"] for a in ours["paper"]["authors"]] == [
                a["name"] for a in theirs["paper"]["authors"]]
            assert ours["numComments"] == theirs["numComments"]
            assert ours["paper"]["submittedOnDailyAt"][:10] == day
            # What a client finds there is there, and of the same type.
            for key in ("paper", "publishedAt", "title", "summary",
                        "numComments"):
                if key in theirs:
                    assert same_type(ours[key], theirs[key]), key
            assert "thumbnail" in ours
            assert all(author["hidden"] is False
                       for author in ours["paper"]["authors"])


@needs_fixtures
def test_what_is_given_can_be_imported_again(web, tmp_path):
    for day in DAYS:
        take_in(web, FIXTURES / f"{day}.json", "--day", day)
    answers = {day: web.get("/api/daily_papers", date=day).body
               for day in DAYS}
    folder = tmp_path / "second"
    folder.mkdir()
    second = WebServer(folder)
    second.start()
    try:
        for day, body in answers.items():
            file = tmp_path / f"{day}.json"
            file.write_bytes(body)
            # The day is told by the records themselves.
            account = take_in(second, file)
            assert int(account["created"]) == len(source(day))
        for day, body in answers.items():
            assert second.get("/api/daily_papers", date=day).body == body
    finally:
        second.stop()


@needs_fixtures
def test_pages_and_orders(web):
    for day in DAYS:
        take_in(web, FIXTURES / f"{day}.json", "--day", day)
    everything = [i for day in reversed(DAYS) for i in ids(source(day))]
    assert ids(ask(web)) == everything[:50]
    assert ids(ask(web, sort="publishedAt", limit="100")) == everything
    pages = [ids(ask(web, limit="10", p=str(page))) for page in range(6)]
    assert [i for page in pages for i in page] == everything
    assert pages[5] == []
    day = ids(source(DAYS[1]))
    assert ids(ask(web, date=DAYS[1], limit="10", p="1")) == day[10:20]
    assert ids(ask(web, week="2025-W24", limit="100")) == day
    assert ids(ask(web, month="2025-06", limit="100")) == day
    assert ask(web, date="2025-06-11") == []
    # By votes now: one that is cast here lifts it over its equals.
    low = day[-1]
    command(web, "vote", low)
    trending = ids(ask(web, date=DAYS[1], sort="trending"))
    assert sorted(trending) == sorted(day)
    assert trending.index(low) < day.index(low)
    assert ids(ask(web, date=DAYS[1])) == day
    assert ids(ask(web, sort="trending")) == [low]


def test_submitters(web, tmp_path):
    file = tmp_path / "lists.json"
    file.write_text(json.dumps([
        {"paper": {"id": f"2410.0000{number}", "title": f"Kites {number}",
                   "upvotes": number,
                   "submittedOnDailyAt": "2024-10-03T08:00:00.000Z",
                   "submittedOnDailyBy": {"fullname": who, "name": who}}}
        for number, who in ((1, "ada"), (2, "bo"), (3, "ada"))]))
    take_in(web, file, "--format", "hf-daily")
    for parameters in ({}, {"date": "2024-10-03"}, {"month": "2024-10"}):
        assert ids(ask(web, submitter="ada", **parameters)) == [
            "2410.00003", "2410.00001"]
        assert ids(ask(web, submitter="ada", limit="1", p="1",
                       **parameters)) == ["2410.00001"]
        assert ask(web, submitter="nobody", **parameters) == []
    envelope, = ask(web, submitter="bo")
    assert envelope["submittedBy"]["fullname"] == "bo"
    assert envelope["paper"]["submittedOnDailyBy"]["name"] == "bo"


@pytest.mark.parametrize(("parameters", "part"), [
    ({"date": "2024-W40"}, "date: "),
    ({"date": "2024-10"}, "date: "),
    ({"date": "tomorrow"}, "2026-07-10"),
    ({"week": "2024-W54"}, "2026-W28"),
    ({"month": "2024-13"}, "2026-07"),
    ({"date": "2024-10-03", "week": "2024-W40"}, "not several"),
    ({"limit": "101"}, "from 1 to 100"),
    ({"p": "-1"}, "from 0 to"),
    ({"sort": "upvotes"}, "publishedAt, trending"),
    ({"page": "1"}, "There are: date, week, month"),
])
def test_bad_parameters(web, parameters, part):
    answer = web.get("/api/daily_papers", **parameters)
    assert answer.status == 400
    assert part in answer.text


@pytest.mark.skipif(PATIENCE > 1, reason="too slow when sanitized")
def test_all_real_lists(web, tmp_path):
    folder = DATA / "hf_daily"
    if not folder.exists():
        pytest.skip(f"there are no daily lists in {DATA}: set PAPERWIRE_DATA")
    with gzip.open(folder / "papers.jsonl.gz", "rt") as lines:
        papers = {paper["id"]: paper for paper in map(json.loads, lines)}
    with gzip.open(folder / "daily.jsonl.gz", "rt") as lines:
        listed = [json.loads(line) for line in lines]
    listed = [row for row in listed if row["id"] in papers]
    file = tmp_path / "lists.json"
    file.write_text(json.dumps([
        {"paper": {
            "id": row["id"], "title": papers[row["id"]]["title"],
            "upvotes": row["upvotes"],
            "submittedOnDailyAt": f"{row['date']}T00:00:00.000Z"},
         "numComments": row["num_comments"]} for row in listed]))
    take_in(web, file, "--format", "hf-daily")
    days: dict[str, dict[str, int]] = {}
    first: dict[str, int] = {}
    votes: dict[str, int] = {}
    for place, row in enumerate(listed):
        days.setdefault(row["date"], {})[row["id"]] = row["upvotes"]
        first.setdefault(row["id"], place)
        votes[row["id"]] = row["upvotes"]

    def in_order(day: dict[str, int]) -> list[str]:
        return sorted(day, key=lambda i: (-day[i], first[i]))

    for day in random.Random(558).sample(sorted(days), 40):
        got = []
        while page := ask(web, date=day, limit="100", p=str(len(got) // 100)):
            got += page
            if len(page) < 100:
                break
        assert ids(got) == in_order(days[day]), day
        assert [e["paper"]["upvotes"] for e in got] == [
            votes[i] for i in ids(got)]
        feed = web.json_feed(f"/feeds/days/{day}.json")
        assert [item["_paperwire"]["external_ids"][0]
                for item in feed["items"]] == [f"arxiv:{i}" for i in ids(got)]
    # All there is, page by page: the newest day first, and no paper twice.
    seen: list[str] = []
    page = 0
    while found := ids(ask(web, limit="100", p=str(page))):
        seen += found
        page += 1
    expected = dict.fromkeys(
        i for day in sorted(days, reverse=True) for i in in_order(days[day]))
    assert seen == list(expected)
