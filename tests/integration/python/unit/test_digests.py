"""Papers by mail."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from paperwire.v1 import digest_pb2
from paperwire.v1 import trending_service_pb2 as trending_pb

Body = Callable[[paperwire.AsyncClient], Awaitable[None]]
JANE = "jane@example.org"
KITES = "users/local/digests/kites"


@pytest.fixture
def kites(client: paperwire.Client) -> paperwire.Digest:
    return client.digests.create(JANE, "kites", digest_id="kites")


def test_create(server: FakeServer, client: paperwire.Client) -> None:
    made = client.digests.create(
        JANE,
        paperwire.Query("kites", categories="cs.LG"),
        trending="month",
        formula="velocity",
        half_life=timedelta(hours=12),
        trending_query="has:code",
        schedule="weekly",
        weekday="friday",
        at="17:30",
        zone="Europe/Berlin",
        max_papers=7,
        monthly_note=True,
        display_name="Kites & Co.",
        digest_id="kites",
        user="ada",
    )
    sent = server.mail_requests[0]
    assert (sent.parent, sent.digest_id) == ("users/ada", "kites")
    assert len(sent.request_id) == 32
    digest = sent.digest
    assert digest.address == JANE
    assert digest.query.text == "kites"
    assert digest.query.categories == ["cs.LG"]
    board = digest.board
    assert board.window == trending_pb.TRENDING_WINDOW_MONTH
    assert board.formula == trending_pb.TRENDING_FORMULA_VELOCITY
    assert board.half_life.seconds == 12 * 3600
    assert board.query.text == "has:code"
    assert digest.schedule == digest_pb2.DigestSchedule(
        frequency=digest_pb2.DigestSchedule.FREQUENCY_WEEKLY,
        weekday=5,
        time_of_day="17:30",
        time_zone="Europe/Berlin",
    )
    assert (digest.max_papers, digest.monthly_note) == (7, True)
    assert made.name == "users/ada/digests/kites"
    assert (made.id, made.user, made.state) == ("kites", "ada", "unconfirmed")
    assert made.schedule == paperwire.DigestSchedule(
        "weekly", "friday", "17:30", "Europe/Berlin"
    )
    assert made.board == paperwire.DigestBoard(
        "month", "velocity", timedelta(hours=12), paperwire.Query("has:code")
    )
    assert made.content == (
        "kites; categories: cs.LG; board of the month by velocity: has:code"
    )
    assert str(made.schedule) == "Fridays at 17:30 Europe/Berlin"
    assert (made.next_send, made.confirmed) == (None, None)
    assert "unconfirmed, to jane@example.org" in repr(made)
    assert "<b>Kites &amp; Co.</b>" in made._repr_html_()


def test_create_with_little(
    server: FakeServer, client: paperwire.Client
) -> None:
    client.digests.create(JANE, trending="all")
    client.digests.create(JANE, "")
    board, every = (request.digest for request in server.mail_requests)
    assert not board.HasField("query")
    assert not board.board.HasField("half_life")
    assert board.schedule.weekday == 0
    assert every.HasField("query")
    assert not every.HasField("board")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "a digest of what"),
        ({"query": "x", "formula": "wilson"}, "go with trending='week'"),
        ({"trending": "weak"}, "trending: 'weak' .* 'week'"),
        ({"trending": "week", "formula": "vote"}, "did you mean 'votes'"),
        ({"query": "x", "schedule": "weekday"}, "did you mean 'weekdays'"),
        (
            {"query": "x", "schedule": "weekly", "weekday": "fridy"},
            "did you mean 'friday'",
        ),
        ({"query": "x", "weekday": "friday"}, "goes with schedule='weekly'"),
        ({"query": "x", "max_papers": 0}, "max_papers: 0"),
        ({"query": "x", "user": "a/b"}, "no user"),
    ],
)
def test_create_refuses(
    server: FakeServer,
    client: paperwire.Client,
    arguments: Dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        client.digests.create(JANE, **arguments)
    assert not server.mail_requests


def test_errors(server: FakeServer, client: paperwire.Client) -> None:
    with pytest.raises(paperwire.InvalidQuery):
        client.digests.create(JANE, 'kites "')
    with pytest.raises(paperwire.NotFound):
        client.digests.get("kites")
    with pytest.raises(ValueError, match="names no digest"):
        client.digests.get("users/local/subscriptions/kites")
    client.digests.create(JANE, "kites", digest_id="kites")
    with pytest.raises(paperwire.AlreadyExists):
        client.digests.create(JANE, "kites", digest_id="kites")
    server.mail_refusal = "MAIL_NOT_CONFIGURED"
    with pytest.raises(paperwire.FailedPrecondition) as caught:
        client.digests.create(JANE, "kites")
    assert caught.value.reason == "MAIL_NOT_CONFIGURED"


def test_create_is_tried_again(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.failures["CreateDigest"] = [grpc.StatusCode.UNAVAILABLE]
    client.digests.create(JANE, "kites")
    assert server.calls["CreateDigest"] == 2
    # That would send a second mail.
    server.failures["RequestDigestConfirmation"] = [grpc.StatusCode.UNAVAILABLE]
    with pytest.raises(paperwire.Unavailable):
        client.digests.request_confirmation("made-up-1")
    client.digests.request_confirmation("made-up-1")
    assert server.calls["RequestDigestConfirmation"] == 2


def test_list(server: FakeServer, client: paperwire.Client) -> None:
    for number in range(5):
        client.digests.create(JANE, f"q{number}", digest_id=f"d{number}")
    client.digests.create("bob@example.org", trending="day", user="bob")
    found = client.digests.list(page_size=2)
    assert len(found.loaded) == 2
    assert "2 digests loaded" in repr(found)
    assert [d.id for d in found] == ["d0", "d1", "d2", "d3", "d4"]
    assert server.calls["ListDigests"] == 3
    assert repr(found).startswith("5 digests\nd0 ")
    assert "<code>q4</code>" in found._repr_html_()
    frame = client.digests.list(user="bob").to_pandas()
    assert frame["address"].tolist() == ["bob@example.org"]
    assert frame["query"].isna().all()
    assert frame["board"].tolist() == ["board of the day by votes"]
    assert str(frame["next_send"].dtype) == "datetime64[us, UTC]"
    assert client.digests.list().to_pandas(3)["name"].tolist() == [
        f"users/local/digests/d{number}" for number in range(3)
    ]
    with pytest.raises(ValueError, match="page_size"):
        client.digests.list(page_size=0)


def paths(server: FakeServer) -> Tuple[List[str], str]:
    """Which fields the last update named, and its etag."""
    request = server.mail_requests[-1]
    return list(request.update_mask.paths), request.digest.etag


@pytest.mark.usefixtures("kites")
def test_update_changes_what_is_given(
    server: FakeServer, client: paperwire.Client
) -> None:
    update = client.digests.update
    changed = update("kites", query="boats", max_papers=3)
    assert paths(server) == (["query", "max_papers"], "")
    assert server.calls["GetDigest"] == 0
    assert changed.query == paperwire.Query("boats")
    assert changed.max_papers == 3

    # A part of the schedule leaves the others.
    update("kites", schedule="weekly", weekday="sunday", zone="Asia/Tokyo")
    changed = update("kites", at="06:15")
    assert paths(server)[0] == ["schedule"]
    assert changed.schedule == paperwire.DigestSchedule(
        "weekly", "sunday", "06:15", "Asia/Tokyo"
    )
    assert update("kites", schedule="weekdays").schedule.weekday == ""

    with pytest.raises(ValueError, match="has no board yet"):
        update("kites", formula="wilson")
    update("kites", trending="day", formula="velocity", half_life=3600)
    changed = update("kites", trending="month")
    assert changed.board == paperwire.DigestBoard(
        "month", "velocity", timedelta(hours=1)
    )
    changed = update("kites", formula="wilson", trending_query="x")
    assert changed.board == paperwire.DigestBoard(
        "month", "wilson", None, paperwire.Query("x")
    )
    assert update("kites", query=None).query is None
    changed = update(
        "kites",
        query="x",
        trending=None,
        monthly_note=True,
        display_name="X",
    )
    assert changed.board is None
    assert (changed.monthly_note, changed.display_name) == (True, "X")
    with pytest.raises(ValueError, match="nothing to change"):
        update("kites")


def test_update_of_what_was_read(
    server: FakeServer, client: paperwire.Client, kites: paperwire.Digest
) -> None:
    changed = client.digests.update(kites, at="09:00")
    assert paths(server) == (["schedule"], "e1")
    assert server.calls["GetDigest"] == 0
    with pytest.raises(paperwire.Aborted):
        client.digests.update(kites, at="10:00")
    client.digests.update(changed, at="10:00")
    # What is read for a part must be unchanged, too.
    client.digests.update("kites", at="11:00")
    assert paths(server)[1] == "e1++"


@pytest.mark.usefixtures("kites")
def test_a_life(server: FakeServer, client: paperwire.Client) -> None:
    digests = client.digests
    assert repr(digests) == f"Digests('{server.address}')"
    with pytest.raises(paperwire.FailedPrecondition) as caught:
        digests.pause("kites")
    assert caught.value.reason == "DIGEST_NOT_ACTIVE"
    with pytest.raises(paperwire.NotFound):
        digests.confirm("nonsense")
    active = digests.confirm("https://p.example.org/d?t=token-of-kites&x=1")
    assert active.state == "active"
    assert active.next_send == datetime(2031, 7, 11, 6, tzinfo=timezone.utc)
    assert "next 2031-07-11 06:00 UTC" in repr(active)
    assert digests.confirm("token-of-kites").state == "active"
    assert digests.pause(active).state == "paused"
    assert digests.resume(KITES).state == "active"
    with pytest.raises(paperwire.Aborted):
        digests.delete("kites", etag="other")
    digests.delete("kites")
    with pytest.raises(paperwire.NotFound):
        digests.delete("kites")
    digests.delete("kites", missing_ok=True)


class Frames(HTMLParser):
    """Collects what would run, and the attributes of frames."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: List[str] = []
        self.frames: List[Dict[str, Optional[str]]] = []
        self.feed(html)

    def handle_starttag(
        self, tag: str, attrs: List[Tuple[str, Optional[str]]]
    ) -> None:
        self.tags.append(tag)
        if tag == "iframe":
            self.frames.append(dict(attrs))


