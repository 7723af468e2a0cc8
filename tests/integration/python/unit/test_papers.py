"""Papers, queries, names, cursors: what needs no server."""

from __future__ import annotations

import pickle
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

import paperwire
from paperwire import _convert, _render, _rpc
from paperwire._frames import papers_frame
from paperwire.names import paper_name
from paperwire.v1 import (
    digest_service_pb2,
    paper_pb2,
    paper_service_pb2,
    search_service_pb2,
    server_service_pb2,
    subscription_service_pb2,
    trending_service_pb2,
)

PAPER = paperwire.Paper(
    "On Feathers",
    abstract="They fall.",
    authors=["Ada Plume", "Ben Gust"],
    published="2024-03",
    revised=date(2024, 5, 6),
    categories=["cs.CL", "cs.LG"],
    venue="Kites 2024",
    comment="3 pages",
    arxiv_id="2403.00001",
    doi="10.1/x",
    ids={"acl": "2024.kites-1"},
    pdf_url="https://e.example/p.pdf",
    code_url="https://e.example/code",
    links={"demo": ["https://e.example/demo"]},
    votes=0,
    keywords=["feathers"],
    source="mine",
)


def test_attributes() -> None:
    assert PAPER.published == datetime(2024, 3, 1, tzinfo=timezone.utc)
    assert PAPER.date == "2024-03"
    assert PAPER.year == 2024
    assert PAPER.votes == 0
    assert PAPER.comments is None
    assert PAPER.authors == ["Ada Plume", "Ben Gust"]
    assert PAPER.ids == {
        "arxiv": "2403.00001",
        "doi": "10.1/x",
        "acl": "2024.kites-1",
    }
    assert PAPER.code_url == "https://e.example/code"
    assert PAPER.url == "https://arxiv.org/abs/2403.00001"
    assert PAPER.sources == ["mine"]
    assert not PAPER.withdrawn
    assert repr(PAPER) == "Paper('On Feathers', Ada Plume et al., 2024-03)"
    bare = paperwire.Paper("Bare")
    assert (bare.published, bare.date, bare.url, bare.votes) == (
        None,
        "",
        "",
        None,
    )


def test_dictionaries_and_pickles_give_the_same_paper() -> None:
    assert paperwire.Paper.from_dict(PAPER.to_dict()) == PAPER
    assert pickle.loads(pickle.dumps(PAPER)) == PAPER
    assert paperwire.Paper("A") != paperwire.Paper("B")
    assert len({PAPER, paperwire.Paper.from_dict(PAPER.to_dict())}) == 1
    assert PAPER != "On Feathers"


def test_every_argument_has_its_place_in_to_dict() -> None:
    unsaid = {"arxiv_id", "doi", "url", "pdf_url", "code_url", "source"}
    added = {"name", "sources", "cast_votes", "sequence"}
    assert set(PAPER.to_dict()) - added == (
        set(paperwire.papers._ARGUMENTS) - unsaid
    )


def test_votes_are_those_of_sources_and_those_cast() -> None:
    cast = paper_pb2.Paper(title="Kites", cast_vote_count=3)
    paper = paperwire.Paper.from_proto(cast)
    assert (paper.votes, paper.cast_votes) == (3, 3)
    assert "3 votes" in paper._repr_html_()
    assert _render.votes(paper) == "3"
    cast.vote_count = 1200
    assert (paper.votes, paper.cast_votes) == (1203, 3)
    assert "1,203 votes" in paper._repr_html_()
    assert papers_frame([paper, PAPER]).votes.tolist() == [1203, 0]
    bare = paperwire.Paper("Bare")
    assert (bare.votes, bare.cast_votes) == (None, 0)
    assert "votes" not in bare._repr_html_()


