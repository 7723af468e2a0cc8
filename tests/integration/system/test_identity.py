"""The same paper from several sources is one paper."""

from __future__ import annotations

import json

from conftest import command

ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
      xmlns:arxiv="http://arxiv.org/schemas/atom"
      xmlns="http://www.w3.org/2005/Atom">
  <entry>
    <id>http://arxiv.org/abs/2403.04321v2</id>
    <title>Small Words for
      Large Rooms</title>
    <updated>2024-05-01T00:00:00Z</updated>
    <published>2024-03-07T12:00:00Z</published>
    <summary>An invented paper about small words in large rooms.</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <arxiv:primary_category term="cs.CL"/>
    <arxiv:doi>10.5555/small.words</arxiv:doi>
    <author><name>Ada Example</name></author>
  </entry>
</feed>
"""
DAILY = [{
    "paper": {"id": "2403.04321", "authors": [{"name": "Ada Example"}],
              "publishedAt": "2024-03-07T12:00:00.000Z",
              "title": "Small Words for Large Rooms",
              "summary": "An invented paper about small words.",
              "upvotes": 41, "githubRepo": "https://github.com/ada/rooms"},
    "publishedAt": "2024-03-09T00:10:00.000Z",
    "title": "Small Words for Large Rooms", "numComments": 3,
}]
ANTHOLOGY = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2024.acl">
  <volume id="long" type="proceedings">
    <meta><booktitle>Proceedings of an Invented Meeting</booktitle>
      <month>August</month><year>2024</year></meta>
    <paper id="17">
      <title><fixed-case>S</fixed-case>mall Words for Large Rooms</title>
      <author><first>Ada</first><last>Example</last></author>
      <abstract>An invented paper about small words.</abstract>
      <url hash="x">2024.acl-long.17</url>
      <doi>10.18653/v1/2024.acl-long.17</doi>
      <bibkey>example-2024-small</bibkey>
    </paper>
  </volume>
</collection>
"""


def test_three_sources_one_paper(server, client, tmp_path):
    (tmp_path / "atom.xml").write_text(ATOM)
    (tmp_path / "daily.json").write_text(json.dumps(DAILY))
    (tmp_path / "acl.xml").write_text(ANTHOLOGY)
    for name in ("acl.xml", "daily.json", "atom.xml"):
        command(server, "import", str(tmp_path / name))
    assert client.stats().active_papers == 1
    paper = client.get("arxiv:2403.04321")
    ids = {(i.scheme, i.value) for i in paper.proto.external_ids}
    assert {("arxiv", "2403.04321"), ("acl", "2024.acl-long.17"),
            ("doi", "10.5555/small.words"),
            ("doi", "10.18653/v1/2024.acl-long.17")} <= ids
    for name in ("acl:2024.acl-long.17", "doi:10.5555/SMALL.words",
                 "https://arxiv.org/abs/2403.04321v1"):
        assert client.get(name).name == paper.name
    assert paper.votes == 41
    assert set(paper.proto.sources) == {"arxiv", "hf-daily", "acl"}
    assert "Invented Meeting" in paper.venue
    assert paper.published.year == 2024 and paper.published.month == 3
    kinds = [c.kind for c in client.changes(paper.name)]
    assert sum("MERGED" in str(k).upper() for k in kinds) == 2


def test_a_merge_is_undone(server, client, tmp_path):
    (tmp_path / "atom.xml").write_text(ATOM)
    (tmp_path / "acl.xml").write_text(ANTHOLOGY)
    command(server, "import", str(tmp_path / "atom.xml"))
    command(server, "import", str(tmp_path / "acl.xml"))
    paper = client.get("arxiv:2403.04321")
    merge = next(c for c in client.changes(paper.name)
                 if "MERGED" in str(c.kind).upper())
    client.split(paper.name, merge.sequence)
    assert client.stats().active_papers == 2
    assert client.get("acl:2024.acl-long.17").name != paper.name
    command(server, "import", str(tmp_path / "acl.xml"))
    assert client.stats().active_papers == 2
