"""Searching, getting, listing, exporting against the fake server."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers


def test_results_page_themselves(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(95))
    results = client.search("sparse", page_size=10)
    assert results.total == 95
    assert server.calls["Search"] == 1
    assert len(results.loaded) == 10
    assert [hit.title for hit in results] == [
        f"Sparse Study {n}" for n in range(95)
    ]
    assert server.calls["Search"] < 10  # pages grow
    assert results.exhausted
    assert [h.title for h in results] == [h.title for h in results.loaded]


def test_results_index_and_slice(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(50))
    results = client.search("sparse", page_size=10)
    assert results[25].title == "Sparse Study 25"
    assert not results.exhausted
    assert [h.title for h in results[3:5]] == [
        "Sparse Study 3",
        "Sparse Study 4",
    ]
    assert results[-1].title == "Sparse Study 49"
    assert len(results.first(7)) == 7
    with pytest.raises(IndexError):
        results[50]
    with pytest.raises(TypeError, match=r"\.total"):
        len(results)
    assert results
    assert not client.search("nothing like it")


@pytest.mark.parametrize("size", [1, 7, 20, None])
def test_partial_matches_fill_up_the_last_page_only(
    server: FakeServer, client: paperwire.Client, size: int
) -> None:
    server.store(*make_papers(33), *make_papers(40, "Sparse Boats", 100))
    results = client.search("sparse boats", page_size=size)
    hits = list(results)
    step = size or 20
    assert [h.match for h in hits[:40]] == ["full"] * 40
    assert {h.match for h in hits[40:]} <= {"partial"}
    assert len(hits) == -(-40 // step) * step
    assert len(list(client.search("sparse boats", strict=True))) == 40


def test_limit_goes_on_into_partial_matches(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(33), *make_papers(4, "Sparse Boats", 100))
    hits = list(client.search("sparse boats", limit=30, page_size=7))
    assert len(hits) == 30
    assert [h.match for h in hits].count("full") == 4
    assert len(list(client.search("sparse boats", limit=2))) == 2


def test_facets_and_filters(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(10))
    results = client.search(
        "sparse", facets={"category": 1, "year": 10}, published_after="2021"
    )
    assert results.total == 8
    assert results.facets["category"] == {"cs.LG": 4}
    assert results.facets["category"].other_values == 1
    assert results.facets["year"] == {
        "2021": 2,
        "2022": 2,
        "2023": 2,
        "2024": 2,
    }
    assert client.search("sparse", categories="cs.LG").total == 5
    assert client.search("sparse", min_votes=9).total == 1
    assert client.search("sparse", published_before="2021").total == 2
    assert client.search("sparse", has=["code"]).total == 0


def test_one_query_for_search_and_export(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(10))
    query = paperwire.Query("sparse", categories=iter(["cs.LG"]))
    assert client.search(query).total == 5
    export = client.export(query)
    assert export.total == 5
    assert [p.title for p in export] == [
        f"Sparse Study {n}" for n in (1, 3, 5, 7, 9)
    ]
    assert client.search(query, categories="cs.CL").total == 5
    assert client.search(query.to_proto()).total == 5
    with pytest.raises(TypeError, match="categories"):
        client.search(query.to_proto(), categories="cs.CL")
    assert len(client.export(query).to_pandas()) == 5


def test_frames_have_stable_types(
    server: FakeServer, client: paperwire.Client
) -> None:
    empty = client.search("sparse").to_pandas()
    server.store(
        *make_papers(3),
        paperwire.Paper("Sparse and Old", published="1020"),
        paperwire.Paper("Sparse and Undated"),
    )
    frame = client.search("sparse").to_pandas()
    assert list(frame.dtypes) == list(empty.dtypes)
    assert list(frame.columns) == list(empty.columns)
    assert len(empty) == 0
    assert len(frame) == 5
    assert str(frame.published.dt.tz) == "UTC"
    assert frame.published[0] == pd.Timestamp("2020-03-01", tz="UTC")
    assert frame.published[3].year == 1020
    assert frame.published.isna().tolist() == [False] * 4 + [True]
    assert frame.votes.tolist()[:3] == [0, 1, 2]
    assert frame.votes.dtype == "Int64"
    assert frame.authors[0] == ["Ada Plume", "Ben Gust"]
    assert frame["match"].tolist() == ["full"] * 5
    assert len(client.search("sparse").to_pandas(limit=2)) == 2


def test_repr_is_a_table(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(30))
    text = repr(client.search("sparse"))
    lines = text.splitlines()
    assert lines[0] == "30 full matches for 'sparse'"
    assert lines[1].startswith("  1 Sparse Study 0")
    assert "Ada Plume et al." in lines[1]
    assert "2020-03-01" in lines[1]
    assert len(lines) == 12
    assert len({line.index("Ada") for line in lines[1:11]}) == 1


def test_html_is_escaped_and_marked(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(
        paperwire.Paper(
            "Sparse <script>alert('x')</script> & Co",
            authors=["<b>Ada</b>"],
            abstract="<img src=x onerror=y>",
            url='https://e.example/"><script>',
            categories=["<i>"],
        ),
        paperwire.Paper("Sparse link", url="javascript:alert(1)"),
    )
    results = client.search("sparse")
    pages = [results._repr_html_()]
    pages += [hit._repr_html_() for hit in results]
    pages += [hit.paper._repr_html_() for hit in results]
    pages.append(client.list()._repr_html_())
    for page in pages:
        assert "<script" not in page
        assert "<img" not in page
        assert "<b>Ada" not in page
        assert "<i>" not in page
        assert "javascript:" not in page.replace(">javascript:", "")
    assert "<mark>Sparse</mark> &lt;script&gt;" in pages[0]
    assert results[0].highlights["title"].marked().startswith("**Sparse** <")


def test_terminals_are_safe(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(paperwire.Paper("Sparse \x1b[2J\x07 \u202etitle\nline"))
    text = repr(client.search("sparse"))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == 2


def test_get_by_any_name(server: FakeServer, client: paperwire.Client) -> None:
    server.store(paperwire.Paper("Kites", arxiv_id="2410.01131", doi="10.1/x"))
    paper = client.get("arxiv:2410.01131")
    for name in (
        paper.name,
        "2410.01131",
        "2410.01131v3",
        "https://arxiv.org/abs/2410.01131v2",
        "https://arxiv.org/pdf/2410.01131.pdf",
        "https://huggingface.co/papers/2410.01131",
        "doi:10.1/x",
    ):
        assert client.get(name) == paper
    assert client.get_many([paper.name] * 1500) == [paper] * 1500
    assert server.calls["BatchGetPapers"] == 2
    with pytest.raises(paperwire.NotFound, match="arxiv:1234"):
        client.get("arxiv:1234.56789")
    with pytest.raises(ValueError, match="names no paper"):
        client.get("no such thing")


def test_boosts(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(1))
    client.search("sparse")
    assert not server.searches[-1].HasField("boost")
    client.search("sparse", boost_recency=timedelta(days=30), boost_votes=0.5)
    boost = server.searches[-1].boost
    assert boost.recency_weight == 1
    assert boost.recency_half_life.seconds == 30 * 24 * 60 * 60
    assert boost.votes_weight == 0.5
    client.search("sparse", boost_votes=2)
    assert server.searches[-1].boost.recency_weight == 0
    with pytest.raises(TypeError, match="boost_recency"):
        client.search("sparse", boost_recency="30d")  # type: ignore[arg-type]


def test_explanations(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(1))
    hit = client.search("sparse", explain=True)[0]
    assert hit.explanation is not None
    assert str(hit.explanation) == "1.0000  words found\n  1.0000  each 1"
    assert client.search("sparse")[0].explanation is None


def test_lists_page_themselves(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(25))
    papers = client.list(page_size=10)
    assert server.calls["ListPapers"] == 1
    assert len(list(papers)) == 25
    assert server.calls["ListPapers"] == 3
    assert papers[0].year == 2024
    assert len(papers.to_pandas()) == 25
    assert repr(papers).startswith("25 papers\n")


def test_similar_changes_delete_split(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(5))
    similar = client.similar("papers/p1", limit=3)
    assert len(similar) == 3
    assert "papers/p1" not in [hit.name for hit in similar]
    assert similar.terms == ["sparse", "study", "0"]
    assert "similar papers by: sparse" in repr(similar)
    assert [c.kind for c in client.changes("papers/p1")] == ["created"]
    with pytest.raises(paperwire.FailedPrecondition) as caught:
        client.split("papers/p1", 1)
    assert caught.value.reason == "NOT_A_MERGE"
    with pytest.raises(paperwire.Aborted):
        client.delete("papers/p1", etag="other")
    client.delete("papers/p1")
    with pytest.raises(paperwire.NotFound):
        client.delete("papers/p1")
    client.delete("papers/p1", allow_missing=True)


def test_batches_of_searches(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(50))
    good, bad, none = client.search_batch(
        ["sparse", '"open', "kites"], return_errors=True
    )
    assert isinstance(good, paperwire.Results)
    assert len(list(good)) == 50
    assert isinstance(bad, paperwire.InvalidQuery)
    assert bad.position == 0
    assert isinstance(none, paperwire.Results)
    assert none.total == 0
    with pytest.raises(paperwire.InvalidQuery):
        client.search_batch(["sparse", '"open'])


def test_server_answers(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(2))
    assert client.info().startup_seconds == 1.5
    assert client.stats().active_papers == 2
    assert client.stats().sources[0].source == "test"
    assert client.stats().last_write is None
    assert client.health() == "SERVING"


def test_wrong_arguments_say_what_is_right(client: paperwire.Client) -> None:
    for arguments, words in (
        ({"order_by": "vote"}, "did you mean 'votes'"),
        ({"facets": ["years"]}, "did you mean 'year'"),
        ({"has": "codes"}, "did you mean 'code'"),
        ({"published_after": "yesterday"}, "published_after: 'yesterday'"),
        ({"limit": 0}, "limit"),
        ({"page_size": -1}, "page_size"),
        ({"timeout": 0}, "timeout"),
    ):
        with pytest.raises(ValueError, match=words):
            client.search("x", **arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="query"):
        client.search(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="day"):
        client.list(day="2024")