def test_cast_votes_are_not_imported() -> None:
    proto = paper_pb2.Paper(title="Kites", vote_count=12, cast_vote_count=3)
    values = paperwire.Paper.from_proto(proto).to_dict()
    assert (values["votes"], values["cast_votes"]) == (12, 3)
    again = paperwire.Paper.from_dict(values)
    assert (again.votes, again.cast_votes) == (12, 0)


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2024", "2024-01-01T00:00:00+00:00"),
        ("2024-3", "2024-03-01T00:00:00+00:00"),
        ("2024-03-05", "2024-03-05T00:00:00+00:00"),
        ("2024-03-05T10:00:00Z", "2024-03-05T10:00:00+00:00"),
        ("2024-03-05T10:00:00+02:00", "2024-03-05T08:00:00+00:00"),
        ("1000", "1000-01-01T00:00:00+00:00"),
        (date(9999, 12, 31), "9999-12-31T00:00:00+00:00"),
        (datetime(1969, 12, 31, 23, 59, 59, 500000), None),
        (
            datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-5))),
            "2024-01-01T05:00:00+00:00",
        ),
    ],
)
def test_times(value: _convert.Time, iso: str) -> None:
    stamp = _convert.to_timestamp(value)
    assert 0 <= stamp.nanos < 10**9
    back = _convert.from_timestamp(stamp)
    assert back == _convert.to_datetime(value)
    if iso:
        assert back.isoformat() == iso


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2024", "2024-12-31T23:59:59+00:00"),
        ("2024-2", "2024-02-29T23:59:59+00:00"),
        (" 2024-02-28 ", "2024-02-28T23:59:59+00:00"),
        ("9999", "9999-12-31T23:59:59+00:00"),
        (date(2024, 2, 28), "2024-02-28T23:59:59+00:00"),
        ("2024-02-28T00:00", "2024-02-28T00:00:00+00:00"),
        ("2024-02-28T10:00:00+02:00", "2024-02-28T08:00:00+00:00"),
        (datetime(2024, 2, 28), "2024-02-28T00:00:00+00:00"),
    ],
)
def test_the_last_second(value: _convert.Time, iso: str) -> None:
    assert _convert.to_last_second(value).isoformat() == iso


@pytest.mark.parametrize("value", ["", "24", "2024-13", "2024-02-30", "soon"])
def test_no_times(value: str) -> None:
    with pytest.raises(ValueError, match="start: "):
        _convert.to_timestamp(value, "start")
    with pytest.raises(TypeError, match="start: 5"):
        _convert.to_timestamp(5, "start")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("papers/x7f", "papers/x7f"),
        ("x7f", "papers/x7f"),
        ("arxiv:quant-ph/0201082v1", "papers/arxiv:quant-ph/0201082"),
        ("math.GT/0309136", "papers/arxiv:math.GT/0309136"),
        ("10.1103/PhysRevD.93.016005", "papers/doi:10.1103/PhysRevD.93.016005"),
        ("https://doi.org/10.1103/x%2Fy", "papers/doi:10.1103/x/y"),
        ("https://www.arxiv.org/abs/hep-th/9901001", None),
        ("https://aclanthology.org/2024.acl-long.1/", None),
        ("https://aclanthology.org/2024.acl-long.1.pdf", None),
        ("https://openreview.net/forum?id=Ab_1", "papers/openreview:Ab_1"),
        (
            "https://www.semanticscholar.org/paper/T/" + "a1" * 20,
            "papers/s2:" + "a1" * 20,
        ),
        ("s2-corpus:123", "papers/s2-corpus:123"),
    ],
)
def test_names(given: str, name: str) -> None:
    got = paper_name(given)
    if name:
        assert got == name
    elif "acl" in given:
        assert got == "papers/acl:2024.acl-long.1"
    else:
        assert got == "papers/arxiv:hep-th/9901001"


@pytest.mark.parametrize(
    "given", ["", "two words", "https://e.example/abs/2410.01131", "UPPER!"]
)
def test_no_names(given: str) -> None:
    with pytest.raises(ValueError, match="name: "):
        paper_name(given)
    with pytest.raises(TypeError):
        paper_name(None)  # type: ignore[arg-type]


