"""Votes that are cast."""

from __future__ import annotations

from typing import Awaitable, Callable

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers

Body = Callable[[paperwire.AsyncClient], Awaitable[None]]


@pytest.fixture(autouse=True)
def kites(server: FakeServer) -> paperwire.Paper:
    """A paper with 12 votes of a source."""
    paper = paperwire.Paper("Kites", ids={"test": "kites"}, votes=12)
    server.store(paper)
    return paper


def test_a_voter_has_one_vote(
    server: FakeServer, client: paperwire.Client
) -> None:
    cast = client.vote("test:kites")
    assert cast == paperwire.VoteResult("papers/p1", 1, True, 2)
    assert server.voters["papers/p1"] == {"users/local"}
    paper = client.get("test:kites")
    assert (paper.votes, paper.cast_votes, paper.sequence) == (13, 1, 2)
    again = client.vote("papers/p1", voter="local")
    assert again == paperwire.VoteResult("papers/p1", 1, False, 0)
    assert client.get("test:kites") == paper
    ada = client.vote(paper, voter="users/ada")
    assert (ada.cast_votes, ada.changed) == (2, True)
    assert not client.vote(paper, voter="ada").changed
    assert server.voters["papers/p1"] == {"users/local", "users/ada"}


def test_a_vote_is_taken_back(
    server: FakeServer, client: paperwire.Client
) -> None:
    none = client.vote("test:kites", revoke=True)
    assert none == paperwire.VoteResult("papers/p1", 0, False, 0)
    client.vote("test:kites")
    client.vote("test:kites", voter="ada")
    back = client.vote("test:kites", revoke=True)
    assert back == paperwire.VoteResult("papers/p1", 1, True, 4)
    assert not client.vote("test:kites", revoke=True).changed
    assert server.voters["papers/p1"] == {"users/ada"}
    assert client.get("test:kites").votes == 13


def test_votes_count_in_queries_and_stay(
    kites: paperwire.Paper, client: paperwire.Client
) -> None:
    def found() -> int:
        return client.search("kites", min_votes=13, strict=True).total

    assert found() == 0
    client.vote("test:kites")
    assert found() == 1
    # The source knows nothing of them, and does not change them.
    assert client.import_papers([kites], source="test").unchanged == 1
    copy = paperwire.Paper.from_dict(client.get("test:kites").to_dict())
    assert client.import_papers([copy]).unchanged == 1
    assert found() == 1
    client.vote("test:kites", revoke=True)
    assert found() == 0


def test_votes_are_changes_of_a_paper(client: paperwire.Client) -> None:
    client.vote("test:kites")
    client.vote("test:kites")
    client.vote("test:kites", revoke=True)
    changes = client.changes("test:kites")
    assert [(c.kind, c.sequence) for c in changes] == [
        ("voted", 3),
        ("voted", 2),
        ("created", 1),
    ]


def test_a_vote_is_news_when_it_passes_a_threshold(
    client: paperwire.Client,
) -> None:
    query = paperwire.Query("kites", min_votes=14)
    with client.watch(query, timeout=20) as watch:
        client.vote("test:kites")
        client.vote("test:kites", voter="ada")
        match = next(watch)
    assert (match.sequence, match.paper.votes) == (3, 14)


def test_what_fails(server: FakeServer, client: paperwire.Client) -> None:
    for paper in ("two words", paperwire.Paper("Not imported")):
        with pytest.raises(ValueError, match="names no paper|import it first"):
            client.vote(paper)
    with pytest.raises(TypeError, match="5 is not text"):
        client.vote(5)  # type: ignore[arg-type]
    for voter in ("", "users/", "users/ada/subscriptions/x"):
        with pytest.raises(ValueError, match=r"voter: .* is no user"):
            client.vote("test:kites", voter=voter)
    assert server.calls["VotePaper"] == 0
    with pytest.raises(paperwire.InvalidArgument) as wrong:
        client.vote("test:kites", voter="Ada Plume")
    assert wrong.value.field == "voter"
    with pytest.raises(paperwire.NotFound):
        client.vote("test:boats")
    client.delete("test:kites")
    with pytest.raises(paperwire.NotFound):
        client.vote("papers/p1", revoke=True)


def test_a_withdrawn_paper_gets_no_more_votes(
    server: FakeServer, client: paperwire.Client
) -> None:
    client.vote("test:kites")
    server.store(
        paperwire.Paper("Kites", ids={"test": "kites"}, withdrawn=True)
    )
    with pytest.raises(paperwire.FailedPrecondition) as caught:
        client.vote("test:kites", voter="ada")
    assert type(caught.value) is paperwire.FailedPrecondition
    assert caught.value.reason == "PAPER_WITHDRAWN"
    assert client.vote("test:kites", revoke=True).cast_votes == 0


def test_a_vote_is_tried_again(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.failures["VotePaper"] = [grpc.StatusCode.UNAVAILABLE]
    assert client.vote("test:kites").changed
    assert server.calls["VotePaper"] == 2


def test_awaited(server: FakeServer, run: Callable[[Body], None]) -> None:
    server.store(*make_papers(1))

    async def body(client: paperwire.AsyncClient) -> None:
        cast = await client.vote("test:kites", voter="ada")
        assert cast == paperwire.VoteResult("papers/p1", 1, True, 3)
        paper = await client.get("test:kites")
        assert not (await client.vote(paper, voter="users/ada")).changed
        assert (await client.vote(paper)).cast_votes == 2
        back = await client.vote(paper, voter="ada", revoke=True)
        assert (back.cast_votes, back.changed) == (1, True)
        assert server.voters["papers/p1"] == {"users/local"}
        with pytest.raises(paperwire.NotFound):
            await client.vote("test:boats")
        with pytest.raises(ValueError, match="voter"):
            await client.vote(paper, voter="a/b")
        kinds = [c.kind for c in await client.changes("test:kites")]
        assert kinds == ["voted", "voted", "voted", "created"]

    run(body)
