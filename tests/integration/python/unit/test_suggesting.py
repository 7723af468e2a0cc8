"""Completions, and other queries when nothing matches."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers
from paperwire.v1 import paper_pb2, query_pb2
from paperwire.v1 import search_service_pb2 as pb


def suggest_something(server: FakeServer) -> None:
    """Has the server answer with a title and an author."""
    server.suggestions.suggestions.add(
        kind=pb.SUGGESTION_KIND_TITLE,
        text="Sparse \x1b[2J <b>Kites</b>",
        query='title:"Sparse Kites"',
        paper="papers/x",
        paper_count=1,
    )
    server.suggestions.suggestions.add(
        kind=pb.SUGGESTION_KIND_AUTHOR,
        text="Ada Plume",
        query='author:"Ada Plume"',
        paper_count=1234,
    )


def test_suggest(server: FakeServer, client: paperwire.Client) -> None:
    suggest_something(server)
    found = client.suggest("spar", kinds=["title", "author"], limit=7)
    asked = server.suggest_request
    assert (asked.text, asked.limit) == ("spar", 7)
    assert list(asked.kinds) == [
        pb.SUGGESTION_KIND_TITLE,
        pb.SUGGESTION_KIND_AUTHOR,
    ]
    assert [s.kind for s in found] == ["title", "author"]
    assert found[0].paper == "papers/x"
    assert found[1] == paperwire.Suggestion(
        "author", "Ada Plume", 'author:"Ada Plume"', "", 1234
    )
    assert repr(found) == (
        "2 suggestions\ntitle  Sparse [2J <b>Kites</b>\n"
        "author Ada Plume  (1,234)"
    )
    html = found._repr_html_()
    assert "&lt;b&gt;Kites" in html
    assert "<b>Kites" not in html
    assert str(found[0]) == "Sparse [2J <b>Kites</b>"


def test_suggest_from_asyncio(server: FakeServer) -> None:
    suggest_something(server)

    async def ask() -> paperwire.Suggestions:
        async with paperwire.AsyncClient(server.address) as client:
            return await client.suggest("spar", kinds="term")

    found = asyncio.run(ask())
    assert [s.text for s in found][1:] == ["Ada Plume"]
    assert list(server.suggest_request.kinds) == [pb.SUGGESTION_KIND_TERM]
    assert server.suggest_request.limit == 5


def test_suggest_refuses_what_there_is_not(client: paperwire.Client) -> None:
    with pytest.raises(ValueError, match="did you mean 'author'"):
        client.suggest("x", kinds="authors")
    with pytest.raises(ValueError, match="1 to 20"):
        client.suggest("x", limit=21)


def test_rewrites(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(3))
    message = query_pb2.Query(
        text="sparse kites",
        categories=["cs.LG"],
        has_links=[paper_pb2.Link.KIND_CODE],
        min_vote_count=3,
    )
    message.published.start_time.FromDatetime(datetime(2031, 3, 1))
    meant = server.rewrites.did_you_mean.add(
        query=message,
        kind=pb.QueryRewrite.KIND_SPELLING,
        description="sparse for spasre",
        total_full_matches=1068,
    )
    meant.word_changes.add(old_text="spasre", new_text="sparse")
    server.rewrites.relaxations.add(
        query=query_pb2.Query(text="spasre OR <kites>"),
        kind=pb.QueryRewrite.KIND_ANY_WORD,
        description="any of the words",
        total_full_matches=1,
    )
    results = client.search("spasre kites")
    assert results.total == 0
    rewrite = results.did_you_mean[0]
    assert rewrite.kind == "spelling"
    assert rewrite.total == 1068
    assert rewrite.word_changes == (paperwire.WordChange("spasre", "sparse"),)
    assert rewrite.query == paperwire.Query(
        "sparse kites",
        categories=["cs.LG"],
        published_after=datetime(2031, 3, 1, tzinfo=timezone.utc),
        has="code",
        min_votes=3,
    )
    assert rewrite.query.to_proto() == message
    assert [r.kind for r in results.relaxations] == ["any_word"]
    assert repr(results).splitlines() == [
        "0 full matches for 'spasre kites'",
        "Did you mean sparse kites: 1,068 full matches",
        "Or spasre OR <kites> (any of the words): 1 full match",
    ]
    html = results._repr_html_()
    assert "Did you mean sparse kites" in html
    assert "&lt;kites&gt;" in html
    # What is offered can be asked as it is.
    assert client.search(results.did_you_mean[0].query).total == 0


def test_no_rewrites(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(3))
    results = client.search("sparse")
    assert (results.did_you_mean, results.relaxations) == ([], [])
    assert "mean" not in repr(results)
