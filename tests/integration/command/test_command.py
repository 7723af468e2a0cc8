"""The command as people and programs use it, against a real server."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import time

import pytest
from command.running import next_event, on_terminal, papers, word


def test_import_search_get_list_and_export_agree(paperwire, tmp_path):
    token = word()
    file = tmp_path / "papers.jsonl"
    file.write_bytes(papers(token, 30))
    account, = paperwire.json("import", str(file))
    assert account["read"] == account["created"] == 30
    assert account["unaccounted"] == account["rejected"] == 0

    *hits, last = paperwire.json("search", token, "-n", "7", "--facets", "year")
    assert len(hits) == 7
    assert last["summary"]["total_full_matches"] == "30"
    assert last["summary"]["sequence"] >= str(account["sequence"])
    assert last["summary"]["facets"][0]["values"][0]["count"] == "30"
    *every, _ = paperwire.json("search", token, "--all", "-n", "11")
    names = [line["hit"]["paper"]["name"] for line in every if "hit" in line]
    assert len(set(names)) == len(names) == 30

    paper, = paperwire.json("get", names[0])
    assert token in paper["title"]
    again, = paperwire.json(
        "get", "doi:" + paper["external_ids"][0]["value"].upper())
    assert again == paper
    page = paperwire("get", names[0]).stdout
    assert paper["title"] in page and "Ada Lovelace" in page

    stored = paperwire.json("list", "--by", "stored", "--from", "1h", "--all")
    assert set(names) <= {p["name"] for p in stored}

    exported = paperwire("export", token).stdout
    assert {json.loads(line)["name"] for line in exported.splitlines()} == \
        set(names)
    back, = paperwire.json("import", "-", stdin=exported.encode())
    assert (back["read"], back["unchanged"]) == (30, 30)


def test_standard_input_may_be_compressed(paperwire):
    token = word()
    account, = paperwire.json("import", "-",
                              stdin=gzip.compress(papers(token, 12)))
    assert account["created"] == 12


def test_rejects_are_told_by_line(paperwire, tmp_path):
    token = word()
    lines = papers(token, 40).splitlines(keepends=True)
    lines[4] = b"{ this is no JSON\n"
    lines[8] = b'{"abstract":"without a title"}\n'
    file = tmp_path / "papers.jsonl"
    file.write_bytes(b"".join(lines))
    rejects = tmp_path / "rejects.jsonl"
    done = paperwire("import", str(file), "--rejects", str(rejects),
                     "--batch", "7")
    told = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert sorted(r["line"] for r in told) == [5, 9]
    assert all(r["reason"] and r["file"] == str(file) for r in told)
    assert f"{file}:5: " in done.stderr and f"{file}:9: " in done.stderr
    assert "every record is accounted for, 2 of them rejected" in done.stderr


def test_a_file_that_breaks_off_is_exit_code_1(paperwire, tmp_path):
    token = word()
    file = tmp_path / "papers.jsonl.gz"
    file.write_bytes(gzip.compress(papers(token, 5000))[:-2000])
    done = paperwire("import", str(file), "--json", code=1)
    account = json.loads(done.stdout)
    assert 0 < account["created"] < 5000
    assert account["unaccounted"] == 0
    assert str(file) in done.stderr


def test_wrong_queries_and_names_say_what_to_do(paperwire):
    assert "quote" in paperwire("search", '"open', code=1).stderr
    assert "papers/zzzz" in paperwire("get", "papers/zzzz", code=1).stderr
    assert "did you mean" in paperwire("serach", code=2).stderr
    refused = paperwire("status", "--server", "localhost:1", code=1)
    assert "cannot reach the server at localhost:1" in refused.stderr


def test_a_reader_that_goes_away_ends_the_command_quietly(paperwire):
    token = word()
    paperwire("import", "-", stdin=papers(token, 3000))
    for words in (["export", token], ["search", token, "--all", "--json"],
                  ["watch", token, "--from", "beginning"]):
        running = paperwire.start(*words)
        assert running.stdout.readline()
        running.stdout.close()
        assert running.wait(paperwire.patience) == 0, words
        assert running.stderr.read() == "", words


def test_a_watch_that_waits_notices_that_its_reader_went_away(paperwire):
    running = paperwire.start("watch", word(), "--json")
    next_event(running, "caught_up")
    running.stdout.close()
    assert running.wait(paperwire.patience) == 0


def test_a_full_disk_is_exit_code_1(paperwire):
    with open("/dev/full", "w") as full:
        running = paperwire.start("status", stdout=full)
        assert running.wait(paperwire.patience) == 1
    assert "No space left on device" in running.stderr.read()


def test_ctrl_c_ends_a_watch_with_its_place(paperwire):
    token = word()
    paperwire("import", "-", stdin=papers(token, 2))
    running = paperwire.start("watch", token, "--from", "beginning", "--json")
    for i in range(2):
        match = next_event(running, "match")
        assert match["paper"]["title"] == f"{token} number {i}"
    next_event(running, "caught_up")
    running.send_signal(signal.SIGINT)
    assert running.wait(paperwire.patience) == 0
    place = re.search(r"stopped after 2 matches; go on with --from (\S+)",
                      running.stderr.read())
    paperwire("import", "-", stdin=papers(token, 3, first=2))
    rest = paperwire("watch", token, "--from", place[1], "--until-caught-up")
    assert len(rest.stdout.splitlines()) == 3


def test_a_cursor_file_delivers_each_paper_once(paperwire, tmp_path):
    token = word()
    cursor = tmp_path / "cursor"
    watch = ["watch", token, "--from", "beginning", "--cursor", str(cursor),
             "--until-caught-up"]
    seen = []
    for run in range(4):
        paperwire("import", "-", stdin=papers(token, 5, first=run * 5))
        seen += paperwire(*watch).stdout.splitlines()
        assert len(seen) == (run + 1) * 5
    assert len(set(seen)) == 20
    # The file belongs to this query.
    other = paperwire("watch", "something else", "--cursor", str(cursor),
                      "--until-caught-up", code=1)
    assert str(cursor) in other.stderr


def test_ctrl_c_ends_an_import_with_an_account(paperwire):
    token = word()
    running = paperwire.start("import", "-", "--batch", "10", "--json",
                              stdin=subprocess.PIPE)
    running.stdin.write(papers(token, 100).decode())
    running.stdin.flush()
    deadline = time.monotonic() + paperwire.patience
    while paperwire.json("search", token)[-1]["summary"][
            "total_full_matches"] != "100":
        assert time.monotonic() < deadline
    running.send_signal(signal.SIGINT)
    # Standard input stays open: the command must not wait for it.
    assert running.wait(paperwire.patience) == 130
    account = json.loads(running.stdout.read())
    assert account["created"] == account["read"] == 100
    assert account["unaccounted"] == 0
    assert re.search(r"interrupted; stored up to -:\d+\.",
                     running.stderr.read())


def test_an_import_survives_a_server_that_is_killed(own, server, tmp_path):
    token = word()
    file = tmp_path / "papers.jsonl"
    file.write_bytes(papers(token, 8000))
    running = own.start("import", str(file), "--batch", "50", "--json")
    while own.json("status")[0]["stats"]["active_papers"] == "0":
        assert running.poll() is None
    server.kill()
    time.sleep(0.3)
    server.start()
    assert running.wait(own.patience) == 0, running.stderr.read()
    account = json.loads(running.stdout.read())
    assert account["read"] == 8000
    # A batch that was stored, but whose answer was lost, is answered anew.
    assert account["created"] == 8000
    assert account["unaccounted"] == 0
    summary = own.json("search", token)[-1]["summary"]
    assert summary["total_full_matches"] == "8000"


def test_a_watch_survives_a_server_that_is_killed(own, server):
    token = word()
    running = own.start("watch", token, "--json")
    next_event(running, "caught_up")
    titles = []
    for run in range(3):
        own("import", "-", stdin=papers(token, 2, first=run * 2))
        while len(titles) < (run + 1) * 2:
            match = next_event(running, "match")
            titles.append(match["paper"]["title"])
        server.kill()
        server.start()
    running.send_signal(signal.SIGTERM)
    assert running.wait(own.patience) == 0
    assert titles == [f"{token} number {i}" for i in range(6)]


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_hostile_titles_cannot_touch_the_terminal(paperwire, columns):
    token = word()
    # An escape sequence that clears the screen, one that names the window,
    # one that turns the writing direction; and wide characters.
    title = (f"{token} \u8ad6\u6587\u691c\u7d22 \u202eevil e\u0301\u0301 "
             "\U0001f52c " + "wide \u5b57 " * 20)
    paperwire("import", "-", stdin=json.dumps(
        {"title": title, "abstract": f"{token} \x1b[2J\x1b]0;x\x07 end",
         "authors": [{"name": "Ann \x9b31m"}]}).encode())
    for words in (["search", token, "--abstract"], ["list", "-n", "5"],
                  ["watch", token, "--from", "beginning",
                   "--until-caught-up"]):
        text = on_terminal(paperwire, columns, *words)
        # Only colours, and what clears the line of the progress bar.
        plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\[K", "", text)
        assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]",
                             plain), repr(plain)
        for line in plain.replace("\r", "").split("\n"):
            wide = sum(2 if re.match(r"[\u3000-\u9fff\U0001f300-\U0001faff]", c)
                       else 0 if c == "\u0301" else 1 for c in line)
            assert wide <= columns, repr(line)


def test_progress_is_drawn_on_terminals_only(paperwire, tmp_path):
    file = tmp_path / "papers.jsonl"
    file.write_bytes(papers(word(), 4000))
    text = on_terminal(paperwire, 100, "import", str(file), "--batch", "100")
    assert re.search(r"\d+%  [\d,]+ papers  [\d,]+/s", text)
    assert "4,000 records read" in text
    assert "%" not in paperwire("import", str(file)).stderr


def test_delete_is_for_good(paperwire):
    token = word()
    paperwire("import", "-", stdin=papers(token, 1))
    name = paperwire.json("search", token)[0]["hit"]["paper"]["name"]
    assert "--yes" in paperwire("delete", name, code=2).stderr
    paperwire("delete", name, "--yes")
    paperwire("get", name, code=1)
    paperwire("delete", name, "--yes", code=1)
    paperwire("delete", name, "--yes", "--allow-missing")


def test_similar_and_changes(paperwire):
    token = word()
    paperwire("import", "-", stdin=papers(token, 3))
    name = paperwire.json("search", token)[0]["hit"]["paper"]["name"]
    *hits, last = paperwire.json("similar", name)
    assert name not in [line["hit"]["paper"]["name"] for line in hits]
    assert "terms" in last["summary"]
    changes = paperwire.json("changes", name)
    assert [c["kind"] for c in changes] == ["KIND_CREATED"]


def test_completion_is_what_the_shell_accepts(paperwire, tmp_path):
    script = paperwire("completion", "bash").stdout
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    tried = subprocess.run(
        ["bash", "--norc", "-c",
         "eval \"$1\"; COMP_WORDS=(paperwire search --so); COMP_CWORD=2; "
         "_paperwire; echo ${COMPREPLY[*]}", "-", script],
        capture_output=True, text=True, check=True)
    assert tried.stdout.split() == ["--sort", "--source"]


def test_version_needs_no_server(paperwire):
    for words in (["version"], ["--version"]):
        assert re.fullmatch(r"paperwire \d+\.\d+\.\d+\n",
                            paperwire(*words).stdout)
