"""Feeds over HTTP, as feed readers see them."""

from __future__ import annotations

import concurrent.futures
import contextlib
import email.utils
import gzip
import json
import os
import pathlib
import signal
import socket
import time

import pytest
from conftest import PATIENCE, command
from feeds import ATOM, SCHEMA, WebServer, titles
from lxml import etree

PAPERS = [
    {"title": "Kites that Steer", "id": "2406.00001", "category": "cs.RO",
     "published": "2024-05-01", "lists": {"2024-10-02": 10, "2024-10-03": 25}},
    {"title": "World Models of Wind", "id": "2407.00002", "category": "cs.LG",
     "published": "2024-05-03", "lists": {"2024-10-03": 30}},
    {"title": "Wind for Kites", "id": "2407.00003", "category": "cs.LG",
     "published": "2024-05-02", "lists": {"2024-10-04": 28}},
    {"title": "Never Featured", "id": "2407.00005", "category": "cs.LG",
     "published": "2024-04-01", "lists": {}},
]


def record(paper: dict) -> dict:
    return {
        "title": paper["title"], "categories": [paper["category"]],
        "abstract": f"About {paper['title'].lower()}.",
        "authors": [{"name": "Ada Plume", "orcid": "0000-0002-1825-0097"},
                    {"name": "Bo Gale"}],
        "external_ids": [{"scheme": "arxiv", "value": paper["id"]}],
        "links": [
            {"kind": "KIND_ABSTRACT_PAGE",
             "uri": f"https://arxiv.org/abs/{paper['id']}"},
            {"kind": "KIND_PDF",
             "uri": f"https://arxiv.org/pdf/{paper['id']}"}],
        "published_time": f"{paper['published']}T00:00:00Z",
        "features": [{"day": day, "source": "hf-daily", "vote_count": votes}
                     for day, votes in paper["lists"].items()],
    }


def take_in(server, records: list[dict]) -> None:
    file = server.folder / "papers.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in records))
    account = json.loads(
        command(server, "import", str(file), "--json").stdout)
    assert account.get("rejected", 0) in (0, "0"), account


@pytest.fixture
def web(tmp_path):
    server = WebServer(tmp_path)
    server.start()
    yield server
    if server.process is not None:
        server.stop()


@pytest.fixture
def papers(web):
    take_in(web, [record(paper) for paper in PAPERS])
    return web


def both(web: WebServer, path: str, **parameters: str) -> list[str]:
    """The titles of a feed, which are the same in both formats."""
    atom = web.atom(path + ".atom", **parameters)
    feed = web.json_feed(path + ".json", **parameters)
    assert titles(atom) == titles(feed)
    ids = [e.findtext(ATOM + "id") for e in atom.findall(ATOM + "entry")]
    assert ids == [item["id"] for item in feed["items"]]
    return titles(atom)


def test_any_query(papers):
    assert both(papers, "/feeds/search", q="wind") == [
        "World Models of Wind", "Wind for Kites"]
    # Full matches alone.
    assert both(papers, "/feeds/search", q="wind steer") == []
    assert both(papers, "/feeds/search") == [
        "World Models of Wind", "Wind for Kites", "Kites that Steer",
        "Never Featured"]
    assert both(papers, "/feeds/search", limit="2") == [
        "World Models of Wind", "Wind for Kites"]
    command(papers, "vote", "2407.00005")
    assert both(papers, "/feeds/search", order="votes")[0] == "Never Featured"
    assert set(both(papers, "/feeds/search", q="kites",
                    order="relevance")) == {
        "Wind for Kites", "Kites that Steer"}
    assert both(papers, "/feeds/search", q="title:kites -wind cat*") == []


def test_any_board(papers):
    assert both(papers, "/feeds/trending", window="all") == [
        "World Models of Wind", "Wind for Kites", "Kites that Steer"]
    assert both(papers, "/feeds/trending", window="all", q="kites",
                limit="1") == ["Wind for Kites"]
    assert both(papers, "/feeds/trending") == []
    command(papers, "vote", "2407.00005")
    assert both(papers, "/feeds/trending", window="day", formula="velocity",
                half_life="2d") == ["Never Featured"]
    for formula in ("hacker-news", "reddit-hot", "wilson"):
        assert len(both(papers, "/feeds/trending", window="all",
                        formula=formula)) == 4
    feed = papers.json_feed("/feeds/trending.json", window="month",
                            formula="velocity", half_life="12h")
    assert "12h" in feed["description"]


