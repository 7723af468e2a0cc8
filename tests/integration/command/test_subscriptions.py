"""Subscriptions as people and programs use them, against a real server."""

from __future__ import annotations

import datetime
import json
import re
import signal
import time

import pytest
from command.running import next_event, on_terminal, papers, word


def subscribe(paperwire, token: str, *words: str) -> str:
    """Leaves a query for `token` standing, and returns the id."""
    name = paperwire("subscribe", token, "--id", token, *words).stdout
    assert name == f"users/local/subscriptions/{token}\n"
    return token


def shown(paperwire, id: str) -> dict:
    subscription, = paperwire.json("subscriptions", "show", id)
    return subscription


def titles(text: str) -> list[str]:
    """The titles in what a watch writes to a program."""
    return [line.split("\t")[3] for line in text.splitlines()]


def numbered(token: str, *numbers: int) -> list[str]:
    return [f"{token} number {i}" for i in numbers]


def test_a_subscription_is_read_from_its_cursor_on(paperwire):
    token = word()
    paperwire("import", "-", stdin=papers(token, 3))
    made = paperwire("subscribe", token, "--id", token)
    assert made.stdout == f"users/local/subscriptions/{token}\n"
    assert f"paperwire watch --subscription {token}\n" in made.stderr
    assert "would have sent 3 papers in the last 30 days" in made.stderr
    watch = ["watch", "--subscription", token, "--until-caught-up"]
    # What was there before is no news.
    assert paperwire(*watch).stdout == ""
    seen = []
    for run in range(1, 4):
        paperwire("import", "-", stdin=papers(token, 3, first=run * 3))
        assert shown(paperwire, token)["pending_count"] == 3
        seen += titles(paperwire(*watch).stdout)
        assert shown(paperwire, token)["pending_count"] == 0
    assert seen == numbered(token, *range(3, 12))
    assert shown(paperwire, token)["cursor"]["commit_time"]


def test_only_reading_from_the_cursor_moves_it(paperwire, tmp_path):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 4))
    watch = ["watch", "--subscription", token, "--until-caught-up"]
    cursor = tmp_path / "cursor"
    for words, count in ((["--no-commit"], 4), (["--from", "now"], 0),
                         (["--from", "1h"], 4), (["--cursor", str(cursor)], 4),
                         (["--cursor", str(cursor)], 0)):
        read = paperwire(*watch, *words)
        assert len(titles(read.stdout)) == count, words
        assert shown(paperwire, token)["pending_count"] == 4, words
    assert len(titles(paperwire(*watch).stdout)) == 4
    assert shown(paperwire, token)["pending_count"] == 0
    # All that was noted is still there to be read again.
    assert len(titles(paperwire(*watch, "--from", "beginning").stdout)) == 4


def test_a_place_that_was_not_committed_may_be_given(paperwire):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 2))
    running = paperwire.start("watch", "--subscription", token, "--no-commit",
                              "--json")
    for title in numbered(token, 0, 1):
        assert next_event(running, "match")["paper"]["title"] == title
    running.send_signal(signal.SIGINT)
    assert running.wait(paperwire.patience) == 0
    place = re.search(r"stopped after 2 matches; go on with --from (\S+)",
                      running.stderr.read())
    paperwire("import", "-", stdin=papers(token, 1, first=2))
    rest = paperwire("watch", "--subscription", token, "--from", place[1],
                     "--until-caught-up")
    assert titles(rest.stdout) == numbered(token, 2)


def test_a_live_watch_commits_as_it_goes(paperwire):
    token = subscribe(paperwire, word())
    running = paperwire.start("watch", "--subscription", token, "--json")
    next_event(running, "caught_up")
    for i in range(3):
        paperwire("import", "-", stdin=papers(token, 1, first=i))
        match = next_event(running, "match")
        deadline = time.monotonic() + paperwire.patience
        while shown(paperwire, token)["cursor"]["sequence"] != \
                match["sequence"]:
            assert time.monotonic() < deadline
    running.send_signal(signal.SIGTERM)
    assert running.wait(paperwire.patience) == 0
    assert running.stderr.read() == \
        "stopped after 3 matches; the place is kept on the server\n"


def test_kill_9_loses_nothing(paperwire):
    token = subscribe(paperwire, word())
    everything = numbered(token, *range(3000))
    paperwire("import", "-", stdin=papers(token, 3000))
    watch = ["watch", "--subscription", token, "--json"]
    seen = []
    for lines in (1, 150, 700):
        running = paperwire.start(*watch)
        for _ in range(lines):
            seen.append(next_event(running, "match")["paper"]["title"])
        running.kill()
        # What it had written out is ours, too; a last line may be torn.
        for line in running.stdout.read().splitlines():
            if line.startswith('{"match":') and line.endswith("}}"):
                seen.append(json.loads(line)["match"]["paper"]["title"])
        running.wait()
    assert len(seen) > 850
    running = paperwire.start(*watch, "--until-caught-up")
    for line in running.stdout:
        event = json.loads(line)
        if "match" in event:
            seen.append(event["match"]["paper"]["title"])
    assert running.wait(paperwire.patience) == 0
    assert set(seen) == set(everything)
    # What comes twice had been written, but not committed: a batch a kill.
    assert len(seen) <= len(everything) + 3 * 101


