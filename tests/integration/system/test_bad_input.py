"""What bad input gets: a clear error, nothing lost, the server still there."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import time

import grpc
import pytest
from conftest import DATA, PATIENCE, Server, command  # noqa: F401

import paperwire
from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    paper_service_pb2_grpc,
    query_pb2,
    search_service_pb2,
    search_service_pb2_grpc,
    subscription_service_pb2,
    subscription_service_pb2_grpc,
)

INVALID = grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture
def channel(server):
    with grpc.insecure_channel(server.address, options=[
            ("grpc.max_send_message_length", 100 << 20)]) as channel:
        yield channel


@pytest.fixture
def searches(channel):
    return search_service_pb2_grpc.SearchServiceStub(channel)


@pytest.fixture
def papers(channel):
    return paper_service_pb2_grpc.PaperServiceStub(channel)


def search_request(text="x", **fields):
    return search_service_pb2.SearchRequest(
        query=query_pb2.Query(text=text), **fields)


def refused(call, code, *parts):
    """The call fails with this code and says these things."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    assert caught.value.code() == code, caught.value
    for part in parts:
        assert part in caught.value.details(), caught.value.details()
    return caught.value


@pytest.mark.parametrize("text, part", [
    ('"open', "character 1"),
    ("(open", "character 1"),
    ("close)", "character 6"),
    ("AND x", "character 1"),
    ("x OR", "character 3"),
    ("titel:x", "title"),
    ("year:20x4", "character"),
    ("published:>=2024-13-01", "character"),
    ("x^nan", "character"),
    ("nul\0nul", "NUL"),
    ("x" * 20000, "16384"),
    ("(" * 100 + "x" + ")" * 100, "brackets"),
    (" ".join(["w"] * 2000), "1024"),
])
def test_malformed_queries(searches, text, part):
    error = refused(lambda: searches.Search(search_request(text)), INVALID)
    assert part.replace(",", "") in error.details().replace(",", ""), \
        error.details()


def test_hostile_queries(searches, client):
    """What costs too much is refused, with the part that costs and a way out."""
    letters = "abcdefgh"
    client.import_papers(
        [{"title": f"Words {letter}",
          "abstract": " ".join(f"{letter}{i}x" for i in range(3900))}
         for letter in letters], progress=False)
    wild = " OR ".join(f"{letter}*" for letter in letters)
    error = refused(lambda: searches.Search(search_request(wild)), INVALID,
                    "16384 words together", "write more letters")
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    assert b"QUERY_TOO_COSTLY" in details
    assert b"query.text" in details
    refused(lambda: searches.Search(search_request("word~ " * 100)), INVALID,
            "More than 64 words with")
    refused(lambda: searches.Search(search_request("x " * 8000)), INVALID,
            "More than 1024 words and conditions")
    refused(lambda: searches.Search(search_request("x " * 10_000)), INVALID,
            "at most 16384")
    # Within the budget, and long: the deadline ends it.
    long = " OR ".join(f'"a{i}x b{i}x c{i}x"~1000' for i in range(250))
    start = time.monotonic()
    with pytest.raises(grpc.RpcError) as caught:
        searches.Search(search_request(long), timeout=1e-4)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - start < 1 * PATIENCE
    assert client.search("a1x", strict=True).total == 1


def test_boosts(searches, client):
    def boosted(**boost):
        request = search_request("boat")
        for name, value in boost.items():
            if name == "recency_half_life":
                request.boost.recency_half_life.seconds = value
            else:
                setattr(request.boost, name, value)
        return request

    client.import_papers(
        [{"title": "Paper boat", "published": "2001"},
         {"title": "Paper boat", "published": "2020"}]
        + [{"title": f"Boat {i}", "published": "2010"} for i in range(9)],
        progress=False)
    for bad in (-1, 101, float("nan"), float("inf")):
        refused(lambda b=bad: searches.Search(boosted(recency_weight=b)),
                INVALID, "from 0 (no boost) to 100")
        refused(lambda b=bad: searches.Search(boosted(votes_weight=b)),
                INVALID, "from 0 (no boost) to 100")
    refused(lambda: searches.Search(
        boosted(recency_weight=1, recency_half_life=0)), INVALID,
        "one second or more")
    request = boosted(recency_weight=5, recency_half_life=10**9)
    request.explain = True
    request.page_size = 4
    seen = []
    while True:
        answer = searches.Search(request)
        for hit in answer.hits:
            parts = [part.value for part in hit.explanation.details]
            assert abs(sum(parts) - hit.score) < 1e-9
            assert len(parts) == 2
            seen.append((-hit.score, hit.paper.name))
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert len(seen) == 11
    assert seen == sorted(seen, key=lambda pair: pair[0])
    request.page_token = ""
    request.page_token = searches.Search(request).next_page_token
    request.boost.recency_weight = 4
    refused(lambda: searches.Search(request), INVALID, "another query")


