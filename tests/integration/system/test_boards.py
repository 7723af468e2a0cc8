"""Boards and days of 558 real daily lists, against slow recomputations.

The days come from the lists themselves, the boards from the papers that the
server exports, with the published formulas written down a second time.
"""

from __future__ import annotations

import collections
import datetime
import gzip
import json
import math
import random
import time

import grpc
import pytest
import torture
import wire
from conftest import DATA, PATIENCE, Server, command
from google.protobuf import duration_pb2, field_mask_pb2, timestamp_pb2

from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    paper_service_pb2_grpc,
    search_service_pb2,
    search_service_pb2_grpc,
    subscription_service_pb2,
    trending_service_pb2,
    trending_service_pb2_grpc,
)

pytestmark = pytest.mark.skipif(PATIENCE > 1, reason="too slow when sanitized")

pb = trending_service_pb2
HOUR = 3600
DAY = 24 * HOUR
WINDOWS = {pb.TRENDING_WINDOW_DAY: DAY, pb.TRENDING_WINDOW_WEEK: 7 * DAY,
           pb.TRENDING_WINDOW_MONTH: 30 * DAY,
           pb.TRENDING_WINDOW_ALL: 10**10}
FORMULAS = (pb.TRENDING_FORMULA_VOTES, pb.TRENDING_FORMULA_HACKER_NEWS,
            pb.TRENDING_FORMULA_REDDIT_HOT, pb.TRENDING_FORMULA_VELOCITY,
            pb.TRENDING_FORMULA_WILSON)
HALF_LIFE = 36 * HOUR


def seconds_of(day: str) -> int:
    midnight = datetime.datetime.fromisoformat(day).replace(
        tzinfo=datetime.timezone.utc)
    return int(midnight.timestamp())


def steps_of(paper: paper_pb2.Paper) -> list[tuple[int, int]]:
    """When votes count from, and how many."""
    highest: dict[str, int] = collections.defaultdict(int)
    steps = []
    for feature in sorted(paper.features, key=lambda f: f.day):
        more = feature.vote_count - highest[feature.source]
        if more > 0:
            highest[feature.source] = feature.vote_count
            steps.append((seconds_of(feature.day), more))
    return steps


def score(formula: int, counted: list[tuple[int, int]], first: int,
          at: int) -> float:
    votes = sum(v for _, v in counted)
    if formula == pb.TRENDING_FORMULA_HACKER_NEWS:
        return (votes - 1)**0.8 / ((at - first) / HOUR + 2)**1.8
    if formula == pb.TRENDING_FORMULA_REDDIT_HOT:
        return math.log10(votes) + (first - 1134028003) / 45000
    if formula == pb.TRENDING_FORMULA_VELOCITY:
        return sum(v * 0.5**((at - t) / HALF_LIFE) for t, v in counted)
    if formula == pb.TRENDING_FORMULA_WILSON:
        return votes / (votes + 1.96**2)
    return votes


class Lists:
    """The real lists in a server, and the stubs to ask it."""

    def __init__(self, server: Server) -> None:
        for name in ("papers", "daily"):
            command(server, "import", str(DATA / f"hf_daily/{name}.jsonl.gz"))
        self.days = collections.defaultdict(list)
        with gzip.open(DATA / "hf_daily/daily.jsonl.gz", "rt") as lines:
            for line in lines:
                entry = json.loads(line)
                self.days[entry["date"]].append(entry)
        self.channel = grpc.insecure_channel(server.address)
        self.trending = trending_service_pb2_grpc.TrendingServiceStub(
            self.channel)
        self.papers = paper_service_pb2_grpc.PaperServiceStub(self.channel)
        self.searches = search_service_pb2_grpc.SearchServiceStub(self.channel)

    def export(self, text: str = "") -> dict[str, list[tuple[int, int]]]:
        """The vote steps of the papers that match, by name."""
        parts = self.searches.ExportPapers(
            search_service_pb2.ExportPapersRequest(
                query=wire.query(text), read_mask=field_mask_pb2.FieldMask(
                    paths=["name", "features"])))
        return {paper.name: steps_of(paper)
                for part in parts for paper in part.papers}

    def board(self, **request: object) -> pb.ListTrendingResponse:
        return self.trending.ListTrending(pb.ListTrendingRequest(
            read_mask=field_mask_pb2.FieldMask(paths=["name"]), **request))

    def page_of(self, day: str) -> list[paper_pb2.Paper]:
        return list(self.papers.ListPapers(paper_service_pb2.ListPapersRequest(
            day=day, page_size=1000,
            date_kind=paper_service_pb2.ListPapersRequest.DATE_KIND_FEATURED,
            read_mask=field_mask_pb2.FieldMask(
                paths=["external_ids"]))).papers)


@pytest.fixture(name="lists", scope="module")
def fixture_lists(tmp_path_factory):
    if not (DATA / "hf_daily").exists():
        pytest.skip(f"there are no daily lists in {DATA}: set PAPERWIRE_DATA")
    server = Server(tmp_path_factory.mktemp("boards"))
    server.start()
    lists = Lists(server)
    yield lists
    lists.channel.close()
    server.stop()


