"""Boards that are watched: whoever makes the changes to the board that was
told before has the board that is listed, through votes, time and restarts."""

from __future__ import annotations

import datetime
import json
import random
import subprocess
import time

import grpc
import pytest
from conftest import PAPERWIRE, PATIENCE, Server, command
from watched_boards import Followed, Votes, pass_the_second_of, standing
from wire import field_of

from paperwire.v1 import paper_pb2, paper_service_pb2
from paperwire.v1 import trending_service_pb2 as pb

DAY = 24 * 3600


@pytest.fixture
def votes(server) -> Votes:
    return Votes(server)


def test_papers_enter_move_and_leave(votes):
    kite, boat, cloud = votes.store("A Kite", "A Boat", "A Cloud")
    followed = Followed(votes, max_places=2)
    board = followed.until("board")
    assert (list(board.papers), board.total_size) == ([], 0)
    assert board.window == pb.TRENDING_WINDOW_WEEK
    assert board.formula == pb.TRENDING_FORMULA_VOTES
    assert board.formula_text == "votes"

    votes.vote(kite, 1)
    change = followed.until("change")
    assert [(e.rank, e.paper.title) for e in change.enters] == [(1, "A Kite")]
    assert (len(change.leaves), len(change.moves)) == (0, 0)
    assert change.total_size == 1

    votes.vote(boat, 1)
    followed.until("change")
    votes.vote(boat, 2)
    change = followed.until("change")
    assert [(m.name, m.from_rank, m.to_rank, m.score, m.inputs.vote_count)
            for m in change.moves] == [(boat, 2, 1, 2, 2), (kite, 1, 2, 1, 1)]
    assert not change.enters and not change.leaves

    # A third paper pushes one below the places that are followed.
    for voter in (1, 2, 3):
        votes.vote(cloud, voter)
    followed.reach(votes)
    assert followed.names() == [cloud, boat]
    # And one that goes lets it come back.
    votes.wire.papers.DeletePaper(
        paper_service_pb2.DeletePaperRequest(name=cloud))
    change = followed.until("change")
    assert [(x.name, x.from_rank) for x in change.leaves] == [(cloud, 1)]
    assert [e.paper.name for e in change.enters] == [kite]
    votes.vote(kite, 1, revoke=True)
    votes.vote(boat, 2, revoke=True)
    followed.reach(votes)
    assert followed.names() == [boat]
    followed.stop()


def test_a_paper_that_ceases_to_match(votes):
    def paper(title: str) -> paper_pb2.Paper:
        made = paper_pb2.Paper(title=title)
        made.external_ids.add(scheme="arxiv", value="2407.00001")
        return made

    kite, = votes.store(paper("A Kite"))
    votes.store("A Boat")
    votes.vote(kite, 1)
    followed = Followed(votes, query={"text": "kite"})
    assert [e.paper.name for e in followed.until("board").papers] == [kite]
    votes.store(paper("A Zeppelin"))
    assert [x.name for x in followed.until("change").leaves] == [kite]
    votes.store(paper("A Kite Again"))
    entered, = followed.until("change").enters
    assert entered.paper.title == "A Kite Again"
    followed.stop()


def test_only_the_fields_that_are_asked_for(votes):
    kite, boat = votes.store("A Kite", "A Boat")
    votes.vote(kite, 1)
    followed = Followed(votes, read_mask={"paths": ["categories"]})
    first, = followed.until("board").papers
    assert first.paper == paper_pb2.Paper(name=kite)
    votes.vote(boat, 1)
    entered, = followed.until("change").enters
    assert entered.paper == paper_pb2.Paper(name=boat)
    followed.stop()