@pytest.mark.usefixtures("kites")
def test_preview(
    server: FakeServer, client: paperwire.Client, tmp_path: Path
) -> None:
    mail = client.digests.preview("kites")
    assert server.mail_requests[-1].name == KITES
    assert mail
    assert (mail.subject, mail.papers, mail.more) == (
        "kites",
        ("papers/p1",),
        3,
    )
    # The layout stays, and no escape sequence comes through.
    assert str(mail) == (
        "Subject: kites\n\nAbout kites\n\n  1. Sparse [2J Kites"
    )
    parsed = mail.email()
    assert parsed["Subject"] == "kites"
    part = parsed.get_body(("plain",))
    assert part is not None
    assert part.get_content().strip() == "About kites"
    path = mail.save(tmp_path / "kites.eml")
    assert path.read_bytes() == mail.message
    html = mail.save(str(tmp_path / "kites.html"))
    assert html.read_text() == mail.html


@pytest.mark.usefixtures("kites")
def test_a_preview_runs_nothing(client: paperwire.Client) -> None:
    mail = client.digests.preview("kites")
    shown = Frames(mail._repr_html_())
    assert "script" not in shown.tags
    (frame,) = shown.frames
    assert frame["sandbox"] == ""
    inside = frame["srcdoc"]
    assert inside is not None
    assert inside.endswith(mail.html)
    assert "default-src 'none'" in inside


