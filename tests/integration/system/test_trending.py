"""What a community votes for, by the command: boards at past moments, by each
formula, the days on which papers were featured, and votes that are cast
here."""

from __future__ import annotations

import datetime
import json
import math

import grpc
import pytest
from conftest import command
from wire import field_of, reason_of

from paperwire.v1 import trending_service_pb2, trending_service_pb2_grpc

# Title, arXiv id, category, and the votes of the lists it stood on.
PAPERS = [
    ("Kites that Steer", "2406.00001", "cs.RO",
     {"2024-07-03": 10, "2024-07-09": 25}),
    ("World Models of Wind", "2407.00002", "cs.LG", {"2024-07-10": 30}),
    ("Wind for Kites", "2407.00003", "cs.LG", {"2024-07-09": 12}),
    ("An Early Glider", "2405.00004", "cs.RO", {"2024-06-01": 100}),
    ("Never Featured", "2407.00005", "cs.LG", {}),
]


def record(title: str, arxiv: str, category: str,
           lists: dict[str, int]) -> dict:
    return {
        "title": title, "categories": [category],
        "authors": [{"name": "Ada Plume"}],
        "external_ids": [{"scheme": "arxiv", "value": arxiv}],
        "published_time": "2024-05-01T00:00:00Z",
        "features": [{"day": day, "source": "hf-daily", "vote_count": votes}
                     for day, votes in lists.items()],
    }


@pytest.fixture(autouse=True)
def papers(server, tmp_path):
    file = tmp_path / "papers.jsonl"
    file.write_text("".join(json.dumps(record(*paper)) + "\n"
                            for paper in PAPERS))
    account = json.loads(
        command(server, "import", str(file), "--json").stdout)
    assert account["created"] == len(PAPERS), account


def board(server, *flags: str) -> list[tuple[str, str, str, str]]:
    """Rank, change, votes in the window, and title of each row."""
    rows = [line.split("\t") for line in
            command(server, "trending", *flags).stdout.splitlines()]
    return [(rank, change, votes, title)
            for rank, change, _, votes, title, *_ in rows]


def objects(server, *words: str) -> list[dict]:
    return [json.loads(line) for line in
            command(server, *words, "--json").stdout.splitlines()]


def test_all_votes(server):
    done = command(server, "trending", "--window", "all")
    assert done.stdout.splitlines() == [
        "1\t=\t100\t100\tAn Early Glider\tAda Plume\tcs.RO\t2024-05-01\t"
        "2405.00004",
        "2\t=\t30\t30\tWorld Models of Wind\tAda Plume\tcs.LG\t2024-05-01\t"
        "2407.00002",
        "3\t=\t25\t25\tKites that Steer\tAda Plume\tcs.RO\t2024-05-01\t"
        "2406.00001",
        "4\t=\t12\t12\tWind for Kites\tAda Plume\tcs.LG\t2024-05-01\t"
        "2407.00003",
    ]
    assert "4 papers on the board" in done.stderr
    assert "votes up to 20" in done.stderr
    short = command(server, "trending", "--window", "all", "-n", "3")
    assert short.stdout.splitlines() == done.stdout.splitlines()[:3]
    assert "4 papers on the board; more: --limit N" in short.stderr


def test_the_board_of_a_past_day(server):
    # The end of the day: the votes of its list are in, and those of the lists
    # a week before are not.
    done = command(server, "trending", "--as-of", "2024-07-10")
    assert ("votes after 2024-07-03T23:59:59Z, up to 2024-07-10T23:59:59Z; "
            "3 papers on the board") in done.stderr
    assert board(server, "--as-of", "2024-07-10") == [
        ("1", "new", "30", "World Models of Wind"),
        ("2", "-1", "15", "Kites that Steer"),
        ("3", "-1", "12", "Wind for Kites"),
    ]
    # What came later is not known.
    assert board(server, "--as-of", "2024-07-09", "--window", "all") == [
        ("1", "=", "100", "An Early Glider"),
        ("2", "=", "25", "Kites that Steer"),
        ("3", "new", "12", "Wind for Kites"),
    ]
    # A moment counts lists from the first instant of their day on.
    assert board(server, "--as-of", "2024-07-08T23:59:59Z") == [
        ("1", "=", "10", "Kites that Steer")]
    assert board(server, "--as-of", "2024-07-09T00:00:00Z") == [
        ("1", "=", "25", "Kites that Steer"),
        ("2", "new", "12", "Wind for Kites")]
    assert board(server, "--as-of", "2024-07-09", "--window", "day") == [
        ("1", "back", "15", "Kites that Steer"),
        ("2", "new", "12", "Wind for Kites"),
    ]


