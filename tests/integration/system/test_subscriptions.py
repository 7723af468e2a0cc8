"""Subscriptions: kept, changed, watched, committed, backtested."""

from __future__ import annotations

import datetime
import json
import time
import uuid

import grpc
import pytest
from google.protobuf import timestamp_pb2
from wire import LOCAL, Following, Wire, name_of, pb, query, reason_of

from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    query_pb2,
    search_service_pb2,
    subscription_pb2,
)


@pytest.fixture
def wire(server):
    return Wire(server)


def test_create_get_list_delete(wire):
    made = wire.create("necks", "bottleneck", display_name="Necks",
                       labels={"team": "nlp"})
    assert made.name == name_of("necks")
    assert made.state == subscription_pb2.Subscription.STATE_ACTIVE
    assert made.news == subscription_pb2.NEWS_PAPERS
    assert made.etag and made.create_time.seconds > 0
    assert made.cursor.resume_token and not made.cursor.HasField("commit_time")
    assert wire.get("necks") == made
    for i in range(7):
        wire.create(f"other-{i}", "graph", labels={"n": str(i % 2)})

    def pages(**more):
        token = ""
        while True:
            page = wire.subscriptions.ListSubscriptions(
                pb.ListSubscriptionsRequest(parent=LOCAL, page_size=3,
                                            page_token=token, **more))
            yield from (s.name for s in page.subscriptions)
            token = page.next_page_token
            if not token:
                return

    assert list(pages()) == [name_of("necks"),
                             *(name_of(f"other-{i}") for i in range(7))]
    assert list(pages(labels={"n": "1"})) == [
        name_of(f"other-{i}") for i in (1, 3, 5)]
    assert not wire.subscriptions.ListSubscriptions(
        pb.ListSubscriptionsRequest(parent="users/someone")).subscriptions

    wire.subscriptions.DeleteSubscription(
        pb.DeleteSubscriptionRequest(name=name_of("necks")))
    with pytest.raises(grpc.RpcError) as caught:
        wire.get("necks")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    with pytest.raises(grpc.RpcError) as caught:
        wire.subscriptions.DeleteSubscription(
            pb.DeleteSubscriptionRequest(name=name_of("necks")))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    wire.subscriptions.DeleteSubscription(pb.DeleteSubscriptionRequest(
        name=name_of("necks"), allow_missing=True))


def test_what_is_wrong_is_said(wire):
    cases = [
        (dict(parent="", subscription_id="a"), "parent"),
        (dict(parent="users/local/x", subscription_id="a"), "parent"),
        (dict(parent=LOCAL, subscription_id="Not An Id"), "subscription_id"),
        (dict(parent=LOCAL, subscription_id="a", request_id="\u00e9"),
         "request_id"),
    ]
    for fields, field in cases:
        with pytest.raises(grpc.RpcError) as caught:
            wire.subscriptions.CreateSubscription(
                pb.CreateSubscriptionRequest(
                    subscription=subscription_pb2.Subscription(
                        query=query("neck")), **fields))
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT, fields
        assert field.encode() in dict(caught.value.trailing_metadata())[
            "grpc-status-details-bin"], fields
    with pytest.raises(grpc.RpcError) as caught:
        wire.create("a", "neck (")
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as caught:
        wire.create("a", "neck", labels={"Bad Key": "x"})
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    wire.create("a", "neck")
    with pytest.raises(grpc.RpcError) as caught:
        wire.create("a", "neck")
    assert caught.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert reason_of(caught.value) == "SUBSCRIPTION_EXISTS"
    with pytest.raises(grpc.RpcError) as caught:
        wire.titles("none")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_repeated_request_creates_one(wire):
    request = pb.CreateSubscriptionRequest(
        parent=LOCAL, request_id=str(uuid.uuid4()),
        subscription=subscription_pb2.Subscription(query=query("neck")))
    first = wire.subscriptions.CreateSubscription(request)
    assert wire.subscriptions.CreateSubscription(request) == first
    request.request_id = str(uuid.uuid4())
    assert wire.subscriptions.CreateSubscription(request).name != first.name