def test_any_day(papers):
    assert both(papers, "/feeds/days/2024-10-03") == [
        "World Models of Wind", "Kites that Steer"]
    assert both(papers, "/feeds/days/2024-10-02") == ["Kites that Steer"]
    # Each paper once, by the most votes of these days.
    for span in ("2024-W40", "2024-10"):
        assert both(papers, f"/feeds/days/{span}") == [
            "World Models of Wind", "Wind for Kites", "Kites that Steer"]
    assert both(papers, "/feeds/days/2024-10-05") == []
    assert both(papers, "/feeds/days/2024-W41") == []


def test_an_entry_has_all_of_its_paper(papers):
    feed = papers.atom("/feeds/search.atom", q="steer")
    entry, = feed.findall(ATOM + "entry")
    assert entry.findtext(ATOM + "published") == "2024-05-01T00:00:00Z"
    assert entry.findtext(ATOM + "updated") == "2024-05-01T00:00:00Z"
    assert entry.findtext(ATOM + "content") == "About kites that steer."
    assert [e.text for e in entry.iter(ATOM + "name")] == [
        "Ada Plume", "Bo Gale"]
    assert entry.findtext(f"{ATOM}author/{ATOM}uri") == (
        "https://orcid.org/0000-0002-1825-0097")
    assert entry.find(ATOM + "category").get("term") == "cs.RO"
    assert {(e.get("rel"), e.get("type"), e.get("href"))
            for e in entry.findall(ATOM + "link")} == {
        ("alternate", None, "https://arxiv.org/abs/2406.00001"),
        ("related", "application/pdf", "https://arxiv.org/pdf/2406.00001")}
    item, = papers.json_feed("/feeds/search.json", q="steer")["items"]
    assert item["url"] == "https://arxiv.org/abs/2406.00001"
    assert item["tags"] == ["cs.RO"]
    assert item["attachments"] == [
        {"url": "https://arxiv.org/pdf/2406.00001",
         "mime_type": "application/pdf"}]
    assert item["authors"][1] == {"name": "Bo Gale"}
    assert item["_paperwire"]["external_ids"] == ["arxiv:2406.00001"]


def entry_ids(web: WebServer) -> dict[str, str]:
    feed = web.atom("/feeds/search.atom")
    return {e.findtext(ATOM + "title"): e.findtext(ATOM + "id")
            for e in feed.findall(ATOM + "entry")}


@pytest.mark.parametrize("damage", [
    ("<id>urn:", "<id></id><id>urn:"), ("<updated>", "<updated>on "),
    ("<title type=\"text\">", "<title type=\"words\">"),
    ("term=", "name="), ("<author>", "<writer/><author>"), (" href=", " to="),
    (" xmlns=\"http", " xmlns=\"https"),
])
def test_the_schema_notices(papers, damage):
    text = papers.get("/feeds/search.atom").text
    assert damage[0] in text
    assert SCHEMA.validate(etree.fromstring(text.encode()))
    broken = text.replace(*damage, 1)
    assert not SCHEMA.validate(etree.fromstring(broken.encode()))


def test_ids_stay(papers):
    before = entry_ids(papers)
    feed_id = papers.atom("/feeds/search.atom", q="wind").findtext(ATOM + "id")
    # Another title, another host, another start.
    take_in(papers, [{**record(PAPERS[0]), "title": "Kites that Steer Well"}])
    command(papers, "vote", "2406.00001")
    papers.stop()
    papers.flags += ("--public-url", "https://papers.example.org/wire/")
    papers.start()
    after = entry_ids(papers)
    assert after.pop("Kites that Steer Well") == before.pop("Kites that Steer")
    assert after == before
    feed = papers.atom("/feeds/search.atom", q="wind")
    assert feed.findtext(ATOM + "id") == feed_id
    links = {e.get("rel"): e.get("href") for e in feed.findall(ATOM + "link")}
    assert links["self"] == (
        "https://papers.example.org/wire/feeds/search.atom?q=wind")
    json_feed = papers.json_feed("/feeds/search.json", q="wind")
    assert json_feed["home_page_url"] == "https://papers.example.org/wire/"


