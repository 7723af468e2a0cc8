"""Hits show a paper as it is now, however often it was shown before."""

from __future__ import annotations

from paperwire.v1 import paper_pb2


def paper(title: str, abstract: str, arxiv: str = "2403.04321",
          **more: str) -> paper_pb2.Paper:
    return paper_pb2.Paper(
        title=title, abstract=abstract,
        authors=[paper_pb2.Author(name="Ada Example")],
        external_ids=[paper_pb2.ExternalId(scheme="arxiv", value=arxiv)],
        **more)


def shown(client, query: str) -> list[tuple[str, str, list[str]]]:
    """Title, abstract and marked words of each hit; asked twice, so that the
    second answer is made of what the first one read."""
    answers = []
    for _ in range(2):
        answers.append([
            (hit.paper.title, hit.paper.abstract,
             [getattr(hit.paper, field)[start:end]
              for field, mark in hit.highlights.items()
              for start, end in mark.spans])
            for hit in client.search(query, strict=True).first(10)])
    assert answers[0] == answers[1]
    return answers[0]


def sources(client, query: str) -> list[list[str]]:
    hits = client.search(query, strict=True).first(10)
    return sorted(list(hit.paper.proto.sources) for hit in hits)


def test_updates_are_shown(client):
    for version in range(5):
        title = f"Small words, state {version}"
        abstract = "Rooms " * version + f"and the naïve rooms of {version}"
        client.import_papers([paper(title, abstract)], source="arxiv",
                             progress=False)
        assert shown(client, "rooms") == [
            (title, abstract, ["Rooms"] * version + ["rooms"])]


def test_deleted_papers_are_not_shown(client):
    client.import_papers([paper("Small words", "in rooms")], progress=False)
    assert len(shown(client, "rooms")) == 1
    client.delete(client.search("rooms").first(1)[0].name)
    assert shown(client, "rooms") == []


def test_merged_papers_are_shown_as_one_and_apart_again(client):
    client.import_papers([paper("Small words", "in rooms")], source="one",
                         progress=False)
    assert sources(client, "small") == [["one"]]
    client.import_papers(
        [paper("Small words", "in rooms", venue="An Invented Meeting")],
        source="two", progress=False)
    assert sources(client, "small") == [["one", "two"]]
    name = client.search("small").first(1)[0].name
    merge = next(change for change in client.changes(name)
                 if "MERGED" in str(change.kind).upper())
    client.split(name, merge.sequence)
    assert sources(client, "small") == [["one"], ["two"]]


def test_a_walk_goes_on_over_what_it_began_with(client):
    def papers(state: str) -> list[paper_pb2.Paper]:
        return [paper(f"Small words {i}", f"{state} rooms",
                      arxiv=f"2403.{10000 + i}") for i in range(30)]

    client.import_papers(papers("old"), source="arxiv", progress=False)
    walk = client.search("small", page_size=10)
    walk.first(10)
    client.import_papers(papers("new"), source="arxiv", progress=False)
    hits = walk.all()
    assert len(hits) == 30
    assert {hit.paper.abstract for hit in hits} == {"old rooms"}
    new = client.search("small", page_size=10).all()
    assert {hit.paper.abstract for hit in new} == {"new rooms"}
