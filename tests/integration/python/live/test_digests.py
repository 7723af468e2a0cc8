"""Papers by mail against a real server, which may send mail or not."""

from __future__ import annotations

import asyncio

import pytest

import paperwire


def fill(client: paperwire.Client, word: str) -> None:
    """Imports two papers, one of them with a hostile title."""
    papers = [
        paperwire.Paper(
            f"Kites {word}",
            ids={"live-test": f"{word}-1"},
            abstract="We fly <script>alert(1)</script> kites.",
        ),
        paperwire.Paper(f"<b>Boats</b> {word}", ids={"live-test": f"{word}-2"}),
    ]
    assert client.import_papers(papers, source=word).created == 2


def test_a_preview_is_the_mail(client: paperwire.Client, word: str) -> None:
    fill(client, word)
    mail = client.digests.preview(query=word, display_name=f"About {word}")
    assert mail
    assert f"About {word}" in mail.subject
    assert len(mail.papers) == 2
    parsed = mail.email()
    assert parsed["Subject"] == mail.subject
    text, html = (parsed.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert f"Kites {word}" in text.get_content()
    assert f"Kites {word}" in html.get_content()
    assert f"<b>Boats</b> {word}" not in mail.html
    assert "<script>" not in mail.html
    # One at most: how many more there are is said.
    short = client.digests.preview(query=word, max_papers=1)
    assert (len(short.papers), short.more) == (1, 1)
    assert not client.digests.preview(query=f"{word} {word}none")
    with pytest.raises(paperwire.InvalidQuery):
        client.digests.preview(query='"open')
    with pytest.raises(paperwire.InvalidArgument, match="zone"):
        client.digests.preview(query=word, zone="Nowhere/At-All")


def test_digests_that_are_not_there(client: paperwire.Client) -> None:
    with pytest.raises(paperwire.NotFound) as caught:
        client.digests.get("none")
    assert caught.value.reason == "DIGEST_NOT_FOUND"
    with pytest.raises(paperwire.NotFound):
        client.digests.issues("none")
    with pytest.raises(paperwire.NotFound):
        client.digests.confirm("no-such-token")
    client.digests.delete("none", missing_ok=True)
    assert not client.digests.list(user="nobody-has-any")


def test_suppressions_and_reports(
    client: paperwire.Client, word: str, address: str
) -> None:
    mailbox = f"{word}@example.org"
    made = client.digests.suppress(mailbox.title(), detail="by phone")
    assert (made.address, made.reason, made.detail) == (
        mailbox,
        "manual",
        "by phone",
    )
    assert made in client.digests.suppressions(page_size=1).all()
    with pytest.raises(paperwire.FailedPrecondition) as caught:
        client.digests.create(mailbox, "kites")
    assert caught.value.reason in ("ADDRESS_SUPPRESSED", "MAIL_NOT_CONFIGURED")
    client.digests.unsuppress(mailbox)
    with pytest.raises(paperwire.NotFound):
        client.digests.unsuppress(mailbox)
    letter = b"From: a@example.org\r\nSubject: hi\r\n\r\nJust a letter.\r\n"
    assert client.digests.report(letter).kind == "nothing"

    async def same() -> None:
        async with paperwire.AsyncClient(address) as other:
            assert (await other.digests.report(letter)).kind == "nothing"
            assert not await other.digests.list(user="nobody-has-any")

    asyncio.run(same())
