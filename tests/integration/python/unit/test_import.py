"""Imports: batches, verdicts, lost connections, progress."""

from __future__ import annotations

import io
import itertools
from typing import Any, Iterator, List

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers
from paperwire import _progress
from paperwire.v1 import paper_service_pb2

Code = grpc.StatusCode


def test_every_kind_of_paper(
    server: FakeServer, client: paperwire.Client
) -> None:
    paper = make_papers(1)[0]
    item = paper_service_pb2.ImportItem(paper=paper.proto, line=77)
    item.paper.external_ids[0].value = "0000.00001"
    item.paper.title = ""
    report = client.import_papers(
        [
            paper,
            {"title": "Of a Dictionary", "authors": "One Author"},
            paperwire.Paper("Of a Message").proto,
            item,
        ],
        source="mine",
    )
    assert (report.created, report.papers) == (3, 4)
    assert report.rejected == [
        paperwire.Rejection(3, 77, "title: is empty; give the paper's title")
    ]
    assert report.sequence == 3
    assert client.get("papers/p2").sources == ["mine"]
    assert client.get("papers/p2").authors == ["One Author"]
    assert "line 77: title: is empty" in repr(report)
    assert "4 papers in" in repr(report)
    assert "&#x27;" in report._repr_html_()
    with pytest.raises(TypeError, match="paper 1: int"):
        client.import_papers([paper, 5])  # type: ignore[list-item]


def test_outcomes(server: FakeServer, client: paperwire.Client) -> None:
    papers = make_papers(10)
    assert client.import_papers(papers, source="x").created == 10
    again = client.import_papers(papers, source="x")
    assert (again.created, again.unchanged) == (0, 10)
    papers[3].proto.vote_count = 1000
    report = client.import_papers(papers, source="x")
    assert (report.updated, report.unchanged) == (1, 9)
    assert client.import_papers([]).papers == 0


def test_unfit_values_are_rejected_alone(
    server: FakeServer, client: paperwire.Client
) -> None:
    rows: List[Any] = [
        {"title": "Good", "votes": 3.0, "venue": None, "doi": float("nan")},
        {"titel": "Misspelt"},
        {"title": "Bad date", "published": "last week"},
        {"title": "Bad votes", "votes": "many"},
        {"title": 5},
        {"title": "Good too"},
        {"title": ""},
    ]
    report = client.import_papers(iter(rows), batch_size=2)
    assert report.created == 2
    reasons = {r.index: r.reason for r in report.rejected}
    assert list(reasons) == [1, 2, 3, 4, 6]
    assert "did you mean 'title'" in reasons[1]
    assert "published: 'last week'" in reasons[2]
    assert "votes: 'many'" in reasons[3]
    assert "title: 5" in reasons[4]
    assert [r.line for r in report.rejected] == [2, 3, 4, 5, 7]


def test_batches_are_read_as_they_are_sent(
    server: FakeServer, client: paperwire.Client
) -> None:
    ahead = []

    def papers() -> Iterator[paperwire.Paper]:
        for number, paper in enumerate(make_papers(200)):
            ahead.append(number - len(server.journal))
            yield paper

    report = client.import_papers(papers(), batch_size=10)
    assert report.created == 200
    assert max(ahead) <= 10 * 6
    assert len(server.batches) == 20


def test_large_batches_are_cut(
    server: FakeServer, client: paperwire.Client
) -> None:
    papers = [
        paperwire.Paper(f"Long {n}", abstract="x" * 60_000) for n in range(300)
    ]
    report = client.import_papers(papers, batch_size=10_000)
    assert report.created == 300
    assert len(server.batches) == 3
    with pytest.raises(ValueError, match="batch_size"):
        client.import_papers(papers, batch_size=10_001)


@pytest.mark.parametrize("losses", [1, 3])
def test_lost_acknowledgements_are_made_good(
    server: FakeServer, client: paperwire.Client, losses: int
) -> None:
    server.lose_acknowledgements = losses
    report = client.import_papers(make_papers(100), batch_size=10)
    assert report.created == 100
    assert report.papers == 100
    assert len(server.papers) == 100
    assert len(set(server.batches)) == 10
    assert len(server.batches) > 10  # some were sent twice
    assert server.calls["ImportPapers"] == losses + 1


def test_a_restart_in_the_middle(
    server: FakeServer, client: paperwire.Client
) -> None:
    def papers() -> Iterator[paperwire.Paper]:
        for number, paper in enumerate(make_papers(100)):
            if number in (35, 71):
                server.restart()
            yield paper

    report = client.import_papers(papers(), batch_size=10)
    assert report.created == 100
    assert len(server.papers) == 100


def test_a_refused_import_says_what_was_stored(
    server: FakeServer, client: paperwire.Client
) -> None:
    def papers() -> Iterator[paperwire.Paper]:
        for number, paper in enumerate(make_papers(100)):
            if number == 50:
                server.failures["ImportPapers"] = [Code.RESOURCE_EXHAUSTED]
                server.restart()
            yield paper

    with pytest.raises(paperwire.ResourceExhausted) as caught:
        client.import_papers(papers(), batch_size=10)
    report = caught.value.report
    assert report is not None
    assert 10 <= report.created <= 50


def test_no_server_is_told_quickly(unused_address: str) -> None:
    client = paperwire.Client(unused_address, retries=1)
    with client, pytest.raises(paperwire.Unavailable):
        client.import_papers(make_papers(1))


def test_errors_of_the_callers_generator_come_through(
    server: FakeServer, client: paperwire.Client
) -> None:
    def papers() -> Iterator[paperwire.Paper]:
        yield from make_papers(15)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        client.import_papers(papers(), batch_size=10)


def test_progress(
    server: FakeServer,
    client: paperwire.Client,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: List[paperwire.ImportProgress] = []
    papers = make_papers(30)
    client.import_papers(papers, batch_size=10, progress=seen.append)
    assert [(p.done, p.total) for p in seen] == [(10, 30), (20, 30), (30, 30)]
    client.import_papers(iter(papers), batch_size=30, progress=seen.append)
    assert seen[-1].total is None
    assert capsys.readouterr().err == ""
    client.import_papers(papers)  # nobody looks: no bar
    client.import_papers(papers, progress=False)
    assert capsys.readouterr().err == ""
    # Without tqdm there is a plain bar.
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    client.import_papers(papers, progress=True)
    shown = capsys.readouterr().err
    assert "100% 30/30" in shown
    assert shown.endswith("\n")


def test_the_plain_bar_counts_rejections() -> None:
    out = io.StringIO()
    bar = _progress.PlainBar(None, out)
    report = paperwire.ImportReport(
        rejected=[paperwire.Rejection(0, 1, "title: is empty")]
    )
    bar.update(paperwire.ImportProgress(1234, None, report))
    bar.close()
    assert "1,234 papers" in out.getvalue()
    assert "1 rejected" in out.getvalue()


def test_request_ids_are_new_for_each_import(
    server: FakeServer, client: paperwire.Client
) -> None:
    for papers in itertools.repeat(make_papers(3), 3):
        client.import_papers(papers, batch_size=1)
    assert len(set(server.batches)) == 9