def test_masks_sizes_orders_and_facets(searches):
    request = search_request()
    request.read_mask.paths.append("titel")
    refused(lambda: searches.Search(request), INVALID, "titel", "title")
    refused(lambda: searches.Search(search_request(page_size=-1)), INVALID,
            "-1")
    assert not searches.Search(search_request(page_size=2**31 - 1)).hits
    refused(lambda: searches.Search(search_request(order_by="luck")), INVALID,
            "luck", "relevance")
    request = search_request()
    request.facets.add(field=99)
    refused(lambda: searches.Search(request), INVALID, "99")


def test_page_tokens(server, searches, client, tmp_path):
    client.import_papers([{"title": f"Narrow neck {i}"} for i in range(30)],
                         progress=False)
    token = searches.Search(search_request("neck", page_size=5)).next_page_token
    assert token
    assert searches.Search(search_request("neck", page_token=token)).hits
    refused(lambda: searches.Search(search_request("wide", page_token=token)),
            INVALID, "another query")
    for other in ({"order_by": "published_time"}, {"strict": True}):
        refused(lambda o=other: searches.Search(
            search_request("neck", page_token=token, **o)), INVALID,
            "another query")
    for same in ({"page_size": 3}, {"read_mask": {"paths": ["title"]}},
                 {"omit_highlights": True}, {"explain": True}):
        answer = searches.Search(
            search_request("neck", page_token=token, **same))
        assert answer.hits[0].HasField("explanation") == ("explain" in same)
    for bad in ("nonsense", token[:-2], token[:-1] + "!", "A" * 5000):
        refused(lambda b=bad: searches.Search(
            search_request("neck", page_token=b)), INVALID, "token")
    # Deep paging walks one snapshot, whatever is imported meanwhile.
    seen = []
    request = search_request("neck", page_size=7)
    while True:
        answer = searches.Search(request)
        seen += [hit.paper.name for hit in answer.hits]
        assert answer.total_full_matches == 30
        client.import_papers([{"title": f"Later neck {len(seen)}"}],
                             progress=False)
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert len(seen) == len(set(seen)) == 30
    # A walk does not survive the server, and says so.
    server.stop()
    server.start()
    refused(lambda: searches.Search(search_request("neck", page_token=token),
                                    wait_for_ready=True),
            grpc.StatusCode.FAILED_PRECONDITION, "Start again")
    other = Server(tmp_path / "other")
    other.folder.mkdir()
    other.start()
    try:
        with grpc.insecure_channel(other.address) as channel:
            stub = search_service_pb2_grpc.SearchServiceStub(channel)
            refused(lambda: stub.Search(
                search_request("neck", page_token=token)), INVALID,
                "another server")
    finally:
        other.stop()


def test_resume_tokens(server, client, channel, tmp_path):
    stub = subscription_service_pb2_grpc.SubscriptionServiceStub(channel)
    client.import_papers([{"title": "Narrow neck"}], progress=False)

    def watch(text, **start):
        stream = stub.Watch(subscription_service_pb2.WatchRequest(
            query=query_pb2.Query(text=text), **start), timeout=20 * PATIENCE)
        try:
            return next(stream)
        finally:
            stream.cancel()

    token = watch("neck").progress.resume_token
    assert watch("neck", resume_token=token).HasField("progress")
    refused(lambda: watch("wide", resume_token=token), INVALID, "another query")
    refused(lambda: watch("neck", resume_token="x"), INVALID, "token")
    refused(lambda: watch('"open'), INVALID, "character 1")
    # A data folder that was put back to an older state.
    server.stop()
    shutil.copytree(server.data, tmp_path / "backup")
    server.start()
    client.import_papers([{"title": "Wide neck"}], progress=False)
    ahead = watch("neck").progress.resume_token
    server.stop()
    shutil.rmtree(server.data)
    shutil.copytree(tmp_path / "backup", server.data)
    server.start()
    for _ in range(50):
        try:
            first = watch("neck", resume_token=ahead)
            break
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE
            time.sleep(0.1)
    assert first.HasField("reset")


def batch(*papers_, request_id=""):
    return paper_service_pb2.ImportPapersRequest(
        request_id=request_id,
        items=[paper_service_pb2.ImportItem(paper=p, line=i + 1)
               for i, p in enumerate(papers_)])