@pytest.mark.parametrize("fields", [
    {"formula": pb.TRENDING_FORMULA_VOTES},
    {"formula": pb.TRENDING_FORMULA_HACKER_NEWS, "max_places": 5},
    {"formula": pb.TRENDING_FORMULA_REDDIT_HOT, "max_places": 5,
     "window": pb.TRENDING_WINDOW_ALL},
    {"formula": pb.TRENDING_FORMULA_VELOCITY, "half_life": {"seconds": 60},
     "max_places": 6, "query": {"text": "kite"}},
    {"formula": pb.TRENDING_FORMULA_WILSON, "max_places": 4,
     "window": pb.TRENDING_WINDOW_DAY},
], ids=["votes", "hacker-news", "reddit-hot", "velocity", "wilson"])
def test_changes_make_the_board_that_is_listed(votes, fields):
    random_ = random.Random(20261126)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    papers = []
    for number in range(12):
        kind = ("Kite", "Boat")[number % 3 == 0]
        made = paper_pb2.Paper(title=f"{kind} Number {number}")
        # Old votes of lists beside those that are cast now.
        for back in random_.sample(range(10), random_.randrange(3)):
            made.features.add(
                day=str(today - datetime.timedelta(days=back)),
                source="hf-daily", vote_count=random_.randrange(1, 6))
        papers.append(made)
    names = votes.store(*papers)
    followed = Followed(votes, **fields)
    followed.until("board")
    followed.reach(votes)
    kinds: list[str] = []
    for _ in range(10):
        for _ in range(random_.randrange(1, 8)):
            votes.vote(random_.choice(names), random_.randrange(6),
                       revoke=random_.random() < 0.3)
        if random_.random() < 0.3:
            time.sleep(random_.random())
        kinds += followed.reach(votes)
    assert "board" not in kinds
    assert kinds.count("change") >= 4
    followed.stop()


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_going_on_after_a_restart(server, votes, way):
    names = votes.store(*(f"Kite {number}" for number in range(8)))
    request = {"max_places": 4, "formula": pb.TRENDING_FORMULA_VELOCITY}
    followed = Followed(votes, **request)
    followed.until("board")
    for number, name in enumerate(names[:5]):
        for voter in range(number + 1):
            votes.vote(name, voter)
    followed.reach(votes)
    token, at, before = followed.token, followed.at, followed.papers
    pass_the_second_of(at)
    getattr(server, way)()
    if way == "stop":
        kind, told = followed.next()
        while kind == "progress":
            # The token goes on, the board does not.
            token = told.resume_token
            kind, told = followed.next()
        assert kind == "error"
        assert told.code() == grpc.StatusCode.UNAVAILABLE
    server.start()
    # What nobody listens to is told later, all at once.
    votes = Votes(server)
    for voter in range(6):
        votes.vote(names[6], voter)
    resumed = Followed(votes, before, resume_token=token, **request)
    change = resumed.until("change")
    assert [e.paper.name for e in change.enters] == [names[6]]
    assert [x.name for x in change.leaves] == [names[1]]
    assert resumed.reach(votes) == []
    # Without anything to tell, it says so at once.
    pass_the_second_of(resumed.at)
    again = Followed(votes, resumed.papers, resume_token=resumed.token,
                     **request)
    assert again.next()[0] == "progress"
    assert standing(again.board()) == standing(votes.listed(again.request))
    # With the next change come the scores that faded meanwhile.
    votes.vote(names[6], 9)
    assert "change" in again.reach(votes)
    again.stop()
    resumed.stop()


def test_a_board_that_cannot_be_told_from_any_more(votes):
    kite, boat = votes.store("A Kite", "A Boat")
    votes.vote(kite, 1)
    votes.vote(boat, 1)
    followed = Followed(votes)
    followed.until("board")
    followed.reach(votes)
    followed.stop()
    pass_the_second_of(followed.at)
    # A vote that is taken back never was: the board of then is another one.
    votes.vote(kite, 1, revoke=True)
    resumed = Followed(votes, resume_token=followed.token)
    assert [e.paper.name for e in resumed.until("board").papers] == [boat]
    assert resumed.reach(votes) == []
    resumed.stop()


def test_votes_of_the_very_second_of_a_token(votes):
    kite, = votes.store("A Kite")
    for _ in range(10):
        followed = Followed(votes)
        followed.until("board")
        votes.vote(kite, 1)
        followed.reach(votes)
        followed.stop()
        votes.vote(kite, 2)
        # Whichever event it is, the second vote is not lost.
        resumed = Followed(votes, followed.papers,
                           resume_token=followed.token)
        kind, _ = resumed.next()
        assert kind in ("board", "change")
        assert resumed.board()[0].inputs.vote_count == 2
        resumed.stop()
        for voter in (1, 2):
            votes.vote(kite, voter, revoke=True)


def refusal(votes: Votes, **request) -> grpc.RpcError:
    followed = Followed(votes, **request)
    kind, error = followed.next()
    assert kind == "error", error
    return error