def test_self_leads_back(papers):
    for path in ("/feeds/search.atom?limit=2&q=wind+-%22a%26b%22",
                 "/feeds/trending.atom?window=all&q=caf%C3%A9",
                 "/feeds/trending.atom?formula=votes&window=week",
                 "/feeds/days/2024-W40.atom"):
        feed = papers.atom(path)
        link = next(e.get("href") for e in feed.findall(ATOM + "link")
                    if e.get("rel") == "self")
        base = f"http://127.0.0.1:{papers.http_port}"
        assert link.startswith(base)
        again = papers.get(link.removeprefix(base))
        assert again.body == papers.get(path).body
    # However it is asked for, it is the same feed.
    assert papers.get("/feeds/search.atom?limit=50&order=date&q=a").body == (
        papers.get("/feeds/search.atom?q=a").body)


HOSTILE = [
    "Control \x01\x02\x1b[31m\x7f characters \x85 here",
    "Ends ]]> early <![CDATA[ or not",
    "<script>alert(1)</script> & \"quotes\" 'too' &lt;",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd",
    "Emoji \U0001f9ea\U0001f468\u200d\U0001f469\u200d\U0001f467 and e\u0301",
    "Non-characters \ufffe \uffff \ufdd0 \U0001ffff",
    "$\\alpha < \\beta$ in {TeX}",
]


def test_hostile_texts(web):
    take_in(web, [
        {"title": title, "abstract": title, "venue": title,
         "authors": [{"name": title}], "categories": ["cs.LG", "a<b&\"c"],
         "external_ids": [{"scheme": "doi", "value": f"10.1/{i}<&>\"#?"}],
         "published_time": f"2024-05-0{i + 1}T00:00:00Z"}
        for i, title in enumerate(HOSTILE)])
    shown = both(web, "/feeds/search")
    assert len(shown) == len(HOSTILE)
    everything = "".join(shown)
    for part in ("]]> early <![CDATA[", "<script>alert(1)</script> & \"",
                 "&lt;", "\u202eright to left", "\u05e9\u05dc\u05d5\u05dd",
                 "\U0001f468\u200d\U0001f469", "$\\alpha < \\beta$"):
        assert part in everything
    assert not {c for c in everything if ord(c) < 32 or ord(c) == 127
                or ord(c) & 0xFFFE == 0xFFFE}
    # What a query holds is in the title of its feed.
    for text in ("title:\"<b>&]]>\"", "caf\u00e9 \u202e \U0001f9ea"):
        assert text in web.json_feed("/feeds/search.json", q=text)["title"]
        web.atom("/feeds/search.atom", q=text)


def test_who_has_it_gets_no_body(papers):
    path = "/feeds/search.atom?q=wind"
    first = papers.get(path)
    etag = first.headers["etag"]
    date = first.headers["last-modified"]
    assert etag[0] == etag[-1] == '"'
    assert first.headers["cache-control"].startswith("public, max-age=")
    assert first.headers["vary"] == "Accept-Encoding"
    assert email.utils.parsedate_to_datetime(date) <= (
        email.utils.parsedate_to_datetime(first.headers["date"]))
    for asked in ({"If-None-Match": etag}, {"If-None-Match": f"W/{etag}"},
                  {"If-None-Match": f'"x", {etag}'}, {"If-None-Match": "*"},
                  {"If-Modified-Since": date}):
        for method in ("GET", "HEAD"):
            same = papers.get(path, headers=asked, method=method)
            assert same.status == 304, asked
            assert same.body == b""
            for name in ("etag", "last-modified", "cache-control", "vary",
                         "date"):
                assert name in same.headers, name
            assert same.headers["etag"] == etag
            assert same.headers["content-length"] == str(len(first.body))
    old = "Sun, 06 Nov 1994 08:49:37 GMT"
    for asked in ({"If-None-Match": '"x"'}, {"If-Modified-Since": old},
                  {"If-None-Match": '"x"', "If-Modified-Since": date}):
        assert papers.get(path, headers=asked).status == 200, asked

    # Twice the same bytes; then something is new.
    assert papers.get(path).body == first.body
    take_in(papers, [record({**PAPERS[1], "title": "More Wind",
                             "id": "2407.00009"})])
    for asked in ({"If-None-Match": etag}, {"If-Modified-Since": date}):
        changed = papers.get(path, headers=asked)
        assert changed.status == 200
        assert changed.headers["etag"] != etag
        assert b"More Wind" in changed.body


