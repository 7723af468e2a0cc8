"""The blocking client and a real server."""

from __future__ import annotations

from typing import List

import pytest

import paperwire


def make(word: str, count: int, **more: object) -> List[paperwire.Paper]:
    """Makes papers that the word finds, each with an id of its own."""
    return [
        paperwire.Paper.from_dict(
            {
                "title": f"Of {word} and the number {number}",
                "abstract": f"An invented abstract, {number} words long.",
                "authors": ["Ada Plume", f"Author {word} {number}"],
                "published": f"{2020 + number % 5}-03-01",
                "categories": ["cs.LG" if number % 2 else "cs.CL"],
                "ids": {"live-test": f"{word}-{number}"},
                "votes": number,
                **more,
            }
        )
        for number in range(count)
    ]


def test_import_search_get(client: paperwire.Client, word: str) -> None:
    papers = make(word, 120)
    report = client.import_papers(papers, source=word, batch_size=50)
    assert (report.created, report.rejected) == (120, [])
    results = client.search(word, facets=["year", "category"], page_size=7)
    assert results.total == 120
    assert results.sequence >= report.sequence
    hits = list(results)
    assert len({hit.name for hit in hits}) == 120
    assert {hit.match for hit in hits[:120]} == {"full"}
    assert sum(results.facets["year"].values()) == 120
    assert results.facets["category"] == {"cs.CL": 60, "cs.LG": 60}
    assert hits[0].highlights["title"].marked().startswith(f"Of **{word}**")
    paper = client.get(f"live-test:{word}-7")
    assert paper.title == papers[7].title
    assert paper.authors == papers[7].authors
    assert paper.published == papers[7].published
    assert paper.date == "2022-03-01"
    assert paper.sources == [word]
    assert client.get(paper.name) == paper
    names = [hit.name for hit in hits[:30]]
    assert [p.name for p in client.get_many(names)] == names
    again = client.import_papers(papers, source=word)
    assert again.unchanged == 120
    assert client.search(word).sequence == results.sequence


def test_filters_and_orders(client: paperwire.Client, word: str) -> None:
    client.import_papers(make(word, 50), source=word)
    assert client.search(word, categories="cs.LG").total == 25
    assert client.search(word, published_after="2023").total == 20
    assert client.search(word, published_before="2023").total == 30
    assert client.search(word, min_votes=40).total == 10
    assert client.search(word, has="code").total == 0
    assert client.search("", sources=word, strict=True).total == 50
    votes = [h.paper.votes for h in client.search(word, order_by="votes")]
    assert votes == sorted(votes, key=lambda v: -(v or 0))
    newest = client.search(word, order_by="newest", limit=1)[0].paper
    assert newest.year == 2024
    fields = client.search(word, fields="title,name", limit=1)[0].paper
    assert fields.title
    assert fields.authors == []
    explained = client.search(word, explain=True, limit=1)[0]
    assert explained.explanation is not None
    assert explained.explanation.value == pytest.approx(explained.score)


def test_export_and_list(client: paperwire.Client, word: str) -> None:
    client.import_papers(make(word, 1200), source=word)
    export = client.export(word)
    assert export.total == 1200
    sequences = [paper.sequence for paper in export]
    assert len(sequences) == 1200
    assert sequences == sorted(sequences)
    day = client.list(day="2024-03-01", page_size=100)
    ours = [paper for paper in day if paper.sources == [word]]
    assert len(ours) == 240
    stored = client.list(by="stored", page_size=50)
    assert word in stored[0].title


def test_frames(client: paperwire.Client, word: str) -> None:
    client.import_papers(make(word, 60), source=word)
    frame = client.search(word, order_by="votes", strict=True).to_pandas()
    assert frame.votes.tolist() == list(range(59, -1, -1))
    assert str(frame.published.dt.tz) == "UTC"
    assert frame.groupby("year").size().to_dict() == {
        year: 12 for year in range(2020, 2025)
    }