def test_preview_of_what_is_not_stored(
    server: FakeServer, client: paperwire.Client
) -> None:
    client.digests.preview(
        query="kites", trending="week", schedule="weekly", max_papers=5
    )
    digest = server.mail_requests[-1].digest
    assert digest.query.text == "kites"
    assert digest.board.window == trending_pb.TRENDING_WINDOW_WEEK
    assert (digest.max_papers, digest.address) == (5, "")
    with pytest.raises(ValueError, match="not both"):
        client.digests.preview("kites", query="kites")
    with pytest.raises(ValueError, match="a digest of what"):
        client.digests.preview()
    none = client.digests.preview(query="nothing")
    assert not none
    assert str(none) == "nothing new: no mail would be sent"
    assert "nothing new" in none._repr_html_()
    for use in (none.email, lambda: none.save("x.eml")):
        with pytest.raises(ValueError, match="no mail"):
            use()


@pytest.mark.usefixtures("kites")
def test_issues(server: FakeServer, client: paperwire.Client) -> None:
    kinds, states = digest_pb2.DigestIssue, digest_pb2.DigestIssue
    for number in range(3, 0, -1):
        issue = digest_pb2.DigestIssue(
            name=f"{KITES}/issues/{number}",
            kind=kinds.KIND_PAPERS if number > 1 else kinds.KIND_CONFIRMATION,
            state=states.STATE_FAILED if number == 3 else states.STATE_SENT,
            message_id=f"m{number}@example.org",
            papers=["papers/p1", "papers/p2"],
            attempt_count=number,
            error="451 <later>" if number == 3 else "",
        )
        issue.due_time.FromJsonString(f"2031-07-1{number}T06:00:00Z")
        server.issues.append(issue)
    issues = client.digests.issues("kites", page_size=2)
    assert len(issues.loaded) == 2
    assert [i.number for i in issues] == [3, 2, 1]
    assert [i.kind for i in issues] == ["papers", "papers", "confirmation"]
    assert issues[0].state == "failed"
    assert issues[0].papers == ("papers/p1", "papers/p2")
    assert issues[0].attempted is None
    assert "451 <later>" in repr(issues)
    assert "451 &lt;later&gt;" in issues._repr_html_()
    frame = client.digests.issues("kites").to_pandas()
    assert frame["number"].tolist() == [3, 2, 1]
    assert frame["attempts"].tolist() == [3, 2, 1]
    assert frame["due"].dt.day.tolist() == [13, 12, 11]
    with pytest.raises(ValueError, match="1 to 100"):
        client.digests.issues("kites", page_size=101)