def test_fields_of_papers(papers, client):
    verdicts = next(papers.ImportPapers(iter([batch(
        paper_pb2.Paper(),
        paper_pb2.Paper(title="x" * (10 << 20)),
        paper_pb2.Paper(title="nul\0nul"),
        paper_pb2.Paper(title="A collaboration", authors=[
            paper_pb2.Author(name=f"Author {i}") for i in range(5000)]),
        paper_pb2.Paper(title="Good", abstract="y" * 65536),
        paper_pb2.Paper(title="Too long", abstract="y" * 65537),
        paper_pb2.Paper(title="Year 9999", published_time={
            "seconds": 253402214400}),
        paper_pb2.Paper(title="Year 0", published_time={
            "seconds": -62167219200}),
    )]))).verdicts
    outcomes = [v.outcome for v in verdicts]
    rejected = paper_service_pb2.ImportVerdict.OUTCOME_REJECTED
    created = paper_service_pb2.ImportVerdict.OUTCOME_CREATED
    assert outcomes == [rejected, rejected, rejected, created, created,
                        rejected, created, rejected]
    for verdict in verdicts:
        if verdict.outcome == rejected:
            assert ":" in verdict.reason and verdict.line > 0
    assert client.search("author:author", strict=True).total == 1


def test_messages_that_are_no_messages(channel, client):
    raw = channel.stream_stream(
        "/paperwire.v1.PaperService/ImportPapers",
        request_serializer=lambda b: b, response_deserializer=lambda b: b)
    good = batch(paper_pb2.Paper(title="Before the break"))
    # An item whose paper's title is the two bytes C3 28: not UTF-8.
    title = b"\x1a\x02\xc3\x28"
    paper = b"\x0a" + bytes([len(title)]) + title
    bad = b"\x12" + bytes([len(paper)]) + paper
    answers = raw(iter([good.SerializeToString(), bad]))
    assert next(answers)
    error = refused(lambda: next(answers), INVALID, "UTF-8")
    assert "ImportPapersRequest" in error.details()
    unary = channel.unary_unary(
        "/paperwire.v1.SearchService/Search",
        request_serializer=lambda b: b, response_deserializer=lambda b: b)
    refused(lambda: unary(b"\xff\xff\xff"), INVALID, "SearchRequest")
    assert client.search("break", strict=True).total == 1


def test_too_large_a_message(papers, client):
    refused(lambda: list(papers.ImportPapers(iter([batch(
        paper_pb2.Paper(title="x", abstract="y" * (65 << 20)))]))),
        grpc.StatusCode.RESOURCE_EXHAUSTED)
    refused(lambda: list(papers.ImportPapers(iter([batch(
        *[paper_pb2.Paper(title="x")] * 10001)]))), INVALID, "10001")
    assert client.stats().active_papers == 0


