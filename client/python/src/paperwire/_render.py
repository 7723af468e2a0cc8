"""Tables of papers for terminals and notebooks.

Titles come from anywhere: in HTML everything is escaped, in text control
characters are taken out, so that no title can move a terminal's cursor.
"""

from __future__ import annotations

import shutil
import unicodedata
from html import escape
from typing import Any, Callable, Iterable, List, Sequence, Tuple

from paperwire.papers import Paper, link_html

Spans = Iterable[Tuple[int, int]]
ROWS = 10


def plain(text: str) -> str:
    """Returns the text in one line, without control characters."""
    return " ".join(
        "".join(
            " " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c
            for c in text
        ).split()
    )


def plain_line(text: str) -> str:
    """Returns a line as it is laid out, without control characters."""
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c
        for c in text
    ).rstrip()


def width(text: str) -> int:
    """Returns how many columns of a terminal the text takes."""
    return sum(
        0
        if unicodedata.combining(c)
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def fit(text: str, columns: int) -> str:
    """Returns the text cut or filled to so many columns."""
    text = plain(text)
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def mark(text: str, start: int, spans: Spans, left: str, right: str) -> str:
    """Returns an unescaped piece of a field with its matches marked.

    Args:
        text: The piece.
        start: Where it starts in the field, in characters.
        spans: The matches in the field, in order, without overlap.
        left: What goes before a match.
        right: What goes behind it.
    """
    return _marked(text, start, spans, left, right, str)


def mark_html(text: str, start: int, spans: Spans) -> str:
    """Returns escaped HTML with the matches in `<mark>`."""
    return _marked(text, start, spans, "<mark>", "</mark>", escape)


def _marked(
    text: str,
    start: int,
    spans: Spans,
    left: str,
    right: str,
    write: Callable[[str], str],
) -> str:
    out, at = [], 0
    for span in spans:
        begin, end = max(span[0] - start, at), min(span[1] - start, len(text))
        if begin < end:
            out += [write(text[at:begin]), left, write(text[begin:end]), right]
            at = end
    return "".join(out) + write(text[at:])


def table_text(head: str, rows: Sequence[Tuple[Paper, str]], more: str) -> str:
    """Returns an aligned table; each row is a paper and its last column."""
    columns = min(shutil.get_terminal_size((100, 24)).columns, 120)
    authors, date, last = 18, 10, 8
    title = max(20, columns - authors - date - last - 10)
    lines = [head]
    for number, (paper, note) in enumerate(rows, 1):
        names = paper.authors
        by = names[0] + (" et al." if len(names) > 1 else "") if names else ""
        cells = [
            f"{number:>3}",
            fit(paper.title or paper.name, title),
            fit(by, authors),
            fit(paper.date, date),
            plain(note),
        ]
        lines.append(" ".join(cells).rstrip())
    if more:
        lines.append(more)
    return "\n".join(lines)


def table_html(
    head: str, columns: Sequence[str], rows: Iterable[Sequence[str]], more: str
) -> str:
    """Returns a table; the cells are HTML already, head and more are text."""
    names = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:left;vertical-align:top">{cell}</td>'
            for cell in row
        )
        + "</tr>"
        for row in rows
    )
    return (
        f"<div><p>{escape(head)}</p><table><thead><tr>{names}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
        + "".join(
            f"<p><small>{escape(line)}</small></p>"
            for line in more.splitlines()
        )
        + "</div>"
    )


def paper_cells(paper: Paper, title_html: str = "") -> List[str]:
    """Returns title, authors, date and votes as HTML cells."""
    names = paper.authors
    by = ", ".join(names[:3]) + (" et al." if len(names) > 3 else "")
    title = title_html or escape(paper.title or paper.name)
    address = paper.url
    if address.startswith(("https://", "http://")):
        title = link_html(address, "\0").replace("\0", title)
    return [title, escape(by), escape(paper.date), votes(paper)]


def votes(paper: Paper) -> str:
    """Returns the number of votes; empty if there is none to tell."""
    return "" if paper.votes is None else f"{paper.votes:,}"


def count(number: int, one: str, many: str = "") -> str:
    """Returns `1 paper`, `1,234 papers`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def pretty(obj: Any, printer: Any, cycle: bool) -> None:
    """IPython's printer would take a list-like object apart; show its repr."""
    printer.text(repr(obj) if not cycle else "...")
