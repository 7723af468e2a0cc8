"""The page that Paperwire grew out of: 72 papers for the word bottleneck."""

from __future__ import annotations

import json
import threading

from conftest import command


def titles_of(data) -> list[str]:
    lines = (data / "page.jsonl").read_text().splitlines()
    return [" ".join(json.loads(line)["title"].split()) for line in lines]


def test_bottleneck_finds_the_page(server, client, data):
    expected = titles_of(data)
    before = client.watch("bottleneck", start="now")
    early: list[str] = []

    def receive() -> None:
        for match in before:
            early.append(match.paper.title)
            if len(early) == 72:
                break

    watcher = threading.Thread(target=receive)
    watcher.start()
    while client.stats().open_watches < 1:
        pass

    command(server, "import", str(data / "page.jsonl"))
    results = client.search("bottleneck", strict=True)
    hits = list(results)
    assert results.total == 72
    assert len(hits) == 72
    assert sorted(h.paper.title for h in hits) == sorted(expected)
    # The 21 with the word in the title come first.
    assert {h.paper.title for h in hits[:21]} == set(expected[:21])
    assert client.search("exact:bottleneck", strict=True).total == 62
    assert client.search("title:bottleneck", strict=True).total == 21

    watcher.join(30)
    before.stop()
    watcher.join(5)
    assert sorted(early) == sorted(expected)

    late = [m.paper.title
            for m in client.watch("bottleneck", start="beginning",
                                  until_caught_up=True)]
    assert sorted(late) == sorted(expected)


def test_nothing_else_is_delivered(server, client, data):
    command(server, "import", str(data / "page.jsonl"))
    client.import_papers([{"title": "A paper about nothing of the kind"}],
                         progress=False)
    late = [m.paper.title
            for m in client.watch("bottleneck", start="beginning",
                                  until_caught_up=True)]
    assert len(late) == 72
    assert "A paper about nothing of the kind" not in late


def test_links_are_found_in_the_text(server, client, data):
    command(server, "import", str(data / "page.jsonl"))
    code = client.search("has:code", strict=True).total
    project = client.search("has:project", strict=True).total
    either = client.search("has:code OR has:project", strict=True).total
    assert code > 0 and project > 0
    assert either == 20


def test_importing_again_changes_nothing(server, client, data):
    command(server, "import", str(data / "page.jsonl"))
    sequence = client.stats().sequence
    again = command(server, "import", str(data / "page.jsonl"), "--json")
    assert client.stats().sequence == sequence
    assert '"unchanged":72' in again.stdout.replace(" ", "").replace('"72"', "72")