def test_what_is_refused(server, votes, tmp_path):
    followed = Followed(votes, query={"text": "kite"}, max_places=5)
    token = followed.until("board").resume_token
    followed.stop()
    board = {"query": {"text": "kite"}, "max_places": 5}
    others = [
        {**board, "query": {"text": "boat"}}, {**board, "max_places": 6},
        {"max_places": 5}, {**board, "window": pb.TRENDING_WINDOW_DAY},
        {**board, "formula": pb.TRENDING_FORMULA_WILSON},
    ]
    for other in others:
        error = refusal(votes, **other, resume_token=token)
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert field_of(error) == "resume_token"
        assert "another board" in error.details()
    # The same in other words is the same board.
    same = Followed(votes, **board, window=pb.TRENDING_WINDOW_WEEK,
                    formula=pb.TRENDING_FORMULA_VOTES, resume_token=token)
    assert same.next()[0] == "progress"
    same.stop()
    for field, request in {
        "resume_token": {**board, "resume_token": token[:-2] + "xx"},
        "max_places": {"max_places": -1},
        "half_life": {"half_life": {"seconds": 60}},
        "window": {"window": 17},
        "formula": {"formula": 17},
        "read_mask": {"read_mask": {"paths": ["nothing"]}},
        "query.text": {"query": {"text": '"open'}},
    }.items():
        error = refusal(votes, **request)
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert field_of(error) == field
    assert field_of(refusal(votes, max_places=1001)) == "max_places"
    folder = tmp_path / "other"
    folder.mkdir()
    other_server = Server(folder)
    other_server.start()
    try:
        error = refusal(Votes(other_server), **board, resume_token=token)
        assert field_of(error) == "resume_token"
        assert "another server" in error.details()
    finally:
        other_server.stop()


@pytest.fixture
def brisk(tmp_path):
    """A server that looks at its boards every second."""
    folder = tmp_path / "brisk"
    folder.mkdir()
    server = Server(folder, "--heartbeat", "1s")
    server.start()
    yield server
    if server.process is not None:
        server.stop()


def test_time_alone_moves_papers(brisk):
    votes = Votes(brisk)
    now = time.time()
    today = now - now % DAY
    # By hacker-news, the paper of the day before with more votes overtakes the
    # younger one four seconds from now.
    then = now + 4
    age_old, age_new = (then - (today - DAY)) / 3600, (then - today) / 3600
    new_votes = 1_000_000
    old_votes = round(new_votes * ((age_old + 2) / (age_new + 2)) ** 2.25)

    def paper(title: str, start: float, count: int) -> paper_pb2.Paper:
        made = paper_pb2.Paper(title=title)
        day = datetime.datetime.fromtimestamp(start, datetime.timezone.utc)
        made.features.add(day=f"{day:%Y-%m-%d}", source="hf-daily",
                          vote_count=count)
        return made

    old, new = votes.store(paper("Of Yesterday", today - DAY, old_votes),
                           paper("Of Today", today, new_votes))
    followed = Followed(votes, formula=pb.TRENDING_FORMULA_HACKER_NEWS)
    board = followed.until("board")
    assert [e.paper.name for e in board.papers] == [new, old]
    change = followed.until("change")
    assert [(m.name, m.from_rank, m.to_rank) for m in change.moves] == [
        (old, 2, 1), (new, 1, 2)]
    assert abs(change.as_of_time.seconds - then) <= 2 * PATIENCE
    assert followed.reach(votes) == []
    # Time goes on, and with it the token.
    earlier = followed.until("progress").as_of_time.seconds
    assert followed.until("progress").as_of_time.seconds > earlier
    followed.stop()


def test_many_watchers_of_many_boards(server, votes):
    names = votes.store(*(f"Kite {number}" for number in range(30)))
    formulas = [f for f in pb.TrendingFormula.values() if f]
    watchers = [
        Followed(votes, max_places=3 + number % 7,
                 formula=formulas[number % len(formulas)],
                 query={"text": "kite"} if number % 2 else None)
        for number in range(50)]
    for watcher in watchers:
        watcher.until("board")
    with server.client() as client:
        assert client.stats().open_watches == 50
    random_ = random.Random(7)
    for voter in range(10):
        for name in random_.sample(names, 10):
            votes.vote(name, voter)
    for watcher in watchers:
        watcher.reach(votes)
        watcher.stop()
    deadline = time.monotonic() + 20 * PATIENCE
    with server.client() as client:
        while client.stats().open_watches:
            assert time.monotonic() < deadline, "a stream outlives its reader"
            time.sleep(0.05)


def test_votes_that_come_together_make_one_change(votes):
    names = votes.store(*(f"Kite {number}" for number in range(10)))
    followed = Followed(votes)
    followed.until("board")
    began = time.monotonic()
    for voter in range(20):
        for name in names:
            votes.vote(name, voter)
    kinds = followed.reach(votes)
    took = time.monotonic() - began
    # 200 votes, each of which alone makes a change.
    assert kinds.count("change") <= took / 0.25 + 1
    followed.stop()