def test_gzip(papers):
    path = "/feeds/search.json"
    plain = papers.get(path)
    packed = papers.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    assert packed.headers["etag"] != plain.headers["etag"]
    for etag, status in ((packed.headers["etag"], 304),
                         (plain.headers["etag"], 200)):
        assert papers.get(path, headers={
            "Accept-Encoding": "gzip", "If-None-Match": etag}).status == status
    unwanted = papers.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert unwanted.body == plain.body


@pytest.mark.parametrize(("path", "part"), [
    ("/feeds/search.atom?q=%22open", "character 1"),
    ("/feeds/search.atom?q=colour%3Ared", "colour"),
    ("/feeds/search.atom?limit=0", "from 1 to 200"),
    ("/feeds/search.atom?limit=many", "from 1 to 200"),
    ("/feeds/search.atom?order=best", "date, votes, relevance"),
    ("/feeds/search.atom?query=wind", "There are: q, order, limit."),
    ("/feeds/search.atom?q=a&q=b", "twice"),
    ("/feeds/search.atom?q=%FF", "UTF-8"),
    ("/feeds/trending.json?window=year", "week, day, month, all"),
    ("/feeds/trending.json?formula=magic", "reddit-hot"),
    ("/feeds/trending.json?half_life=1d", "velocity"),
    ("/feeds/trending.json?formula=velocity&half_life=soon", "12h"),
    ("/feeds/trending.json?formula=velocity&half_life=-1h", "one minute"),
    ("/feeds/trending.json?formula=velocity&half_life=inf", "12h"),
    ("/feeds/trending.json?formula=velocity&half_life=1000w", "ten years"),
    ("/feeds/days/2024-02-30.atom", "2026-W28"),
    ("/feeds/days/2024-W54.atom", "2026-W28"),
    ("/feeds/days/yesterday.json", "2026-W28"),
    ("/feeds/days/2024-10-03.atom?limit=5", "there are none"),
])
def test_bad_parameters(papers, path, part):
    answer = papers.get(path)
    assert answer.status == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert part in answer.text
    assert papers.get(path, method="HEAD").status == 400