def test_update_by_mask_and_etag(wire):
    made = wire.create("u", "neck", display_name="One", labels={"a": "b"})
    changed = wire.update(["query"], name=made.name, etag=made.etag,
                          query=query("graph"), display_name="ignored")
    assert changed.query.text == "graph"
    assert changed.display_name == "One"
    assert changed.labels == {"a": "b"}
    assert changed.etag != made.etag
    with pytest.raises(grpc.RpcError) as caught:
        wire.update(["query"], name=made.name, etag=made.etag,
                    query=query("other"))
    assert caught.value.code() == grpc.StatusCode.ABORTED
    assert reason_of(caught.value) == "ETAG_MISMATCH"
    same = wire.update(["query"], name=made.name, query=query("graph"))
    assert same.etag == changed.etag
    with pytest.raises(grpc.RpcError) as caught:
        wire.update(["state"], name=made.name)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    # From the change on, and not before.
    wire.import_papers("A neck", "A graph")
    assert wire.titles("u") == ["A graph"]


def test_a_reader_that_comes_late_gets_all_of_it(wire, server):
    wire.import_papers("An early neck")
    wire.create("late", "neck")
    wire.import_papers("First neck", "A graph", "Second neck")
    matches = wire.read("late")
    assert [m.paper.title for m in matches] == ["First neck", "Second neck"]
    assert all(m.created and m.store_time.seconds for m in matches)
    # Reading moved nothing; a commit does, and never back.
    assert wire.get("late").pending_count == 2
    cursor = wire.commit("late", matches[0].resume_token)
    assert cursor.sequence == matches[0].sequence
    assert wire.titles("late") == ["Second neck"]
    assert wire.commit("late", matches[1].resume_token).sequence == (
        matches[1].sequence)
    assert wire.commit("late", matches[0].resume_token).sequence == (
        matches[1].sequence)
    assert wire.titles("late") == []
    assert wire.get("late").pending_count == 0
    assert wire.titles("late", position=pb.WatchRequest.POSITION_BEGINNING) == [
        "First neck", "Second neck"]
    assert wire.titles("late", resume_token=matches[0].resume_token) == [
        "Second neck"]
    assert wire.titles("late", position=pb.WatchRequest.POSITION_NOW) == []

    server.kill()
    server.start()
    assert wire.titles("late") == []
    wire.import_papers("Third neck")
    assert wire.titles("late") == ["Third neck"]
    server.stop()
    server.start()
    assert wire.titles("late") == ["Third neck"]


def test_a_token_is_of_one_subscription(wire):
    wire.create("one", "neck")
    wire.create("two", "neck")
    wire.import_papers("A neck")
    token = wire.read("one")[0].resume_token
    with pytest.raises(grpc.RpcError) as caught:
        wire.commit("two", token)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as caught:
        wire.titles("two", resume_token=token)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as caught:
        wire.commit("one", "nonsense")
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_every_watcher_gets_all_of_it(wire):
    wire.create("shared", "neck")
    watchers = [Following(wire, subscription=name_of("shared"))
                for _ in range(3)]
    wire.import_papers("One neck", "Two necks")
    for watcher in watchers:
        assert watcher.until("match").paper.title == "One neck"
        assert watcher.until("match").paper.title == "Two necks"


def test_pause_holds_back_and_resume_delivers(wire):
    wire.create("p", "neck")
    watcher = Following(wire, subscription=name_of("p"))
    paused = wire.subscriptions.PauseSubscription(
        pb.PauseSubscriptionRequest(name=name_of("p")))
    assert paused.state == subscription_pb2.Subscription.STATE_PAUSED
    wire.import_papers("A neck")
    assert watcher.nothing_for(0.5)
    assert wire.get("p").pending_count == 1
    wire.subscriptions.ResumeSubscription(
        pb.ResumeSubscriptionRequest(name=name_of("p")))
    assert watcher.until("match").paper.title == "A neck"