def test_report(server: FakeServer, client: paperwire.Client) -> None:
    bounce = b"Content-Type: message/delivery-status\r\n\r\n\xff"
    report = client.digests.report(bounce)
    assert server.mail_requests[-1].message == bounce
    assert report == paperwire.MailReport(
        "bounce", KITES, JANE, "550 no such mailbox"
    )
    assert client.digests.report(b"From: x\r\n\r\n").kind == "nothing"
    with pytest.raises(paperwire.InvalidArgument):
        client.digests.report(b"hello")


def test_suppressions(server: FakeServer, client: paperwire.Client) -> None:
    digests = client.digests
    made = digests.suppress("Jane@example.org", detail="by <phone>")
    assert (made.address, made.reason) == (JANE, "manual")
    assert made.created is not None
    assert digests.suppress(JANE).detail == "by <phone>"
    digests.suppress("bob@example.org")
    found = digests.suppressions(page_size=1)
    assert [s.address for s in found] == ["bob@example.org", JANE]
    assert repr(found).startswith("2 suppressed addresses\nbob@example.org ")
    assert "by &lt;phone&gt;" in found._repr_html_()
    frame = digests.suppressions().to_pandas()
    assert frame["reason"].tolist() == ["manual", "manual"]
    digests.unsuppress("JANE@example.org")
    with pytest.raises(paperwire.NotFound):
        digests.unsuppress(JANE)
    with pytest.raises(paperwire.InvalidArgument):
        digests.suppress("jane")


def test_the_two_have_one_surface() -> None:
    for mine, theirs in (
        (paperwire.Digests, paperwire.AsyncDigests),
        (paperwire.DigestList, paperwire.AsyncDigestList),
        (paperwire.IssueList, paperwire.AsyncIssueList),
        (paperwire.SuppressionList, paperwire.AsyncSuppressionList),
    ):
        names = {
            name
            for name, _ in inspect.getmembers(mine, inspect.isfunction)
            if not name.startswith("_")
        }
        assert names
        for name in names:
            one, other = getattr(mine, name), getattr(theirs, name)
            assert inspect.signature(one) == inspect.signature(other).replace(
                return_annotation=inspect.signature(one).return_annotation
            )
            assert one.__doc__, name
            assert other.__doc__, name


def test_awaited(server: FakeServer, run: Callable[[Body], None]) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        digests = client.digests
        assert repr(digests) == f"AsyncDigests('{server.address}')"
        made = await digests.create(JANE, "kites", digest_id="kites")
        assert await digests.get("kites") == made
        await digests.create(JANE, trending="week", digest_id="week")
        found = await digests.list(page_size=1)
        assert [d.id async for d in found] == ["kites", "week"]
        frame = await (await digests.list()).to_pandas()
        assert frame["state"].tolist() == ["unconfirmed"] * 2
        changed = await digests.update("week", formula="wilson")
        assert changed.board == paperwire.DigestBoard("week", "wilson")
        assert paths(server) == (["board"], "e1")
        await digests.request_confirmation("kites")
        active = await digests.confirm("token-of-kites")
        assert active.state == "active"
        assert (await digests.pause(active)).state == "paused"
        assert (await digests.resume("kites")).state == "active"
        mail = await digests.preview("kites")
        assert mail.email()["Subject"] == "kites"
        assert not await digests.preview(query="nothing")
        server.issues.append(digest_pb2.DigestIssue(name=f"{KITES}/issues/1"))
        issues = await digests.issues("kites")
        assert [i.kind async for i in issues] == ["unspecified"]
        assert len(await issues.to_pandas()) == 1
        report = await digests.report(b"From: x\r\n\r\n")
        assert report.kind == "nothing"
        assert (await digests.suppress(JANE)).address == JANE
        assert len(await (await digests.suppressions()).all()) == 1
        assert len(await (await digests.suppressions()).to_pandas()) == 1
        await digests.unsuppress(JANE)
        await digests.delete("kites")
        with pytest.raises(paperwire.NotFound):
            await digests.get("kites")

    run(body)
