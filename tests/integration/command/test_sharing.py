"""Members of a share group, reasons and late sources, against a real server."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time

import pytest
from command.running import next_event, on_terminal, papers, word


def subscribe(paperwire, token: str) -> str:
    paperwire("subscribe", token, "--id", token)
    return token


def member(token: str, *words: str) -> list[str]:
    return ["watch", "--subscription", token, "--share-group", "workers",
            *words]


def group(paperwire, token: str) -> dict:
    subscription, = paperwire.json("subscriptions", "show", token)
    return subscription["share_groups"][0]


def until(condition, paperwire) -> None:
    deadline = time.monotonic() + paperwire.patience
    while not condition():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.05)


def titles(text: str) -> list[str]:
    """The titles in what a watch writes to a program."""
    return [line.split("\t")[3] for line in text.splitlines()]


def rest(running) -> list[str]:
    """The titles of whole lines that are left in the pipe."""
    found = []
    for line in running.stdout:
        if line.startswith('{"match":') and line.endswith("}\n"):
            found.append(json.loads(line)["match"]["paper"]["title"])
    return found


def numbered(token: str, count: int) -> list[str]:
    return sorted(f"{token} number {i}" for i in range(count))


def test_members_split_the_papers_among_them(paperwire, tmp_path):
    token = subscribe(paperwire, word())
    outputs = [tmp_path / f"member{i}" for i in range(3)]
    members = []
    for path in outputs:
        with path.open("w") as file:
            members.append(paperwire.start(*member(token), stdout=file))
    until(lambda: paperwire.json("subscriptions", "show", token)[0][
        "share_groups"], paperwire)
    until(lambda: group(paperwire, token)["watcher_count"] == 3, paperwire)
    for first in range(0, 300, 30):
        paperwire("import", "-", stdin=papers(token, 30, first=first))

    def seen() -> list[str]:
        return [title for path in outputs for title in
                titles(path.read_text())]

    until(lambda: len(seen()) >= 300, paperwire)
    for running in members:
        running.send_signal(signal.SIGINT)
        assert running.wait(paperwire.patience) == 0
        assert "stopped after" in running.stderr.read()
    assert sorted(seen()) == numbered(token, 300)
    assert group(paperwire, token)["leased_count"] == 0
    assert paperwire(*member(token, "--until-caught-up")).stdout == ""
    # Neither the cursor nor another group was moved by it.
    watch = ["watch", "--subscription", token, "--until-caught-up"]
    assert len(titles(paperwire(*watch, "--share-group", "lab").stdout)) == 300
    assert len(titles(paperwire(*watch).stdout)) == 300


def test_kill_9_gives_what_was_held_to_the_others(paperwire):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 500))
    seen = []
    for lines in (1, 120):
        running = paperwire.start(*member(token, "--json"))
        for _ in range(lines):
            seen.append(next_event(running, "match")["paper"]["title"])
        running.kill()
        seen += rest(running)
        running.wait()
    seen += titles(paperwire(*member(token, "--until-caught-up")).stdout)
    assert sorted(set(seen)) == numbered(token, 500)
    # What comes twice had been written, but not acknowledged.
    assert len(seen) <= 500 + 2 * 101


def test_ctrl_c_gives_back_what_was_not_written(paperwire):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 1500))
    seen = []
    for lines in (1, 40, 130):
        running = paperwire.start(*member(token, "--json"))
        for _ in range(lines):
            seen.append(next_event(running, "match")["paper"]["title"])
        time.sleep(0.3)  # the pipe is full
        running.send_signal(signal.SIGINT)
        time.sleep(0.1)
        seen += rest(running)
        assert running.wait(paperwire.patience) == 0
        assert "goes to the others in the group" in running.stderr.read()
    assert len(seen) < 1500
    # At once: nothing is held until a lease runs out.
    seen += titles(paperwire(*member(token, "--until-caught-up")).stdout)
    assert sorted(seen) == numbered(token, 1500)


def test_what_did_not_get_through_is_not_acknowledged(paperwire):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 5))
    with open("/dev/full", "w") as full:
        running = paperwire.start(*member(token), stdout=full)
        assert running.wait(paperwire.patience) == 1
    assert "No space left on device" in running.stderr.read()
    read = paperwire(*member(token, "--until-caught-up"))
    assert sorted(titles(read.stdout)) == numbered(token, 5)


def test_a_member_that_stands_still_loses_its_papers_in_time(paperwire):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 300))
    # Nobody reads: it is stuck with what it holds, and acknowledges nothing.
    stuck = paperwire.start(*member(token, "--lease", "2", "--json"))
    next_event(stuck, "match")
    stuck.send_signal(signal.SIGSTOP)
    other = paperwire.start(*member(token, "--lease", "2", "--json",
                                    "--timeout", str(2 * paperwire.patience)))
    seen = set()
    while len(seen) < 300:
        seen.add(next_event(other, "match")["paper"]["title"])
    assert sorted(seen) == numbered(token, 300)
    stuck.send_signal(signal.SIGCONT)
    for running in (stuck, other):
        running.send_signal(signal.SIGINT)
        rest(running)
        assert running.wait(paperwire.patience) == 0


def test_a_member_survives_a_server_that_is_killed(own, server):
    token = subscribe(own, word())
    running = own.start(*member(token, "--json"))
    next_event(running, "caught_up")
    seen = []
    for run in range(3):
        own("import", "-", stdin=papers(token, 2, first=run * 2))
        while len(seen) < (run + 1) * 2:
            seen.append(next_event(running, "match")["paper"]["title"])
        until(lambda: group(own, token)["leased_count"] == 0, own)
        server.kill()
        server.start()
    own("import", "-", stdin=papers(token, 1, first=6))
    seen.append(next_event(running, "match")["paper"]["title"])
    running.send_signal(signal.SIGTERM)
    assert running.wait(own.patience) == 0
    assert seen == numbered(token, 7)
    assert own(*member(token, "--until-caught-up")).stdout == ""


def test_a_group_can_be_forgotten(paperwire):
    token = subscribe(paperwire, word())
    running = paperwire.start(*member(token, "--json"))
    next_event(running, "caught_up")
    shown = paperwire("subscriptions", "show", token).stdout
    assert "workers: 1 watching, 0 in work" in shown
    forget = ["subscriptions", "delete-group", token, "--share-group",
              "workers", "--yes"]
    assert "deleted the share group workers" in paperwire(*forget).stderr
    assert running.wait(paperwire.patience) == 1
    assert "share group" in running.stderr.read()
    gone = paperwire(*forget, code=1)
    assert "paperwire subscriptions show" in gone.stderr
    short = paperwire(*member(token, "--lease", "0.5"), code=1)
    assert "lease_duration: It is 500ms" in short.stderr


@pytest.mark.parametrize("columns", [60, 120])
def test_reasons_say_where_the_words_stand(paperwire, columns):
    token = word()
    paperwire("import", "-", stdin=papers(token, 2))
    watch = ["watch", f"{token} author:lovelace", "--from", "beginning",
             "--explain", "--until-caught-up"]
    events = [json.loads(line)["match"] for line in
              paperwire(*watch, "--json").stdout.splitlines()
              if line.startswith('{"match"')]
    assert [(r["term"], r["field"]) for r in events[0]["reasons"]] == [
        (token, "title"), (token, "abstract"), ("author:lovelace", "author")]
    piped = paperwire(*watch).stdout.splitlines()
    assert piped[0].split("\t")[6].startswith(
        f'{token} in title: "{token} number 0"; {token} in abstract: "')
    text = on_terminal(paperwire, columns, *watch)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r", "")
    assert re.search(rf"^ {{10}}{token} +title +{token}", plain, re.M)
    assert re.search(r"^ {10}author:lovelace +author +Ada Lovelace", plain,
                     re.M)
    assert max(map(len, plain.split("\n"))) <= columns


def test_silence_of_a_source_is_visible(own, server):
    token = word()
    own("import", "-", stdin=papers(token, 1))
    source, = own.json("status")[0]["stats"]["sources"]
    name = source["source"]
    assert source["freshness"]["late"] is False
    assert source["freshness"]["last_news_time"]
    assert "late" not in on_terminal(own, 80, "status").lower()
    # Five days of papers each morning, and none for two days.
    server.stop()
    now, day = int(time.time()), 24 * 3600
    with sqlite3.connect(server.data / "paperwire.db") as db:
        db.execute("UPDATE source SET news = ?, pauses = ?",
                   ((now - 2 * day) * 10**6, " ".join([str(day)] * 5)))
    db.close()
    server.start()
    source, = own.json("status")[0]["stats"]["sources"]
    assert source["freshness"]["late"] is True
    assert source["freshness"]["usual_interval"] == "86400s"
    for columns in (60, 120):
        text = on_terminal(own, columns, "status")
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r", "")
        assert f"Late        {name}\n" in plain
        assert "late by 12 h" in plain
        assert max(map(len, plain.split("\n")[-4:])) <= columns
    watch = own("watch", token, "--timeout", "25", "--json")
    assert watch.stderr.count(f"{name} is late by 12 h") == 1
    assert any(event["progress"]["sources"][0]["late"]
               for event in map(json.loads, watch.stdout.splitlines())
               if "progress" in event)
    # It comes back.
    own("import", "-", stdin=papers(token, 1, first=1))
    assert own.json("status")[0]["stats"]["sources"][0]["freshness"][
        "late"] is False