@pytest.mark.parametrize("kept_in", ["server", "file"])
def test_ctrl_c_in_the_middle_loses_and_doubles_nothing(
        paperwire, tmp_path, kept_in):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 2000))
    watch = {"server": ["watch", "--subscription", token],
             "file": ["watch", token, "--cursor", str(tmp_path / "cursor"),
                      "--from", "beginning"]}[kept_in]
    seen = []
    for lines in (1, 30, 60, 90, 120):
        running = paperwire.start(*watch, "--json")
        events = [next_event(running, "match") for _ in range(lines)]
        # Soon the pipe is full: it stops at another part of a batch each time.
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        time.sleep(0.1)
        events += [event["match"] for event in map(json.loads, running.stdout)
                   if "match" in event]
        assert running.wait(paperwire.patience) == 0
        assert f"stopped after {len(events)} matches; the place is kept" in \
            running.stderr.read()
        seen += [match["paper"]["title"] for match in events]
    assert len(seen) < 2000
    seen += titles(paperwire(*watch, "--until-caught-up").stdout)
    assert seen == numbered(token, *range(2000))


def test_what_did_not_get_through_is_not_committed(paperwire):
    token = subscribe(paperwire, word())
    paperwire("import", "-", stdin=papers(token, 5))
    with open("/dev/full", "w") as full:
        running = paperwire.start("watch", "--subscription", token,
                                  stdout=full)
        assert running.wait(paperwire.patience) == 1
    assert "No space left on device" in running.stderr.read()
    assert shown(paperwire, token)["pending_count"] == 5


def test_a_watch_survives_a_server_that_is_killed(own, server):
    token = subscribe(own, word())
    running = own.start("watch", "--subscription", token, "--json")
    next_event(running, "caught_up")
    seen = []
    for run in range(3):
        own("import", "-", stdin=papers(token, 2, first=run * 2))
        while len(seen) < (run + 1) * 2:
            seen.append(next_event(running, "match")["paper"]["title"])
        server.kill()
        server.start()
    own("import", "-", stdin=papers(token, 1, first=6))
    seen.append(next_event(running, "match")["paper"]["title"])
    running.send_signal(signal.SIGTERM)
    assert running.wait(own.patience) == 0
    assert seen == numbered(token, *range(7))
    assert shown(own, token)["pending_count"] == 0


def test_a_pause_holds_back_and_a_resume_delivers(paperwire):
    token = subscribe(paperwire, word())
    running = paperwire.start("watch", "--subscription", token, "--json")
    next_event(running, "caught_up")
    assert "held back" in paperwire("subscriptions", "pause", token).stderr
    paperwire("import", "-", stdin=papers(token, 2))
    read = paperwire("watch", "--subscription", token, "--until-caught-up")
    assert read.stdout == "" and f"{token} is paused" in read.stderr
    assert shown(paperwire, token)["state"] == "STATE_PAUSED"
    assert shown(paperwire, token)["pending_count"] == 2
    resumed = paperwire("subscriptions", "resume", token)
    # The watch may have some of them before the answer counts them.
    assert re.fullmatch(f"resumed {token}; pending: [012]\n", resumed.stderr)
    for title in numbered(token, 0, 1):
        assert next_event(running, "match")["paper"]["title"] == title
    running.send_signal(signal.SIGINT)
    assert running.wait(paperwire.patience) == 0


def test_an_edit_is_about_what_comes_after_it(paperwire):
    token, other = word(), word()
    subscribe(paperwire, token, "--label", f"test={token}", "--title", "Old",
              "--expires", "1d", "--min-votes", "0")
    paperwire("import", "-", stdin=papers(token, 1) + papers(other, 1))
    paperwire("subscriptions", "edit", token, "--query", other,
              "--title", "New", "--expires", "never")
    paperwire("import", "-", stdin=papers(token, 1, first=1)
              + papers(other, 1, first=1))
    read = paperwire("watch", "--subscription", token, "--until-caught-up")
    assert titles(read.stdout) == numbered(token, 0) + numbered(other, 1)
    changed = shown(paperwire, token)
    assert changed["query"]["text"] == other
    assert changed["display_name"] == "New"
    assert "expire_time" not in changed
    assert changed["labels"] == {"test": token}
    # Only if it is still what was seen.
    stale = paperwire("subscriptions", "edit", token, "--title", "Newer",
                      "--etag", "e1", code=1)
    assert "has changed" in stale.stderr
    listed = paperwire.json("subscriptions", "--label", f"test={token}")
    assert [s["name"] for s in listed] == [changed["name"]]


