"""Picks and signals."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any, Awaitable, Callable

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from paperwire.v1 import paper_pb2

Body = Callable[[paperwire.AsyncClient], Awaitable[None]]


@pytest.fixture(autouse=True)
def kites(server: FakeServer) -> None:
    """A paper with two ids."""
    server.store(
        paperwire.Paper(
            "Kites", arxiv_id="2410.00001", ids={"test": "kites"}, votes=12
        )
    )


def test_a_pick_says_the_day_and_nothing_else(
    server: FakeServer, client: paperwire.Client
) -> None:
    picked = client.pick("test:kites", day="2026-11-26", curator="Ada")
    assert picked == paperwire.ReportResult("papers/p1", True, 2)
    (said,) = server.reports
    assert len(said.external_ids) == 1, "one id cannot join two papers"
    assert list(said.sources) == ["picks"]
    (pick,) = said.features
    assert (pick.day, pick.source, pick.curator) == (
        "2026-11-26",
        "picks",
        "Ada",
    )
    assert not pick.HasField("vote_count"), "a pick is no vote"
    for field, _ in said.ListFields():
        assert field.name in {"external_ids", "sources", "features"}
    again = client.pick("papers/p1", day=date(2026, 11, 26), curator="Ada")
    assert again == paperwire.ReportResult("papers/p1", False, 2)
    paper = client.get("test:kites")
    assert paper.votes == 12
    assert client.pick(paper, day="2026-11-26", source="reading-group").changed
    assert len(client.get("test:kites").proto.features) == 2


def test_a_signal_is_a_count_at_a_time(
    server: FakeServer, client: paperwire.Client
) -> None:
    def counted() -> float:
        return client.get("test:kites").proto.signals[0].value

    before = datetime.now(timezone.utc)
    first = client.signal("test:kites", "github-stars", 120)
    assert first == paperwire.ReportResult("papers/p1", True, 2)
    (said,) = server.reports
    assert list(said.sources) == ["signals"]
    assert said.signals[0].kind == "github-stars"
    at = said.signals[0].observed_time.ToDatetime(tzinfo=timezone.utc)
    assert before <= at <= datetime.now(timezone.utc), "now, unless said"
    old = before - timedelta(days=1)
    late = client.signal("test:kites", "github-stars", 7, time=old)
    assert (late.changed, counted()) == (False, 120)
    # A source that speaks for the first time, and too late.
    late = client.signal(
        "test:kites", "github-stars", 7, time=old, source="you"
    )
    assert (late.changed, counted()) == (False, 120)
    soon = before + timedelta(days=1)
    assert client.signal(
        client.get("papers/p1"), "github-stars", 130.5, time=soon, source="me"
    ).changed
    assert counted() == 130.5
    assert list(server.reports[-1].sources) == ["me"]


def test_what_cannot_be_said(
    server: FakeServer, client: paperwire.Client
) -> None:
    with pytest.raises(paperwire.NotFound, match="no paper"):
        client.pick("test:boats", day="2026-11-26")
    server.store(paperwire.Paper("Boats"))
    with pytest.raises(paperwire.FailedPrecondition) as nameless:
        client.signal("papers/p2", "citations", 1)
    assert nameless.value.reason == "NO_EXTERNAL_ID"
    assert "no external id" in str(nameless.value)
    server.store(paperwire.Paper("Sails", ids={"test": "s"}, withdrawn=True))
    with pytest.raises(paperwire.FailedPrecondition) as withdrawn:
        client.pick("test:s", day="2026-11-26")
    assert withdrawn.value.reason == "PAPER_WITHDRAWN"
    assert withdrawn.value.code == grpc.StatusCode.FAILED_PRECONDITION
    assert server.batches == []
    calls = server.calls["GetPaper"]
    for day in ("2026", "2026-11", "soon-or-late", "2026-02-30"):
        with pytest.raises(ValueError, match="day"):
            client.pick("test:kites", day=day)
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not finite"):
            client.signal("test:kites", "citations", value)
    wrong: Any
    for wrong in ("12", True, None):
        with pytest.raises(TypeError, match="no number"):
            client.signal("test:kites", "citations", wrong)
    with pytest.raises(ValueError, match="source: is empty"):
        client.signal("test:kites", "citations", 1, source="")
    with pytest.raises(ValueError, match="source: is empty"):
        client.pick("test:kites", day="2026-11-26", source="")
    with pytest.raises(ValueError, match="names no paper|import it first"):
        client.pick(paperwire.Paper("New"), day="2026-11-26")
    assert server.calls["GetPaper"] == calls, "nobody had to be asked"


def test_an_id_that_leads_elsewhere_is_not_used(
    server: FakeServer, client: paperwire.Client
) -> None:
    # After a merge was undone, an id can belong to the other paper.
    server.store(paperwire.Paper("Boats", ids={"test": "boats"}))
    first = server.papers["papers/p1"].external_ids[0]
    server.names[(first.scheme, first.value)] = "papers/p2"
    assert client.signal("papers/p1", "citations", 3).name == "papers/p1"
    (said,) = server.reports
    assert said.external_ids[0] != first
    assert len(server.papers["papers/p2"].signals) == 0
    second = server.papers["papers/p1"].external_ids[1]
    del server.names[(second.scheme, second.value)]
    with pytest.raises(paperwire.FailedPrecondition):
        client.signal("papers/p1", "citations", 4)
    assert len(server.reports) == 1


def test_what_the_server_rejects(
    server: FakeServer,
    client: paperwire.Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The paper is deleted between the reading and the import.
    def vanish(says: paper_pb2.Paper, verdict: object) -> bool:
        return False

    monkeypatch.setattr(server, "_report", vanish)
    with pytest.raises(paperwire.InvalidArgument, match="title: is empty"):
        client.signal("test:kites", "citations", 1)


def test_a_lost_acknowledgement_is_made_up_for(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.lose_acknowledgements = 1
    assert client.pick("test:kites", day="2026-11-26").changed
    assert len(server.batches) == 2
    assert len(server.reports) == 1


def test_awaited(server: FakeServer, run: Callable[[Body], None]) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        picked = await client.pick("test:kites", day="2026-11-26")
        assert picked == paperwire.ReportResult("papers/p1", True, 2)
        paper = await client.get("test:kites")
        again = await client.pick(paper, day="2026-11-26")
        assert not again.changed
        told = await client.signal(paper, "citations", 3, source="me")
        assert told == paperwire.ReportResult("papers/p1", True, 3)
        assert [list(said.sources) for said in server.reports] == [
            ["picks"],
            ["picks"],
            ["me"],
        ]
        with pytest.raises(paperwire.NotFound):
            await client.signal("test:boats", "citations", 1)
        first, second = server.papers["papers/p1"].external_ids
        del server.names[(first.scheme, first.value)]
        assert (await client.signal(paper, "citations", 4)).changed
        assert server.reports[-1].external_ids[0] == second
        server.papers["papers/p1"].ClearField("external_ids")
        with pytest.raises(paperwire.FailedPrecondition, match="no external"):
            await client.pick("papers/p1", day="2026-11-27")

    run(body)