def check_board(lists: Lists, voted: dict[str, list[tuple[int, int]]],
                window: int, formula: int, at: int, text: str) -> int:
    """One board, page by page; how many papers are on it."""
    request: dict[str, object] = {
        "window": window, "formula": formula, "page_size": 300,
        "as_of_time": timestamp_pb2.Timestamp(seconds=at)}
    if text:
        request["query"] = wire.query(text)
    if formula == pb.TRENDING_FORMULA_VELOCITY:
        request["half_life"] = duration_pb2.Duration(seconds=HALF_LIFE)
    start = at - WINDOWS[window]
    expected = {}
    for name, steps in voted.items():
        counted = [(t, v) for t, v in steps if start < t <= at]
        if counted:
            expected[name] = (score(formula, counted, steps[0][0], at),
                              sum(v for _, v in counted))
    best = sorted((s for s, _ in expected.values()), reverse=True)
    seen = set()
    while True:
        board = lists.board(**request)
        assert board.total_size == len(expected)
        assert board.as_of_time.seconds == at
        for place in board.papers:
            name = place.paper.name
            seen.add(name)
            assert place.rank == len(seen)
            assert place.score == pytest.approx(best[place.rank - 1])
            points, votes = expected[name]
            assert place.score == pytest.approx(points)
            assert place.inputs.vote_count == votes
            first = voted[name][0][0]
            assert place.inputs.first_vote_time.seconds == first
            assert place.newcomer == (first > at - DAY)
        if not board.next_page_token:
            assert seen == set(expected)
            return len(seen)
        request["page_token"] = board.next_page_token


def test_boards_of_any_day_equal_a_slow_recomputation(lists):
    matching = {text: lists.export(text) for text in ("", "language model")}
    chooser = random.Random(20261126)
    days = sorted(lists.days)
    papers = 0
    for day in [days[0], days[-1], *chooser.sample(days, 6)]:
        at = seconds_of(day) + chooser.choice((0, DAY - 1, 12 * HOUR))
        for window in WINDOWS:
            for formula in FORMULAS:
                papers += check_board(
                    lists, matching[""], window, formula, at, "")
        papers += check_board(
            lists, matching["language model"], pb.TRENDING_WINDOW_MONTH,
            pb.TRENDING_FORMULA_HACKER_NEWS, at, "language model")
    assert papers > 50_000


def test_the_page_of_each_day_is_its_list_by_votes(lists):
    for day, entries in lists.days.items():
        votes = {entry["id"]: entry["upvotes"] for entry in entries}
        page = [p.external_ids[0].value for p in lists.page_of(day)]
        assert sorted(page) == sorted(votes), day
        ordered = [votes[paper] for paper in page]
        assert ordered == sorted(ordered, reverse=True), day


@pytest.mark.parametrize("unit", ["UNIT_DAY", "UNIT_WEEK", "UNIT_MONTH"])
def test_days_weeks_and_months_count_their_papers(lists, unit):
    def label(day: str) -> str:
        if unit == "UNIT_MONTH":
            return day[:7]
        if unit == "UNIT_WEEK":
            year, week, _ = datetime.date.fromisoformat(day).isocalendar()
            return f"{year}-W{week:02}"
        return day

    expected: dict[str, dict[str, int]] = collections.defaultdict(dict)
    for day, entries in lists.days.items():
        of_span = expected[label(day)]
        for entry in entries:
            of_span[entry["id"]] = max(of_span.get(entry["id"], 0),
                                       entry["upvotes"])
    request = pb.ListDaysRequest(
        unit=pb.ListDaysRequest.Unit.Value(unit), page_size=100)
    found = []
    while True:
        answer = lists.trending.ListDays(request)
        found += answer.days
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert [d.label for d in found] == sorted(expected, reverse=True)
    for day in found:
        assert label(day.start_day) == label(day.end_day) == day.label
        assert day.paper_count == len(expected[day.label])
        assert day.vote_count == sum(expected[day.label].values())


@pytest.mark.parametrize(("field", "request_"), [
    ("window", {"window": 17}),
    ("formula", {"formula": 17}),
    ("half_life", {"half_life": duration_pb2.Duration(seconds=3600)}),
    ("half_life", {"formula": pb.TRENDING_FORMULA_VELOCITY,
                   "half_life": duration_pb2.Duration(seconds=1)}),
    ("page_size", {"page_size": -1}),
    ("page_token", {"page_token": "b-made-up"}),
    ("query.text", {"query": wire.query('"never closed')}),
    ("as_of_time", {"as_of_time": timestamp_pb2.Timestamp(seconds=-10**15)}),
])
def test_what_is_wrong_is_named(lists, field, request_):
    with pytest.raises(grpc.RpcError) as caught:
        lists.board(**request_)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert wire.field_of(caught.value) == field