def test_a_deleted_subscription_ends_its_watches(paperwire):
    token = subscribe(paperwire, word())
    running = paperwire.start("watch", "--subscription", token, "--json")
    next_event(running, "caught_up")
    assert "--yes" in paperwire("subscriptions", "delete", token,
                                code=2).stderr
    deleted = paperwire("subscriptions", "delete", token, "--yes")
    assert deleted.stderr == f"deleted {token}\n"
    assert running.wait(paperwire.patience) == 1
    assert "paperwire subscriptions" in running.stderr.read()
    for words in (["subscriptions", "show", token],
                  ["subscriptions", "delete", token, "--yes"],
                  ["subscriptions", "edit", token, "--title", "x"],
                  ["watch", "--subscription", token]):
        assert token in paperwire(*words, code=1).stderr
    paperwire("subscriptions", "delete", token, "--yes", "--allow-missing")


def test_what_is_wrong_is_said(paperwire):
    token = subscribe(paperwire, word())
    again = paperwire("subscribe", token, "--id", token, code=1)
    assert "paperwire subscriptions edit" in again.stderr
    broken = paperwire("subscribe", '"open', code=1)
    assert '\n  "open\n  ^\n' in broken.stderr
    bad = paperwire("subscribe", token, "--id", "Not An Id", code=1)
    assert "lower-case letters" in bad.stderr
    label = paperwire("subscribe", token, "--label", "A B=c", code=1)
    assert "lower-case letters" in label.stderr
    paperwire("subscribe", token, "--expires", "yesterday", code=2)
    own_query = paperwire("watch", token, "--subscription", token, code=2)
    assert "leave out the words" in own_query.stderr
    other = paperwire("watch", "--subscription", token, "--from",
                      shown(paperwire, subscribe(paperwire, word()))
                      ["cursor"]["resume_token"], code=1)
    assert "another" in other.stderr


def test_a_backtest_tells_what_a_subscription_delivered(paperwire):
    token = subscribe(paperwire, word())
    for run in range(3):
        paperwire("import", "-", stdin=papers(token, 20, first=run * 20))
    delivered = titles(paperwire("watch", "--subscription", token,
                                 "--until-caught-up").stdout)
    *samples, last = paperwire.json("backtest", token, "--samples", "60")
    assert [line["sample"]["paper"]["title"] for line in samples] == \
        delivered[::-1]
    summary = last["summary"]
    assert summary["total_match_count"] == "60"
    assert sum(int(day["match_count"]) for day in summary["days"]) == 60
    assert summary["days"][-1]["date"] in (
        (datetime.datetime.now(datetime.timezone.utc)
         - datetime.timedelta(days=back)).strftime("%Y-%m-%d")
        for back in (0, 1))

    piped = paperwire("backtest", token, "--days", "3", "--samples", "2")
    kinds = [line.split("\t")[0] for line in piped.stdout.splitlines()]
    assert kinds in (["day"] * 4 + ["sample"] * 2,
                     ["day"] * 3 + ["sample"] * 2)
    assert "60 papers in 3 days, 20.0 a day" in piped.stderr
    # Nothing was stored before this test, and no paper is of that year.
    for words in (["--from", "2020", "--to", "2020"], ["--until", "2020"]):
        assert paperwire.json("backtest", token, *words)[-1]["summary"][
            "total_match_count"] == "0"
    future = paperwire("backtest", token, "--from", "2999", code=1)
    assert "span" in future.stderr


def test_a_backtest_draws_days_or_weeks(paperwire):
    token = word()
    paperwire("import", "-", stdin=papers(token, 7))
    for days, heading, rows in (("30", "by day", (30, 31)),
                                ("90", "by week", (13, 14))):
        text = on_terminal(paperwire, 80, "backtest", token, "--days", days)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r", "")
        assert plain.startswith(heading)
        bars = re.findall(r"^  \d{4}-\d\d-\d\d +\d.*$", plain, re.M)
        assert len(bars) in rows
        assert bars[-1].endswith("7  " + "▇" * 40)
        assert f"\n7 papers in {days} days, 0." in plain
        assert f"{token} number 6" in plain


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_hostile_subscriptions_cannot_touch_the_terminal(paperwire, columns):
    token = word()
    query = (f"{token} \u202eevil \u8ad6\u6587 \x1b]0;x\x07 "
             + "wide \u5b57 " * 9)
    subscribe_words = ["subscribe", query, "--id", token, "--title",
                       f"\x1b[2J {token} \x9b31m"]
    paperwire(*subscribe_words)
    for words in (["subscriptions"], ["subscriptions", "show", token]):
        text = on_terminal(paperwire, columns, *words)
        assert token[:20] in text
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]",
                             plain), repr(plain)
        for line in plain.replace("\r", "").split("\n"):
            wide = sum(2 if "\u3000" <= c <= "\u9fff" else 1 for c in line)
            assert wide <= columns, repr(line)
    paperwire("subscriptions", "delete", token, "--yes")