def test_file_store(tmp_path: Path) -> None:
    store = paperwire.FileCursorStore(tmp_path / "deep" / "cursors")
    assert store.load("a") is None
    store.save("a/../b c:*?", "one")
    store.save("a/../b c:*?", "two")
    store.save("Ä", "three")
    again = paperwire.FileCursorStore(str(tmp_path / "deep" / "cursors"))
    assert again.load("a/../b c:*?") == "two"
    assert again.load("Ä") == "three"
    files = list((tmp_path / "deep" / "cursors").iterdir())
    assert len(files) == 2  # no scratch is left
    assert not list(tmp_path.glob("*.token"))
    with pytest.raises(ValueError, match="key"):
        store.save("", "x")
    with pytest.raises(ValueError, match="key"):
        store.load("x" * 300)


def test_a_failed_save_leaves_the_old_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = paperwire.FileCursorStore(tmp_path)
    store.save("k", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.save("k", "new")
    assert store.load("k") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_marks_keep_to_the_snippet() -> None:
    spans = [(0, 3), (8, 12), (20, 30), (29, 31)]
    assert _render.mark("abcdefgh", 2, spans, "[", "]") == "[a]bcdef[gh]"
    assert _render.mark_html("<a>", 0, [(1, 2)]) == "&lt;<mark>a</mark>&gt;"
    assert _render.mark("x", 0, [(0, 99)], "[", "]") == "[x]"
    assert _render.mark("😀b", 0, [(1, 2)], "[", "]") == "😀[b]"


def test_tables_fit_wide_and_combining_characters() -> None:
    for text in ("日本語の論文の題名", "e\u0301" * 30, "plain", "", "a\tb\n c"):
        assert _render.width(_render.fit(text, 10)) == 10


def test_the_table_of_methods_is_the_contract() -> None:
    methods = {
        value.path: value
        for value in vars(_rpc).values()
        if isinstance(value, _rpc.Method)
    }
    contract = {
        f"/{service.full_name}/{method.name}": method
        for module in (
            digest_service_pb2,
            paper_service_pb2,
            search_service_pb2,
            server_service_pb2,
            subscription_service_pb2,
            trending_service_pb2,
        )
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }
    assert set(methods) == set(contract)
    for path, method in methods.items():
        assert method.request.DESCRIPTOR is contract[path].input_type
        assert method.response.DESCRIPTOR is contract[path].output_type


def test_words_cover_the_contract() -> None:
    kinds = set(paper_pb2.Link.Kind.values()) - {0}
    assert set(_convert.LINK_KINDS.values()) == kinds
    fields = set(search_service_pb2.FacetField.values()) - {0}
    assert set(paperwire._requests.FACETS.values()) == fields
    windows = set(trending_service_pb2.TrendingWindow.values()) - {0}
    assert set(paperwire.trending.WINDOWS.values()) == windows
    formulas = set(trending_service_pb2.TrendingFormula.values()) - {0}
    assert set(paperwire.trending.FORMULAS.values()) == formulas
    units = set(trending_service_pb2.ListDaysRequest.Unit.values()) - {0}
    assert set(paperwire.days.UNITS.values()) == units


def test_health_messages() -> None:
    assert _rpc.health_request("") == b""
    assert _rpc.health_request("ab") == b"\x0a\x02ab"
    assert _rpc.health_status(b"\x08\x01") == "SERVING"
    assert _rpc.health_status(b"\x08\x02") == "NOT_SERVING"
    assert _rpc.health_status(b"") == "UNKNOWN"
    with pytest.raises(ValueError, match="service"):
        _rpc.health_request("x" * 200)


def test_wrong_kinds_of_values() -> None:
    with pytest.raises(ValueError, match="did you mean 'demo'"):
        paperwire.Paper("x", links={"demos": "https://e.example"})
    with pytest.raises(TypeError, match="authors"):
        paperwire.Paper("x", authors=[5])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="title: None"):
        paperwire.Paper(None)  # type: ignore[arg-type]