def test_deletion_and_expiry_end_its_streams(wire):
    wire.create("gone", "neck")
    watcher = Following(wire, subscription=name_of("gone"))
    wire.subscriptions.DeleteSubscription(
        pb.DeleteSubscriptionRequest(name=name_of("gone")))
    error = watcher.until("error")
    assert error.code() == grpc.StatusCode.NOT_FOUND
    # One of the same name is another one.
    wire.create("gone", "neck")
    wire.import_papers("A neck")
    assert wire.titles("gone") == ["A neck"]
    with pytest.raises(grpc.RpcError) as caught:
        wire.create("over", "neck", expire_time=timestamp_pb2.Timestamp(
            seconds=int(time.time()) - 3600))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def arxiv(number: str, title: str, **fields) -> paper_pb2.Paper:
    return paper_pb2.Paper(title=title, external_ids=[
        paper_pb2.ExternalId(scheme="arxiv", value=number)], **fields)


def test_no_paper_comes_twice(wire):
    """A change, a merge, and what was once delivered under another name."""
    wire.create("once", "neck")
    wire.import_papers(arxiv("2410.00001", "A neck"))
    # Gone from the matches, and back again.
    wire.import_papers(arxiv("2410.00001", "A graph"))
    wire.import_papers(arxiv("2410.00001", "A neck again"))
    assert wire.titles("once") == ["A neck"]
    # Another paper that never matched absorbs one that did.
    doi = paper_pb2.ExternalId(scheme="doi", value="10.1/x")
    wire.import_papers(paper_pb2.Paper(title="Wide", external_ids=[doi]))
    wire.import_papers(arxiv("2410.00002", "A second neck"))
    both = arxiv("2410.00002", "A second neck, joined")
    both.external_ids.append(doi)
    verdict = wire.import_papers(both)[0]
    assert verdict.absorbed_names
    assert wire.titles("once") == ["A neck", "A second neck"]


def test_new_versions_when_asked_for(wire):
    wire.create("papers", "neck")
    wire.create("versions", "neck", news=subscription_pb2.NEWS_VERSIONS)
    for version in (1, 2):
        wire.import_papers(arxiv(
            "2410.00003", f"A neck, version {version}",
            versions=[paper_pb2.PaperVersion(number=v)
                      for v in range(1, version + 1)]))
    # More votes are no version.
    wire.import_papers(arxiv("2410.00003", "", vote_count=7))
    assert wire.titles("papers") == ["A neck, version 1"]
    versions = wire.read("versions")
    assert [m.paper.title for m in versions] == ["A neck, version 1",
                                                 "A neck, version 2"]
    assert [m.new_version for m in versions] == [False, True]


def test_several_matches_in_one_event(wire):
    wire.create("many", "neck")
    wire.import_papers(*(f"Neck {i}" for i in range(25)))
    stream = wire.subscriptions.Watch(pb.WatchRequest(
        subscription=name_of("many"), max_batch_size=10))
    sizes, titles = [], []
    for event in stream:
        if event.HasField("matches"):
            sizes.append(len(event.matches.matches))
            titles += [m.paper.title for m in event.matches.matches]
        if event.HasField("caught_up"):
            stream.cancel()
            break
    assert sizes == [10, 10, 5]
    assert titles == [f"Neck {i}" for i in range(25)]
    with pytest.raises(grpc.RpcError) as caught:
        next(iter(wire.subscriptions.Watch(pb.WatchRequest(
            query=query("neck"), max_batch_size=1001))))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_what_is_too_broad_is_refused_in_the_end(wire):
    def create(i):
        return wire.subscriptions.CreateSubscription.future(
            pb.CreateSubscriptionRequest(
                parent=LOCAL, subscription_id=f"w{i}",
                subscription=subscription_pb2.Subscription(
                    query=query(f"auto{i}*"))))

    reasons = []
    for answer in [create(i) for i in range(700)]:
        if answer.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
            reasons.append(reason_of(answer.exception()))
    assert reasons and set(reasons) == {"QUERY_TOO_BROAD"}
    wire.create("fine", "auto* encoders")
    wire.import_papers("Autoencoders and encoders", "auto7matic")
    assert wire.titles("fine") == ["Autoencoders and encoders"]
    assert wire.titles("w7") == ["auto7matic"]


