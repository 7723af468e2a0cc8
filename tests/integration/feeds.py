"""What the tests of feeds and of the API by HTTP share: a server that serves
them, a client that follows nothing by itself, and checkers of the formats."""

from __future__ import annotations

import dataclasses
import datetime
import http.client
import json
import pathlib
import urllib.parse
from typing import Any

from conftest import PATIENCE, Server
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = etree.RelaxNG(etree.parse(str(pathlib.Path(__file__).with_name(
    "atom.rng"))))


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer, with the names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class WebServer(Server):
    """paperwired that serves HTTP as well, on a free port."""

    def __init__(self, folder: pathlib.Path, *flags: str) -> None:
        self.http_port_file = folder / "http-port"
        super().__init__(folder, "--http", "127.0.0.1:0", "--http-port-file",
                         str(self.http_port_file), *flags)

    @property
    def http_port(self) -> int:
        return int(self.http_port_file.read_text())

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.http_port,
                                          timeout=30 * PATIENCE)

    def get(self, path: str, headers: dict[str, str] | None = None,
            method: str = "GET", body: str | None = None,
            **parameters: str) -> Answer:
        if parameters:
            path += "?" + urllib.parse.urlencode(parameters)
        connection = self.connect()
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        answer = Answer(response.status,
                        {k.lower(): v for k, v in response.getheaders()},
                        response.read())
        connection.close()
        return answer

    def atom(self, path: str, **parameters: str) -> etree._Element:
        """A feed that is well-formed, valid, and as the prose of the RFC
        has it."""
        answer = self.get(path, **parameters)
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"] == (
            "application/atom+xml; charset=utf-8")
        feed = etree.fromstring(answer.body)
        SCHEMA.assertValid(feed)
        check_atom(feed)
        return feed

    def json_feed(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = self.get(path, **parameters)
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"] == (
            "application/feed+json; charset=utf-8")
        feed = json.loads(answer.body)
        check_json_feed(feed)
        return feed


def check_atom(feed: etree._Element) -> None:
    """What the grammar cannot say: authors, alternate links, ids, dates."""
    ids = [e.text for e in feed.iter(ATOM + "id")]
    assert len(set(ids)) == len(ids)
    assert all(urllib.parse.urlsplit(i).scheme for i in ids), ids
    selves = [e for e in feed.findall(ATOM + "link") if e.get("rel") == "self"]
    assert len(selves) == 1
    has_author = feed.find(ATOM + "author") is not None
    updates = []
    for entry in feed.findall(ATOM + "entry"):
        assert has_author or entry.find(ATOM + "author") is not None
        alternates = [(e.get("type"), e.get("hreflang"))
                      for e in entry.findall(ATOM + "link")
                      if e.get("rel") in (None, "alternate")]
        assert len(set(alternates)) == len(alternates)
        assert alternates or entry.find(ATOM + "content") is not None
        updates.append(entry.findtext(ATOM + "updated"))
    if updates:
        assert feed.findtext(ATOM + "updated") == max(updates)


FEED_FIELDS = {"version": str, "title": str, "home_page_url": str,
               "feed_url": str, "description": str, "items": list}
ITEM_FIELDS = {"id": str, "url": str, "title": str, "content_text": str,
               "summary": str, "date_published": str, "date_modified": str,
               "authors": list, "tags": list, "language": str,
               "attachments": list}
AUTHOR_FIELDS = {"name": str, "url": str, "avatar": str}
ATTACHMENT_FIELDS = {"url": str, "mime_type": str, "title": str,
                     "size_in_bytes": int, "duration_in_seconds": int}


def check_fields(given: dict[str, Any], known: dict[str, type]) -> None:
    for name, value in given.items():
        if not name.startswith("_"):  # an extension
            assert isinstance(value, known[name]), (name, value)


def check_json_feed(feed: dict[str, Any]) -> None:
    """JSON Feed 1.1: the fields it names, their types, those it requires."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    check_fields(feed, FEED_FIELDS)
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids)
    for item in feed["items"]:
        check_fields(item, ITEM_FIELDS)
        assert "content_text" in item
        for date in ("date_published", "date_modified"):
            if date in item:
                datetime.datetime.fromisoformat(
                    item[date].replace("Z", "+00:00"))
        for author in item.get("authors", []):
            check_fields(author, AUTHOR_FIELDS)
            assert author
        for attachment in item.get("attachments", []):
            check_fields(attachment, ATTACHMENT_FIELDS)
            assert {"url", "mime_type"} <= attachment.keys()
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
        for name, value in item.items():
            if name.startswith("_"):
                assert isinstance(value, dict)


def titles(feed: etree._Element | dict[str, Any]) -> list[str]:
    if isinstance(feed, dict):
        return [item["title"] for item in feed["items"]]
    return [entry.findtext(ATOM + "title")
            for entry in feed.findall(ATOM + "entry")]