def test_an_empty_board(server):
    done = command(server, "trending", "--as-of", "2024-01-01")
    assert done.stdout == ""
    assert "no papers on the board; for all votes there are: --window all" in (
        done.stderr)


def test_queries_narrow_the_board(server):
    everything = ["--window", "all", "--as-of", "2024-07-10"]
    assert board(server, *everything, "wind") == [
        ("1", "new", "30", "World Models of Wind"),
        ("2", "-1", "12", "Wind for Kites"),
    ]
    assert board(server, *everything, "kites", "-c", "cs.RO") == [
        ("1", "=", "25", "Kites that Steer")]
    assert board(server, *everything, "category:cs.RO -glider") == [
        ("1", "=", "25", "Kites that Steer")]
    assert board(server, *everything, "zeppelin") == []


def seconds(time: str) -> float:
    return datetime.datetime.fromisoformat(
        time.replace("Z", "+00:00")).timestamp()


def expected(formula: str, moment: str, entry: dict) -> float:
    """The score, from what the answer says the formula was given."""
    votes = int(entry["inputs"]["vote_count"])
    first = seconds(entry["inputs"]["first_vote_time"])
    hours = (seconds(moment) - first) / 3600
    if formula == "votes":
        return votes
    if formula == "hacker-news":
        return (votes - 1) ** 0.8 / (hours + 2) ** 1.8
    if formula == "reddit-hot":
        epoch = seconds("2005-12-08T07:46:43Z")
        return math.log10(max(votes, 1)) + (first - epoch) / 45_000
    if formula == "wilson":
        return votes / (votes + 1.96 ** 2)
    # What each list added, by its age.
    lists = next(p[3] for p in PAPERS if p[0] == entry["paper"]["title"])
    score, before = 0.0, 0
    for day, count in lists.items():
        age = seconds(moment) - seconds(f"{day}T00:00:00Z")
        if age >= 0:
            score += (count - before) * 2 ** (-age / (12 * 3600))
            before = count
    return score


@pytest.mark.parametrize("formula", [
    "votes", "hacker-news", "reddit-hot", "velocity", "wilson"])
def test_every_score_can_be_computed_again(server, formula):
    flags = ["--half-life", "12h"] if formula == "velocity" else []
    moment = "2024-07-10T12:00:00Z"
    *entries, last = objects(server, "trending", "--window", "all",
                             "--as-of", moment, "--formula", formula, *flags)
    places = [line["trending"] for line in entries]
    assert len(places) == 4
    for place in places:
        assert place["score"] == pytest.approx(
            expected(formula, moment, place), rel=1e-9), place
    scores = [place["score"] for place in places]
    assert scores == sorted(scores, reverse=True)
    summary = last["summary"]
    assert summary["total_size"] == 4
    assert summary["as_of_time"] == moment
    assert summary["formula"] == (
        "TRENDING_FORMULA_" + formula.upper().replace("-", "_"))
    told = command(server, "trending", "--window", "all", "--as-of", moment,
                   "--formula", formula, *flags)
    assert f"score: {summary['formula_text']}; votes up to" in told.stderr


def test_days_weeks_and_months(server):
    done = command(server, "days")
    assert done.stdout.splitlines() == [
        "2024-07-10\t1\t30", "2024-07-09\t2\t37", "2024-07-03\t1\t10",
        "2024-06-01\t1\t100"]
    advice = "the papers of a day: paperwire "
    assert done.stderr == (
        advice + "list --day 2024-07-10 --by featured\n")
    shown = command(server, *done.stderr.strip().removeprefix(advice).split())
    assert [line.split("\t")[1] for line in shown.stdout.splitlines()] == [
        "World Models of Wind"]
    # A paper that was featured twice counts once, with its most votes.
    weeks = command(server, "days", "--unit", "week")
    assert weeks.stdout.splitlines() == [
        "2024-W28\t3\t67", "2024-W27\t1\t10", "2024-W22\t1\t100"]
    words = weeks.stderr.strip().removeprefix(
        "the papers of a week: paperwire ").split()
    assert words == ["list", "--from", "2024-07-08", "--to", "2024-07-14",
                     "--by", "featured"]
    assert len(command(server, *words).stdout.splitlines()) >= 3
    months = objects(server, "days", "--unit", "month")
    assert months == [
        {"label": "2024-07", "start_day": "2024-07-01",
         "end_day": "2024-07-31", "paper_count": 3, "vote_count": "67"},
        {"label": "2024-06", "start_day": "2024-06-01",
         "end_day": "2024-06-30", "paper_count": 1, "vote_count": "100"}]
    few = command(server, "days", "-n", "2")
    assert few.stdout == "2024-07-10\t1\t30\n2024-07-09\t2\t37\n"
    assert "2 days shown; more: --limit N" in few.stderr