def test_votes_that_pass_a_threshold_are_news(wire):
    wire.create("voted", "neck votes:>=10")
    for votes in (3, 9, 12, 5, 20):
        wire.import_papers(arxiv("2410.00008", "A neck", vote_count=votes))
    assert [m.paper.vote_count for m in wire.read("voted")] == [12]


def test_preview_says_what_would_have_come(wire):
    """Against a subscription that was there all the time."""
    wire.create("there", "neck OR graph")
    first = wire.import_papers(*(f"Neck {i}" for i in range(30)),
                               "Wide")[0].name
    wire.import_papers(arxiv("2410.00007", "A graph"))
    wire.import_papers(arxiv("2410.00007", "A tree"))
    wire.import_papers(arxiv("2410.00007", "A graph again"))
    wire.papers.DeletePaper(paper_service_pb2.DeletePaperRequest(name=first))
    preview = wire.subscriptions.PreviewSubscription(
        pb.PreviewSubscriptionRequest(query=query("neck OR graph"),
                                      sample_size=3))
    assert preview.total_match_count == 31
    assert len(preview.days) in (30, 31)
    assert sum(d.match_count for d in preview.days) == 31
    assert preview.days[-1].match_count == 31
    assert preview.days[-1].date == datetime.datetime.now(
        datetime.UTC).date().isoformat()
    assert [s.paper.title for s in preview.samples] == [
        "A graph", "Neck 29", "Neck 28"]
    delivered = wire.titles("there")
    assert len(delivered) == 31
    assert delivered[-1] == "A graph"
    nothing = wire.subscriptions.PreviewSubscription(
        pb.PreviewSubscriptionRequest(query=query("absent")))
    assert nothing.total_match_count == 0 and not nothing.samples
    with pytest.raises(grpc.RpcError) as caught:
        wire.subscriptions.PreviewSubscription(pb.PreviewSubscriptionRequest(
            query=query("neck"), span=query_pb2.TimeInterval(
                start_time=timestamp_pb2.Timestamp(
                    seconds=int(time.time()) + 3600))))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_delivers_what_a_search_finds(wire, data):
    """Real papers, real queries: the same as strict searches afterwards."""
    texts = ["bottleneck", "concept bottleneck", '"information bottleneck"',
             "title:bottleneck", "bottleneck -vision", "attention OR memory",
             "bottle*", "exact:bottlenecks", "language model"]
    for i, text in enumerate(texts):
        wire.create(f"q{i}", text)
    with (data / "page.jsonl").open() as lines:
        papers = [json.loads(line) for line in lines]
    for some in (papers[i:i + 7] for i in range(0, len(papers), 7)):
        wire.import_papers(*(paper_pb2.Paper(title=p["title"],
                                             abstract=p["abstract"])
                             for p in some))
    for i, text in enumerate(texts):
        found = wire.searches.Search(search_service_pb2.SearchRequest(
            query=query(text), strict=True, page_size=1000))
        assert sorted(wire.titles(f"q{i}")) == sorted(
            h.paper.title for h in found.hits), text
        assert found.hits, text


def test_many_at_once(wire, server):
    def create(i):
        return wire.subscriptions.CreateSubscription.future(
            pb.CreateSubscriptionRequest(
                parent=LOCAL, subscription_id=f"s{i}",
                subscription=subscription_pb2.Subscription(
                    query=query(f"neck word{i}"))))

    for answer in [create(i) for i in range(2000)]:
        answer.result()
    wire.import_papers("A neck of word1234")
    assert wire.titles("s1234") == ["A neck of word1234"]
    assert wire.titles("s1235") == []
    server.stop()
    server.start()
    wire.import_papers("Another neck of word1234")
    assert wire.titles("s1234") == ["A neck of word1234",
                                    "Another neck of word1234"]
