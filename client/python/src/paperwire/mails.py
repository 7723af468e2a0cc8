"""The mails of digests, as values.

client.digests.preview("kites").save("kites.eml")
client.digests.issues("kites").to_pandas()
"""

from __future__ import annotations

import email.policy
import os
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Sequence, Tuple, Union

from paperwire import _render
from paperwire._convert import time_of
from paperwire._frames import TIME, table_frame
from paperwire.digests import word_of
from paperwire.paging import AsyncPages, Loaded, Pages
from paperwire.v1 import digest_pb2 as pb
from paperwire.v1 import digest_service_pb2 as service_pb

if TYPE_CHECKING:
    import pandas as pd

ROWS = 50
# Nothing is fetched from anywhere, whatever a title or an abstract holds.
_FRAME = (
    '<!doctype html><meta http-equiv="Content-Security-Policy" content="'
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)


@dataclass(frozen=True)
class MailPreview:
    """A mail as it would go out now; nothing is sent.

    It is false when there is nothing to say, and nothing would be sent.

    Attributes:
        subject: Its subject.
        text: Its text part.
        html: Its HTML part.
        message: The whole mail (RFC 5322), with links that do nothing.
        papers: The names of the papers in it, best first: those of the query,
            then those of the board.
        more: How many more there are of the query.
    """

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    message: bytes = field(repr=False)
    papers: Tuple[str, ...] = ()
    more: int = 0

    @classmethod
    def from_proto(cls, proto: service_pb.PreviewDigestResponse) -> MailPreview:
        """Makes it of the message."""
        return cls(
            proto.subject,
            proto.text,
            proto.html,
            proto.message,
            tuple(proto.papers),
            proto.more_count,
        )

    def __bool__(self) -> bool:
        return bool(self.message)

    def email(self) -> EmailMessage:
        """Returns it as Python's own mail, to be looked at or sent.

        Raises:
            ValueError: There is nothing to say.
        """
        self._check()
        parser = BytesParser(EmailMessage, policy=email.policy.default)
        return parser.parsebytes(self.message)

    def save(self, path: Union[str, os.PathLike[str]]) -> Path:
        """Writes it to a file, which mail programs open (`kites.eml`).

        Args:
            path: Where to; one that ends in `.html` gets the HTML part alone.

        Returns:
            The path.

        Raises:
            ValueError: There is nothing to say.
            OSError: It cannot be written.
        """
        self._check()
        file = Path(path)
        html = file.suffix.lower() in (".html", ".htm")
        file.write_bytes(self.html.encode() if html else self.message)
        return file

    def _check(self) -> None:
        if not self:
            raise ValueError("there is nothing new: no mail would be sent")

    def __str__(self) -> str:
        if not self:
            return "nothing new: no mail would be sent"
        lines = map(_render.plain_line, self.text.splitlines())
        return "\n".join(
            [f"Subject: {_render.plain(self.subject)}", "", *lines]
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self) if not cycle else "...")

    def _repr_html_(self) -> str:
        if not self:
            return f"<p>{escape(str(self))}</p>"
        return (
            f"<div><p><b>{escape(self.subject)}</b></p>"
            '<iframe sandbox="" referrerpolicy="no-referrer" '
            'style="width:100%;height:32em;border:1px solid #8888" '
            f'srcdoc="{escape(_FRAME + self.html)}"></iframe></div>'
        )


@dataclass(frozen=True)
class DigestIssue:
    """One mail of a digest.

    Attributes:
        name: `users/local/digests/kites/issues/7`.
        kind: "confirmation": it asks for consent; "papers"; "note": there was
            nothing for 30 days.
        state: "pending": to be sent, or to be tried again; "sent": a mail
            server took it; "failed": none did; "bounced": it came back.
        due: When it was due, UTC.
        message_id: Its Message-ID, the same in every attempt.
        papers: The names of the papers in it, best first.
        more: How many more there were of the query.
        attempts: How often it was tried.
        attempted: When it was last tried, UTC; None: never.
        next_attempt: When it is tried next, UTC; None: it is not.
        error: What the mail server said; empty: it took it.
    """

    name: str
    kind: str
    state: str
    due: Optional[datetime] = None
    message_id: str = ""
    papers: Tuple[str, ...] = ()
    more: int = 0
    attempts: int = 0
    attempted: Optional[datetime] = None
    next_attempt: Optional[datetime] = None
    error: str = ""

    @classmethod
    def from_proto(cls, proto: pb.DigestIssue) -> DigestIssue:
        """Makes it of the message."""
        return cls(
            proto.name,
            word_of(pb.DigestIssue.Kind, proto.kind, "KIND_"),
            word_of(pb.DigestIssue.State, proto.state, "STATE_"),
            time_of(proto, "due_time"),
            proto.message_id,
            tuple(proto.papers),
            proto.more_count,
            proto.attempt_count,
            time_of(proto, "attempt_time"),
            time_of(proto, "next_attempt_time"),
            proto.error,
        )

    @property
    def number(self) -> int:
        """Its number within the digest, from 1 on."""
        return int(self.name.rpartition("/")[2])