def test_a_stream_that_is_cut_keeps_what_was_acknowledged(server, client):
    code = f"""
import os, sys
import grpc
from paperwire.v1 import paper_pb2, paper_service_pb2, paper_service_pb2_grpc
stub = paper_service_pb2_grpc.PaperServiceStub(
    grpc.insecure_channel("{server.address}"))
def batches():
    n = 0
    while True:
        yield paper_service_pb2.ImportPapersRequest(items=[
            paper_service_pb2.ImportItem(paper=paper_pb2.Paper(
                title=f"Cut off {{n}} {{i}}")) for i in range(100)])
        n += 1
for answer in stub.ImportPapers(batches()):
    print(answer.sequence, flush=True)
"""
    process = subprocess.Popen(
        [os.sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    acknowledged = 0
    for line in process.stdout:
        acknowledged = int(line)
        if acknowledged >= 1000:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.5)
    total = client.search("cut off", strict=True).total
    assert total >= acknowledged
    assert total % 100 == 0  # a batch is applied whole or not at all


def test_a_client_that_stops_reading(server, client):
    """It costs no memory, and nobody else notices."""
    body = "filler " + "words " * 5000

    def fill(first: int, last: int) -> None:
        for n in range(first, last):
            client.import_papers(
                [{"title": f"Filler {n} {i}", "abstract": body}
                 for i in range(500)], progress=False)

    fill(0, 4)  # what imports of such papers need anyway
    with grpc.insecure_channel(server.address) as lazy:
        watch = lazy.unary_stream(
            "/paperwire.v1.SubscriptionService/Watch",
            request_serializer=lambda r: r.SerializeToString(),
            response_deserializer=lambda b: b)
        stream = watch(subscription_service_pb2.WatchRequest(
            query=query_pb2.Query(text="filler")))
        next(stream)
        before = server.resident_bytes()
        fill(4, 8)
        # 60 MB of matches wait on disk, not in memory.
        grown = server.resident_bytes() - before
        assert client.search("filler", strict=True).total == 4000
        stream.cancel()
    print(f"grown by {grown / 1e6:.0f} MB")
    assert grown < 250_000_000 * (3 if PATIENCE > 1 else 1)


def test_duplicate_ids_in_one_batch(papers, client):
    paper = paper_pb2.Paper(title="Twice in one batch", external_ids=[
        paper_pb2.ExternalId(scheme="arxiv", value="2401.00001")])
    verdicts = next(papers.ImportPapers(iter([batch(paper, paper)]))).verdicts
    assert verdicts[0].name == verdicts[1].name
    assert client.stats().active_papers == 1


def test_names(papers):
    for name in ("", "x", "papers/", "papers/UPPER", "papers/a/b",
                 "papers/arxiv:", "papers/arxiv:nonsense"):
        refused(lambda n=name: papers.GetPaper(
            paper_service_pb2.GetPaperRequest(name=n)), INVALID)
    for name in ("papers/0000000000", "papers/arxiv:2401.99999",
                 "papers/doi:10.1/none"):
        error = refused(lambda n=name: papers.GetPaper(
            paper_service_pb2.GetPaperRequest(name=n)),
            grpc.StatusCode.NOT_FOUND, name)
        details = dict(error.trailing_metadata())
        assert b"PAPER_NOT_FOUND" in details["grpc-status-details-bin"]


def start_fails(server: Server, *parts: str, **options) -> None:
    process = server.spawn(**options)
    assert process.wait(60 * PATIENCE) == 1
    log = server.log.read_text()
    for part in parts:
        assert part in log, log


def test_two_servers_on_one_folder(server):
    second = Server(server.folder)
    second.log = server.folder / "second.log"
    start_fails(second, "in use by another paperwired", str(server.process.pid))


def test_a_folder_of_a_newer_version(tmp_path):
    server = Server(tmp_path).start()
    server.stop()
    import sqlite3
    with sqlite3.connect(server.data / "paperwire.db") as db:
        db.execute("PRAGMA user_version = 99")
    start_fails(server, "version 99", "newer paperwired")


def test_a_port_that_is_taken(server, tmp_path):
    second = Server(tmp_path / "second")
    second.folder.mkdir()
    second.port = server.port
    start_fails(second, "Cannot listen", "--listen")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MB; needs root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs",
                           str(disk)], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("mounting a small file system needs root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk(small_disk, tmp_path):
    server = Server(tmp_path)
    server.data = small_disk / "data"
    server.start()
    with server.client() as client:
        acknowledged = 0
        with pytest.raises(paperwire.PaperwireError) as caught:
            for n in range(1000):
                report = client.import_papers(
                    [{"title": f"Filler {n} {i}",
                      "abstract": base64.b64encode(os.urandom(1500)).decode()}
                     for i in range(100)], progress=False)
                acknowledged += report.created
        assert "full" in str(caught.value)
        assert "Free some space" in str(caught.value)
        # It still answers, with what it acknowledged and nothing else.
        assert acknowledged > 0
        assert client.search("filler", strict=True).total == acknowledged
        # With space it takes papers again.
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)],
                       check=True)
        client.import_papers([{"title": "There is room again"}],
                             progress=False)
        assert client.search("room again", strict=True).total == 1
    server.stop()


def test_a_read_only_folder(tmp_path):
    folder = tmp_path / "readonly"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs",
                           str(folder)], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("mounting a read-only file system needs root")
    try:
        server = Server(tmp_path)
        server.data = folder / "data"
        start_fails(server, "cannot be written", "Read-only file system")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_hostile_files(server, client, tmp_path):
    """Bombs, cut-off files and nonsense, by the command."""
    import gzip
    import zlib
    bomb = tmp_path / "bomb.jsonl.gz"
    with gzip.open(bomb, "wb", compresslevel=9) as out:
        for _ in range(300):
            out.write(b" " * (1 << 20))
    entities = tmp_path / "bomb.xml"
    entities.write_text(
        '<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">'
                  for i in range(9))
        + ']><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&j;'
        "</title></entry></feed>")
    cut = tmp_path / "cut.jsonl.gz"
    lines = b"".join(b'{"title": "Whole line %d %d"}\n' % (i, zlib.crc32(b"%d" % i))
                     for i in range(2000))
    cut.write_bytes(gzip.compress(lines)[:-4000])
    for path, part, *flags in [
            (bomb, "decompression bomb", "--format", "paperwire"),
            (entities, "ntit", "--format", "arxiv-atom"),
            (cut, "cut off at byte")]:
        done = command(server, "import", *flags, str(path), check=False)
        assert done.returncode == 1, (path, done.stdout, done.stderr)
        assert part in done.stderr + done.stdout
    mixed = tmp_path / "mixed.jsonl"
    mixed.write_bytes(b'{"title": "Good line"}\nnonsense\n{"title": "\xff"}\n'
                      b'{"abstract": "no title"}\n{"title": "Last line"}\n')
    done = command(server, "import", str(mixed))
    text = done.stdout + done.stderr
    for line in ("2", "3", "4"):
        assert f"mixed.jsonl:{line}" in text, text
    assert client.search("title:line", strict=True).total >= 2
