"""Help with what to ask, from a real server: completions, did you mean, and
wider queries; and what bad input gets."""

from __future__ import annotations

import grpc
import pytest
from conftest import command

import paperwire
from paperwire.v1 import query_pb2, search_service_pb2_grpc
from paperwire.v1 import search_service_pb2 as pb


@pytest.fixture
def searches(server):
    with grpc.insecure_channel(server.address) as channel:
        yield search_service_pb2_grpc.SearchServiceStub(channel)


def refused(call, *parts):
    """The call is INVALID_ARGUMENT and says these things."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    for part in parts:
        assert part in caught.value.details()


@pytest.fixture
def papers(client):
    report = client.import_papers([
        {"title": title, "authors": authors, "votes": votes,
         "published": "2031-03-01", "ids": {"test": f"suggest-{number}"}}
        for number, (title, authors, votes) in enumerate([
            ("Concept Bottleneck Models", ["Ada Plume", "Ben Gust"], 3),
            ("Concept Bottleneck Kites", ["Ada Plume"], 70),
            ("A KV Cache for Kites", ["Zoë Plümer"], 1),
        ])
    ])
    assert report.created == 3
    return report


def test_completions(client, papers):
    found = client.suggest("concept bott")
    assert [(s.kind, s.text) for s in found] == [
        ("title", "Concept Bottleneck Kites"),
        ("title", "Concept Bottleneck Models"),
        ("term", "concept bottleneck"),
    ]
    assert client.get(found[0].paper).title == "Concept Bottleneck Kites"
    names = client.suggest("plum", kinds="author")
    assert [(s.text, s.paper_count) for s in names] == [
        ("Ada Plume", 2), ("Zoë Plümer", 1)]
    # What is suggested finds what it promises.
    for suggestion in [*found, *names]:
        total = client.search(suggestion.query).total
        assert total == suggestion.paper_count, suggestion
    assert client.suggest("bott", kinds=["term", "title"])[0].kind == "term"
    assert len(client.suggest("k", limit=1)) == 2


def test_what_is_acknowledged_is_suggested(client, papers):
    assert client.suggest("zebra") == []
    client.import_papers([{"title": "Zebras", "authors": ["Cara Fold"]}])
    assert [s.text for s in client.suggest("zeb")] == ["Zebras", "zebras"]
    client.delete(client.search("zebras")[0].name)
    assert client.suggest("zeb", kinds=["title", "author"]) == []


def test_did_you_mean(client, papers):
    results = client.search("concept botleneck")
    assert results.total == 0
    # The hits are those of what was asked.
    assert [hit.match for hit in results.loaded] == ["partial", "partial"]
    rewrite = results.did_you_mean[0]
    assert rewrite.query.text == "concept bottleneck"
    assert rewrite.word_changes == (
        paperwire.WordChange("botleneck", "bottleneck"),)
    assert rewrite.total == client.search(rewrite.query).total == 2
    assert client.search("kvcache").did_you_mean[0].query.text == '"kv cache"'
    assert client.search("concept").did_you_mean == []
    # A word that nothing has, beside one that is found.
    mixed = client.search("cache OR botleneck")
    assert mixed.total == 1
    assert mixed.did_you_mean[0].total == 3
    assert mixed.relaxations == []


def test_relaxations(client, papers):
    results = client.search('"kites concept"', categories="cs.LG")
    assert results.total == 0
    assert [(r.kind, r.query) for r in results.relaxations] == [
        ("any_word", paperwire.Query("kites OR concept"))]
    results = client.search("concept kites year:1999", strict=True)
    assert not results.loaded
    assert [(r.kind, r.query.text, r.total) for r in results.relaxations] == [
        ("without_filter", "concept kites", 1)]
    batch = client.search_batch(['"kites concept"', "concept"])
    assert [r.kind for r in batch[0].relaxations] == ["without_quotes"]
    assert batch[1].relaxations == []


def test_rewrites_can_be_left_out(searches, papers):
    request = pb.SearchRequest(query=query_pb2.Query(text="botleneck"))
    assert searches.Search(request).did_you_mean
    request.omit_rewrites = True
    answer = searches.Search(request)
    assert not answer.did_you_mean
    assert not answer.relaxations


@pytest.mark.parametrize("text", [
    "", " ", "...,;", "\"(((", "\0\1\x1b[2J\x7f", "-", "*", "~", "a" * 512,
    "title:", "year:2020..", "the of ", "\u202e\u200b", "(" * 512,
    "é" * 256, "a b " * 128,
])
def test_any_short_text_gets_an_answer(searches, papers, text):
    assert not searches.Suggest(pb.SuggestRequest(text=text)).suggestions


def test_what_is_refused(searches, papers, server):
    refused(lambda: searches.Suggest(pb.SuggestRequest(text="a" * 10000)),
            "10000 bytes", "512")
    refused(lambda: searches.Suggest(pb.SuggestRequest(text="a", limit=-1)),
            "negative")
    for kind in (0, 99):
        refused(lambda: searches.Suggest(
            pb.SuggestRequest(text="a", kinds=[1, kind])),
            f"no kind {kind}")
    many = searches.Suggest(pb.SuggestRequest(text="k", kinds=[3, 3, 3],
                                              limit=2_000_000_000))
    assert [s.text for s in many.suggestions] == ["kites", "kv"]
    # Text that is not UTF-8 does not even make a message.
    with grpc.insecure_channel(server.address) as plain:
        call = plain.unary_unary("/paperwire.v1.SearchService/Suggest")
        refused(lambda: call(b"\x0a\x02\xff\xfe"), "UTF-8")


def test_command(server, papers):
    done = command(server, "suggest", "concept", "bott", "-k", "title")
    assert done.stdout.splitlines()[0] == (
        'title\tConcept Bottleneck Kites\t1\ttitle:"Concept Bottleneck Kites"')
    done = command(server, "search", "concept", "botleneck", "--strict")
    assert done.stdout == ""
    assert "did you mean: concept bottleneck (2 papers)" in done.stderr
    done = command(server, "search", "concept year:1999", "--strict")
    assert "without year:1999: concept (2 papers)" in done.stderr