@dataclass(frozen=True)
class MailReport:
    """What a mail that came back turned out to be.

    Attributes:
        kind: "bounce": a mail cannot be delivered; "delay": it is late, and
            nothing follows; "complaint": its reader does not want it;
            "nothing": no report, or not of a mail of this server.
        digest: The name of the digest whose mail it was; empty: not known.
        suppressed_address: The address, when nothing is sent to it any more.
        detail: Why, for people.
    """

    kind: str
    digest: str = ""
    suppressed_address: str = ""
    detail: str = ""

    @classmethod
    def from_proto(cls, proto: service_pb.ReportMailResponse) -> MailReport:
        """Makes it of the message."""
        kinds = service_pb.ReportMailResponse
        kind = "nothing"
        if proto.kind != kinds.KIND_UNSPECIFIED:
            kind = word_of(kinds.Kind, proto.kind, "KIND_")
        return cls(kind, proto.digest, proto.suppressed_address, proto.detail)


class _IssueList(Loaded[DigestIssue]):
    """What a list of mails shows, however it is fetched."""

    def _head(self) -> str:
        shown = _render.count(len(self._items), "mail")
        return shown if self._exhausted else f"{shown} loaded"

    def _more(self) -> str:
        return "…" if len(self._items) > ROWS or not self._exhausted else ""

    def __repr__(self) -> str:
        lines = [self._head()]
        for issue in self._items[:ROWS]:
            cells = [
                f"{issue.number:>4}",
                _render.fit(issue.kind, 12),
                _render.fit(issue.state, 8),
                f"{_render.count(len(issue.papers), 'paper'):>10}",
                _time(issue.due),
                _render.plain(issue.error)[:60],
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self) -> str:
        rows = [
            [
                f"{issue.number}",
                escape(issue.kind),
                escape(issue.state),
                f"{len(issue.papers):,}",
                f"{issue.more:,}",
                _time(issue.due),
                f"{issue.attempts:,}",
                escape(issue.error),
            ]
            for issue in self._items[:ROWS]
        ]
        columns = ["", "kind", "state", "papers", "more", "due", "attempts"]
        columns += ["error"]
        return _render.table_html(self._head(), columns, rows, self._more())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _render.pretty(self, printer, cycle)

    def _take(self, issues: Sequence[Any], token: str) -> None:
        self._items += [DigestIssue.from_proto(i) for i in issues]
        self._exhausted = not token

    def _frame(self, limit: Optional[int]) -> pd.DataFrame:
        items = self._items[:limit]
        return table_frame(
            [
                ("number", "int64", [i.number for i in items]),
                ("kind", "string", [i.kind for i in items]),
                ("state", "string", [i.state for i in items]),
                ("due", TIME, [i.due for i in items]),
                ("papers", "object", [list(i.papers) for i in items]),
                ("more", "int64", [i.more for i in items]),
                ("attempts", "int64", [i.attempts for i in items]),
                ("attempted", TIME, [i.attempted for i in items]),
                ("next_attempt", TIME, [i.next_attempt for i in items]),
                ("error", "string", [i.error for i in items]),
                ("message_id", "string", [i.message_id for i in items]),
            ]
        )


class IssueList(_IssueList, Pages[DigestIssue]):
    """Mails of a digest, newest first, fetched as they are read."""

    def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """Returns one row a mail, fetching all of them, or `limit`.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: A page could not be fetched.
        """
        self.all() if limit is None else self._load(limit)
        return self._frame(limit)


class AsyncIssueList(_IssueList, AsyncPages[DigestIssue]):
    """As `IssueList`, read by `async for`; the first page is loaded."""

    async def to_pandas(self, limit: Optional[int] = None) -> pd.DataFrame:
        """As `IssueList.to_pandas`."""
        await (self.all() if limit is None else self._load(limit))
        return self._frame(limit)


def _time(at: Optional[datetime]) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""