def test_a_token_is_of_its_board(lists):
    at = timestamp_pb2.Timestamp(seconds=seconds_of(max(lists.days)))
    board = lists.board(as_of_time=at, page_size=2)
    again = lists.board(page_token=board.next_page_token, page_size=2)
    assert [p.rank for p in again.papers] == [3, 4]
    assert again.as_of_time == board.as_of_time
    with pytest.raises(grpc.RpcError) as caught:
        lists.board(page_token=board.next_page_token,
                    window=pb.TRENDING_WINDOW_ALL)
    assert wire.field_of(caught.value) == "page_token"


def test_a_board_follows_its_papers_and_is_there_after_a_crash(server):
    def paper(title: str, votes: int, **fields: object) -> paper_pb2.Paper:
        return paper_pb2.Paper(
            title=title, features=[paper_pb2.Feature(
                day="2026-07-10", source="hf-daily", vote_count=votes)],
            external_ids=[paper_pb2.ExternalId(scheme="doi",
                                               value=f"10.1000/{title}")],
            **fields)

    def board() -> list[tuple[str, int]]:
        with grpc.insecure_channel(server.address) as channel:
            stub = trending_service_pb2_grpc.TrendingServiceStub(channel)
            return [(p.paper.title, p.inputs.vote_count)
                    for p in stub.ListTrending(pb.ListTrendingRequest(
                        window=pb.TRENDING_WINDOW_ALL)).papers]

    with torture.Wire(server.address) as stubs:
        stubs.import_papers(paper("rivers", 5), paper("estuaries", 3),
                            paper("lakes", 2), source="hf-daily")
        assert board() == [("rivers", 5), ("estuaries", 3), ("lakes", 2)]
        stubs.import_papers(
            paper("estuaries", 8),
            paper("lakes", 2, state=paper_pb2.Paper.STATE_WITHDRAWN),
            source="hf-daily")
        assert board() == [("estuaries", 8), ("rivers", 5)]
        stubs.papers.DeletePaper(paper_service_pb2.DeletePaperRequest(
            name="papers/doi:10.1000/rivers"))
        assert board() == [("estuaries", 8)]
    server.kill()
    server.start()
    assert board() == [("estuaries", 8)]


def test_a_cast_vote_counts_on_boards_searches_and_standing_queries(server):
    rivers = paper_pb2.Paper(title="Rivers", external_ids=[
        paper_pb2.ExternalId(scheme="doi", value="10.1000/rivers")])
    stream = []
    with torture.Wire(server.address) as stubs:
        stub = trending_service_pb2_grpc.TrendingServiceStub(stubs.channel)

        def vote(voter: str, **more: object) -> pb.VotePaperResponse:
            return stub.VotePaper(pb.VotePaperRequest(
                name="papers/doi:10.1000/rivers", voter=voter, **more))

        def board(**request: object) -> list[int]:
            return [p.inputs.vote_count for p in stub.ListTrending(
                pb.ListTrendingRequest(**request)).papers]

        stubs.import_papers(rivers)
        before = timestamp_pb2.Timestamp(seconds=int(time.time()) - 1)
        watch = stubs.subscriptions.Watch(subscription_service_pb2.WatchRequest(
            query=wire.query("votes:>=2"),
            position=subscription_service_pb2.WatchRequest.POSITION_BEGINNING))
        assert vote("").cast_vote_count == 1
        assert vote("users/ada").changed
        assert not vote("users/ada").changed
        for event in watch:
            if event.HasField("match"):
                stream.append(event.match.paper)
                break
        watch.cancel()
        assert [p.cast_vote_count for p in stream] == [2]
        assert stubs.export_titles("votes:>=2") == ["Rivers"]
        assert board(window=pb.TRENDING_WINDOW_DAY) == [2]
        assert board(as_of_time=before) == []
        assert vote("users/ada", revoke=True).cast_vote_count == 1
        assert board() == [1]
        assert stubs.export_titles("votes:>=2") == []
        changes = stubs.papers.ListPaperChanges(
            paper_service_pb2.ListPaperChangesRequest(
                name="papers/doi:10.1000/rivers")).changes
        assert [c.kind for c in changes] == [
            paper_service_pb2.PaperChange.KIND_VOTED] * 3 + [
            paper_service_pb2.PaperChange.KIND_CREATED]


@pytest.mark.parametrize(("code", "what", "request_"), [
    ("NOT_FOUND", "PAPER_NOT_FOUND", {"name": "papers/doi:10.1000/none"}),
    ("INVALID_ARGUMENT", "name", {"name": "rivers"}),
    ("INVALID_ARGUMENT", "voter", {"name": "papers/arxiv:2410.01131",
                                   "voter": "Ada Lovelace"}),
])
def test_a_vote_that_cannot_be_cast_says_why(server, code, what, request_):
    with grpc.insecure_channel(server.address) as channel:
        stub = trending_service_pb2_grpc.TrendingServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.VotePaper(pb.VotePaperRequest(**request_))
    error = caught.value
    assert error.code() == grpc.StatusCode[code]
    assert what in (wire.reason_of(error), wire.field_of(error))