@pytest.mark.parametrize(("words", "code", "part"), [
    (["trending", "--formula", "hackernews"], 2, "did you mean hacker-news?"),
    (["trending", "--formula", "magic"], 2,
     "votes, hacker-news, reddit-hot, velocity, wilson"),
    (["trending", "--half-life", "12h"], 2, "say --formula velocity"),
    (["trending", "--as-of", "soon"], 2, "is no day or time"),
    (["trending", "-f", "velocity", "--half-life", "1000w"], 1,
     "one minute to ten years"),
    (["trending", '"open'], 1, "character 1"),
    (["days", "--unit", "year"], 2, "day, week, month"),
])
def test_what_is_refused(server, words, code, part):
    done = command(server, *words, check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert part in done.stderr


def test_more_papers_than_the_server_gives_at_once(server, tmp_path):
    file = tmp_path / "many.jsonl"
    file.write_text("".join(
        json.dumps(record(f"Balloon {number}", f"2401.{number:05}", "cs.RO",
                          {"2024-07-09": 5})) + "\n"
        for number in range(1, 1101)))
    command(server, "import", str(file))
    rows = board(server, "balloon", "--window", "all", "-n", "1050")
    assert [row[0] for row in rows] == [str(rank) for rank in range(1, 1051)]
    assert len({row[3] for row in rows}) == 1050
    *entries, last = objects(server, "trending", "balloon", "--window", "all",
                             "-n", "2000")
    assert len(entries) == last["summary"]["total_size"] == 1100


def votes_shown(server, *words: str) -> dict[str, str]:
    """The votes in the table of search or list, by title."""
    rows = [line.split("\t") for line in
            command(server, *words).stdout.splitlines()]
    return {row[1]: row[4] for row in rows}


def test_votes_cast_here(server):
    wind, never = "papers/arxiv:2407.00003", "papers/arxiv:2407.00005"
    done = command(server, "vote", "2407.00003", "2407.00005")
    assert done.stdout == ""
    assert done.stderr == (f"voted for {wind}: 1 vote cast here\n"
                           f"voted for {never}: 1 vote cast here\n")
    assert command(server, "vote", "2407.00005").stderr == (
        f"had voted already for {never}: 1 vote cast here\n")
    assert command(server, "vote", never, "--voter", "users/local").stderr == (
        f"had voted already for {never}: 1 vote cast here\n")
    first, = objects(server, "vote", "2407.00005", "--voter", "ada")
    again, = objects(server, "vote", "2407.00005", "--voter", "users/ada")
    assert first["cast_vote_count"] == again["cast_vote_count"] == "2"
    assert first["name"] == again["name"]
    assert (first["changed"], again["changed"]) == (True, False)
    assert int(first["sequence"]) > 0
    assert again["sequence"] == "0"

    # Votes of lists are years old; these are of now.
    assert board(server, "--window", "day") == [
        ("1", "new", "2", "Never Featured"),
        ("2", "back", "1", "Wind for Kites"),
    ]
    assert board(server, "wind", "--window", "all")[1] == (
        ("2", "=", "13", "Wind for Kites"))
    assert set(votes_shown(server, "search", "votes:>=1")) == {
        "Never Featured", "Wind for Kites"}
    assert votes_shown(server, "search", "votes:>=2") == {
        "Never Featured": "2"}
    assert votes_shown(server, "search", "--min-votes", "2") == {
        "Never Featured": "2"}
    shown = {"Never Featured": "2", "Wind for Kites": "1",
             "Kites that Steer": "", "World Models of Wind": "",
             "An Early Glider": ""}
    assert votes_shown(server, "list") == shown
    by_votes = votes_shown(server, "search", "--sort", "votes")
    assert by_votes == shown
    assert list(by_votes)[:2] == ["Never Featured", "Wind for Kites"]
    assert "2 votes (2 cast here)" in command(
        server, "get", "2407.00005").stdout
    paper, = objects(server, "get", "2407.00005")
    assert paper["cast_vote_count"] == "2"
    assert "vote_count" not in paper
    kinds = [line.split("\t")[1] for line in
             command(server, "changes", "2407.00005").stdout.splitlines()]
    assert kinds == ["voted", "voted", "created"]


def test_votes_of_sources_and_those_cast_here_are_shown_together(
        server, tmp_path):
    file = tmp_path / "counted.jsonl"
    counted = record("A Counted Zeppelin", "2407.00006", "cs.RO", {})
    file.write_text(json.dumps({**counted, "vote_count": 35}) + "\n")
    command(server, "import", str(file))
    command(server, "vote", "2407.00006")
    assert votes_shown(server, "search", "zeppelin") == {
        "A Counted Zeppelin": "36"}
    assert votes_shown(server, "search", "zeppelin votes:>=36") == {
        "A Counted Zeppelin": "36"}
    assert "36 votes (1 cast here)" in command(
        server, "get", "2407.00006").stdout
    # An import brings no votes, and takes none away.
    file.write_text(json.dumps(
        {**counted, "vote_count": 40, "cast_vote_count": 1000}) + "\n")
    command(server, "import", str(file))
    assert votes_shown(server, "search", "zeppelin") == {
        "A Counted Zeppelin": "41"}


def test_votes_are_taken_back(server):
    name = "papers/arxiv:2407.00005"
    command(server, "vote", "2407.00005")
    command(server, "vote", "2407.00005", "--voter", "ada")
    assert command(server, "vote", "2407.00005", "--revoke").stderr == (
        f"took back the vote for {name}: 1 vote cast here\n")
    assert command(server, "vote", "2407.00005", "--revoke").stderr == (
        f"there was no vote to take back for {name}: 1 vote cast here\n")
    assert board(server, "--window", "day") == [
        ("1", "new", "1", "Never Featured")]
    server.kill()
    server.start()
    assert board(server, "--window", "day") == [
        ("1", "new", "1", "Never Featured")]
    last, = objects(server, "vote", "2407.00005", "--voter", "ada", "--revoke")
    assert last["cast_vote_count"] == "0"
    assert last["changed"] is True
    # As if there had never been one.
    assert board(server, "--window", "day") == []
    assert votes_shown(server, "search", "votes:>=1") == {}
    assert votes_shown(server, "search", "never") == {"Never Featured": ""}


def vote_error(server, name: str, **fields: str) -> grpc.RpcError:
    with grpc.insecure_channel(server.address) as channel:
        stub = trending_service_pb2_grpc.TrendingServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.VotePaper(trending_service_pb2.VotePaperRequest(
                name=name, **fields))
        return refused.value


def test_what_cannot_be_voted_for(server, tmp_path):
    file = tmp_path / "withdrawn.jsonl"
    withdrawn = record("Never Featured", "2407.00005", "cs.LG", {})
    command(server, "vote", "2407.00005", "--voter", "ada")
    file.write_text(json.dumps(
        {**withdrawn, "state": "STATE_WITHDRAWN"}) + "\n")
    command(server, "import", str(file))
    # Neither what is not there nor what is withdrawn hides the others.
    done = command(server, "vote", "2407.99999", "2407.00005", "2407.00003",
                   check=False)
    assert done.returncode == 1
    assert "2407.99999" in done.stderr
    assert "is withdrawn" in done.stderr
    assert done.stderr.endswith(
        "voted for papers/arxiv:2407.00003: 1 vote cast here\n")
    assert board(server, "--window", "day") == [
        ("1", "back", "1", "Wind for Kites")]
    missing = vote_error(server, "papers/arxiv:2407.99999")
    assert missing.code() == grpc.StatusCode.NOT_FOUND
    hidden = vote_error(server, "papers/arxiv:2407.00005")
    assert hidden.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert reason_of(hidden) == "PAPER_WITHDRAWN"
    assert command(server, "vote", "2407.00005", "--voter", "ada",
                   "--revoke").stderr == (
        "took back the vote for papers/arxiv:2407.00005: no votes cast here\n")


def test_who_cannot_vote(server):
    done = command(server, "vote", "2407.00005", "--voter", "Ada Plume",
                   check=False)
    assert done.returncode == 2
    assert '--voter: "Ada Plume" names no user; write an id' in done.stderr
    for voter in ("ada", "users/", "users/Ada", "users/a/b",
                  "users/" + "a" * 64):
        error = vote_error(server, "papers/arxiv:2407.00005", voter=voter)
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert field_of(error) == "voter"
    assert board(server, "--window", "day") == []