def test_what_else_there_is(web):
    assert web.get("/healthz").text == "ok\n"
    index = web.get("/")
    assert index.headers["content-type"] == "text/html; charset=utf-8"
    for link in ("feeds/search.atom", "feeds/trending.atom",
                 "api/daily_papers"):
        assert f'href="{link}"' in index.text
        assert web.get("/" + link).status == 200
    for path in ("/feeds", "/feeds/search", "/feeds/search.rss", "/../etc",
                 "/feeds/days/a/b.atom", "/feeds/search.atom/", "//"):
        missing = web.get(path)
        assert missing.status == 404, path
        assert "GET / lists what there is" in missing.text
    for answer in (index, missing, web.get("/feeds/search.atom"),
                   web.get("/feeds/search.atom?x=1")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith(
            "default-src 'none'")


def test_nothing_is_changed(papers):
    before = command(papers, "list").stdout
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        for path in ("/feeds/search.atom", "/", "/api/daily_papers"):
            answer = papers.get(path, method=method, body="a=b")
            assert answer.status in (404, 405), (method, answer)
    assert command(papers, "list").stdout == before


def test_head_is_get_without_a_body(papers):
    for path in ("/feeds/search.atom", "/feeds/trending.json?window=all",
                 "/feeds/days/2024-10.atom", "/api/daily_papers", "/",
                 "/healthz"):
        got = papers.get(path)
        head = papers.get(path, method="HEAD")
        assert head.status == 200
        assert head.body == b""
        drop = ("date",)
        assert {k: v for k, v in head.headers.items() if k not in drop} == {
            k: v for k, v in got.headers.items() if k not in drop}
        assert head.headers["content-length"] == str(len(got.body))


def raw(web: WebServer, request: bytes) -> bytes:
    """What comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", web.http_port),
                                  timeout=30 * PATIENCE) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        parts = []
        while part := client.recv(65536):
            parts.append(part)
        return b"".join(parts)


@pytest.mark.parametrize(("request_bytes", "status"), [
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100 + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nA: " + b"b" * 9000 + b"\r\n\r\n", 431),
    (b"POST / HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
    (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Encoding: gzip\r\n"
     b"\r\nx", 415),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400),  # TLS
    (b"nonsense\r\n\r\n", 400),
    (b"GET /feeds/%00.atom HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
])
def test_requests_that_are_none(web, request_bytes, status):
    answer = raw(web, request_bytes)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    assert web.get("/healthz").text == "ok\n"
    assert web.errors() == []


def test_many_at_once(papers):
    paths = ["/feeds/search.atom?q=wind", "/feeds/trending.json?window=all",
             "/feeds/days/2024-10.json", "/api/daily_papers?date=2024-10-03"]
    expected = {path: papers.get(path).body for path in paths}

    def ask(number: int) -> None:
        connection = papers.connect()
        for i in range(25):
            path = paths[(number + i) % len(paths)]
            connection.request("GET", path)
            response = connection.getresponse()
            assert response.status == 200
            assert response.read() == expected[path]
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(16)))


def test_slow_clients_stall_nobody(web):
    slow = []
    for _ in range(40):
        client = socket.create_connection(("127.0.0.1", web.http_port))
        client.sendall(b"GET /healthz HTTP/1.1\r\nA: ")
        slow.append(client)
    begin = time.monotonic()
    for _ in range(20):
        assert web.get("/healthz").text == "ok\n"
    assert time.monotonic() - begin < 5 * PATIENCE
    for client in slow:
        client.close()


def test_stopping_finishes_what_is_under_way(web):
    # Much to write, for a client that reads it late: the answer is under way
    # when the signal comes.
    abstract = "Wind and kites, at length. " * 2000
    take_in(web, [{"title": f"Kites {i}", "abstract": abstract,
                   "external_ids": [{"scheme": "arxiv",
                                     "value": f"2407.{i:05}"}]}
                  for i in range(1, 201)])
    connection = web.connect()
    connection.request("GET", "/feeds/search.json?limit=200")
    response = connection.getresponse()
    assert response.status == 200
    web.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 10 * PATIENCE
    while True:  # no new connections
        try:
            web.connect().connect()
        except ConnectionRefusedError:
            break
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert web.process.poll() is None
    feed = json.loads(response.read())
    assert len(feed["items"]) == 200
    assert web.process.wait(30 * PATIENCE) == 0
    web.process = None
    assert web.errors() == []


def test_a_restart_serves_the_same(papers):
    paths = ["/feeds/search.atom", "/feeds/trending.json?window=all",
             "/feeds/days/2024-W40.atom", "/api/daily_papers"]
    port = papers.http_port
    papers.flags = tuple(f"127.0.0.1:{port}" if flag == "127.0.0.1:0" else flag
                         for flag in papers.flags)
    before = [papers.get(path) for path in paths]
    papers.kill()
    papers.start()
    after = [papers.get(path) for path in paths]
    assert [a.body for a in after] == [b.body for b in before]
    assert [a.headers["etag"] for a in after] == [
        b.headers["etag"] for b in before]


@pytest.mark.parametrize(("flags", "status", "part"), [
    (["--http", "nowhere"], 1, "is not HOST:PORT"),
    (["--http", "192.0.2.1:0"], 1, "no address of this machine"),
    (["--public-url", "papers.example.org"], 2, "--public-url: "),
    (["--public-url", "https://a.example/?q"], 2, "without a user, a query"),
])
def test_bad_flags(tmp_path, flags, status, part):
    server = WebServer(tmp_path)
    server.flags = tuple(flags)
    process = server.spawn()
    assert process.wait(60 * PATIENCE) == status
    assert part in server.log.read_text()


def test_without_the_flag_there_is_no_http(server):
    assert "serving HTTP" not in server.log.read_text()
    pid = server.process.pid
    own = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            own.add(os.readlink(entry))
    listening = [line.split() for table in ("tcp", "tcp6") for line in
                 pathlib.Path(f"/proc/net/{table}").read_text().splitlines()
                 if line.split()[3] == "0A"]
    ports = [int(line[1].split(":")[1], 16) for line in listening
             if f"socket:[{line[9]}]" in own]
    assert ports == [server.port]