@pytest.mark.skipif(PATIENCE > 1, reason="too slow when sanitized")
def test_a_slow_reader_gets_the_newest_difference(votes):
    text = "words that fill the window of the connection " * 200
    names = votes.store(*(
        paper_pb2.Paper(title=f"Kite {number}", abstract=text)
        for number in range(400)))
    for name in names:
        votes.vote(name, 0)
    # All scores are new each time, so that changes have some size, too.
    request = pb.WatchTrendingRequest(
        max_places=400, formula=pb.TRENDING_FORMULA_VELOCITY)
    stream = votes.trending.WatchTrending(request)
    # 3.6 MB are on their way, and nobody takes them.
    for voter in range(1, 11):
        for name in names[:5]:
            votes.vote(name, voter)
        time.sleep(0.3)
    last = len(names) - 1
    votes.vote(names[last], 1)
    events = []
    for event in stream:
        kind = event.WhichOneof("event")
        events.append(kind)
        if kind == "change" and any(
                m.name == names[last] for m in event.change.moves):
            break
    # What was on its way, and the newest difference; not one for each vote.
    assert events[0] == "board"
    assert events.count("change") <= 4, events
    stream.cancel()


def test_a_deadline(votes):
    stream = votes.trending.WatchTrending(pb.WatchTrendingRequest(),
                                          timeout=0.5)
    with pytest.raises(grpc.RpcError) as ended:
        for event in stream:
            assert event.WhichOneof("event") in ("board", "progress")
    assert ended.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_server_that_stops(server, votes):
    kite, = votes.store("A Kite")
    followed = Followed(votes)
    followed.until("board")
    votes.vote(kite, 1)
    followed.reach(votes)
    server.stop()
    last = followed.until("progress")
    assert last.resume_token
    error = followed.until("error")
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    server.start()
    resumed = Followed(Votes(server), followed.papers,
                       resume_token=last.resume_token)
    assert resumed.next()[0] in ("progress", "change")
    assert resumed.names() == [kite]
    resumed.stop()


def test_the_python_client(server, votes):
    kite, boat = votes.store("A Kite", "A Boat")
    with server.client() as client:
        watch = client.watch_trending(places=5, timeout=30 * PATIENCE)
        assert next(watch).anew
        client.vote(kite, voter="ada")
        event = next(watch)
        assert [e.title for e in event.entered] == ["A Kite"]
        pass_the_second_of(datetime_seconds(event.board.as_of_time))
        server.stop()
        server.start()
        for voter in ("ada", "bob"):
            client.vote(boat, voter=voter)
        while len(watch.board) < 2 or watch.board[0].name != boat:
            event = next(watch)
            assert not event.anew
        pass_the_second_of(datetime_seconds(event.board.as_of_time))
        again = client.watch_trending(places=5, resume_token=event.token)
        assert list(again.board) == list(
            client.trending(as_of=again.board.as_of_time, limit=5))
        again.stop()
        watch.stop()


class datetime_seconds:
    """A moment, as messages give it."""

    def __init__(self, moment: datetime.datetime) -> None:
        self.seconds = int(moment.timestamp())


def test_the_command(server, votes):
    kite, boat = votes.store("A Kite", "A Boat")
    votes.vote(kite, 1)
    watching = [subprocess.Popen(
        [str(PAPERWIRE), "trending", "--watch", "--server", server.address,
         "--limit", "5", *flags],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for flags in ([], ["--json"])]
    plain, jsons = watching
    assert plain.stdout.readline().split("\t")[4] == "A Kite"
    first = json.loads(jsons.stdout.readline())
    assert first["board"]["papers"][0]["paper"]["title"] == "A Kite"
    votes.vote(boat, 1)
    assert plain.stdout.readline().split("\t")[1:6] == [
        "enters", "2", "-", "1", "A Boat"]
    votes.vote(boat, 2)
    assert plain.stdout.readline().split("\t")[1:6] == [
        "moves", "1", "2", "2", "A Boat"]
    assert plain.stdout.readline().split("\t")[1:6] == [
        "moves", "2", "1", "1", "A Kite"]
    votes.vote(boat, 3)
    assert plain.stdout.readline().split("\t")[1:6] == [
        "votes", "1", "1", "3", "A Boat"]
    votes.vote(kite, 1, revoke=True)
    assert plain.stdout.readline().split("\t")[1:6] == [
        "leaves", "-", "2", "1", "A Kite"]
    kinds = []
    while "leaves" not in kinds:
        kinds += json.loads(jsons.stdout.readline()).get("change", {})
    for process in watching:
        process.terminate()
        assert process.wait(20 * PATIENCE) in (0, 130)
    assert "stopped after 5 changes" in plain.stderr.read()


@pytest.mark.parametrize(("words", "part"), [
    (["--as-of", "2024-07-10"], "leave one out"),
    (["--limit", "1001"], "the most are 1,000"),
])
def test_what_the_command_refuses(server, words, part):
    done = command(server, "trending", "--watch", *words, check=False)
    assert done.returncode == 2
    assert part in done.stderr