def test_errors(client: paperwire.Client, word: str) -> None:
    with pytest.raises(paperwire.InvalidQuery) as caught:
        client.search(f'{word} "open')
    assert caught.value.field.endswith("query.text")
    with pytest.raises(paperwire.NotFound, match=word):
        client.get(f"live-test:{word}")
    with pytest.raises(paperwire.InvalidArgument):
        client.get("papers/")
    with pytest.raises(paperwire.InvalidArgument):
        client.search(word, fields="titel")
    with pytest.raises(paperwire.InvalidArgument):
        client.watch(word, token="no token")
    good, bad = client.search_batch([word, "title:("], return_errors=True)
    assert isinstance(good, paperwire.Results)
    assert isinstance(bad, paperwire.InvalidQuery)


def test_rejections_name_the_line(client: paperwire.Client, word: str) -> None:
    report = client.import_papers(
        [*make(word, 2), {"title": ""}, {"title": "x" * 5000}], source=word
    )
    assert report.created == 2
    assert [r.line for r in report.rejected] == [3, 4]
    assert all("title" in r.reason for r in report.rejected)


def test_delete_and_changes(client: paperwire.Client, word: str) -> None:
    client.import_papers(make(word, 1), source=word)
    paper = client.get(f"live-test:{word}-0")
    assert [c.kind for c in client.changes(paper.name)] == ["created"]
    with pytest.raises(paperwire.Aborted):
        client.delete(paper.name, etag="another")
    client.delete(paper.name, etag=paper.etag)
    with pytest.raises(paperwire.NotFound):
        client.get(paper.name)
    assert client.search(word).total == 0
    client.delete(paper.name, allow_missing=True)


def test_merge_and_split(client: paperwire.Client, word: str) -> None:
    one = make(word, 1)[0]
    other = paperwire.Paper.from_dict(
        {**one.to_dict(), "ids": {"other-test": word}, "sources": ["other"]}
    )
    client.import_papers([one], source=word)
    report = client.import_papers([other])
    assert report.merged == 1
    assert client.search(word).total == 1
    name = client.get(f"other-test:{word}").name
    merge = next(c for c in client.changes(name) if c.kind == "merged")
    left, split = client.split(name, merge.sequence)
    assert left.name == name
    assert split.ids == {"other-test": word}
    assert client.search(word).total == 2
    with pytest.raises(paperwire.FailedPrecondition):
        client.split(name, merge.sequence)


def test_withdrawn_papers_are_hidden_and_kept(
    client: paperwire.Client, word: str
) -> None:
    paper = make(word, 1)[0]
    client.import_papers([paper], source=word)
    withdrawn = {**paper.to_dict(), "withdrawn": True}
    assert client.import_papers([withdrawn], source=word).updated == 1
    assert client.search(word).total == 0
    assert client.get(f"live-test:{word}-0").withdrawn


def test_similar(client: paperwire.Client, word: str) -> None:
    client.import_papers(make(word, 5), source=word)
    paper = client.search(word)[0].paper
    similar = client.similar(paper.name, limit=4, query=word)
    assert len(similar) == 4
    assert word in similar.terms
    assert paper.name not in [hit.name for hit in similar]


def test_server(client: paperwire.Client) -> None:
    assert client.info().version
    assert client.stats().sequence >= client.stats().oldest_sequence
    assert client.health() == "SERVING"
    with pytest.raises(paperwire.NotFound):
        client.health("no.such.Service")


def test_hostile_titles(client: paperwire.Client, word: str) -> None:
    title = f"{word} <script>alert(1)</script> \u202e \U0001f600"
    client.import_papers([{"title": title}], source=word)
    results = client.search(word)
    assert results[0].title.startswith(f"{word} <script>")
    assert "<script" not in results._repr_html_()
    assert f"<mark>{word}</mark>" in results._repr_html_()
    assert "\u202e" not in repr(results)
