"""A progress bar: tqdm's where it is installed, else a plain one."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, Optional, Sized, TextIO, Union

from paperwire.importing import ImportProgress, ImportSession
from paperwire.v1 import paper_service_pb2 as pb

ProgressArgument = Union[bool, None, Callable[[ImportProgress], None]]


class Progress:
    """Is told how far an import has come; shows nothing."""

    def update(self, progress: ImportProgress) -> None:
        """Takes in how far it has come."""

    def close(self) -> None:
        """The import has ended, well or not."""


class _Call(Progress):
    def __init__(self, function: Callable[[ImportProgress], None]) -> None:
        self._function = function

    def update(self, progress: ImportProgress) -> None:
        self._function(progress)


class _Tqdm(Progress):
    def __init__(self, tqdm: Any, total: Optional[int]) -> None:
        self._bar = tqdm(total=total, unit=" papers", desc="import")

    def update(self, progress: ImportProgress) -> None:
        self._bar.update(progress.done - self._bar.n)
        rejected = len(progress.report.rejected)
        if rejected:
            self._bar.set_postfix(rejected=rejected)

    def close(self) -> None:
        self._bar.close()


class PlainBar(Progress):
    """One line on a terminal: count, share, rate, time left."""

    _WIDTH = 24

    def __init__(self, total: Optional[int], out: TextIO) -> None:
        self._total = total
        self._out = out
        self._started = time.monotonic()
        self._drawn = 0.0
        self._last: Optional[ImportProgress] = None

    def update(self, progress: ImportProgress) -> None:
        """Draws at most ten times a second."""
        self._last = progress
        if time.monotonic() - self._drawn >= 0.1:
            self._draw(progress)

    def close(self) -> None:
        """Draws the last state, and leaves the line."""
        if self._last is not None:
            self._draw(self._last)
            self._out.write("\n")
            self._out.flush()

    def _draw(self, progress: ImportProgress) -> None:
        self._drawn = time.monotonic()
        seconds = max(self._drawn - self._started, 1e-6)
        rate = progress.done / seconds
        line = f"import {progress.done:,} papers, {rate:,.0f}/s"
        if self._total:
            share = min(progress.done / self._total, 1.0)
            full = int(share * self._WIDTH)
            bar = "#" * full + "-" * (self._WIDTH - full)
            left = (self._total - progress.done) / rate if rate else 0.0
            line = (
                f"import [{bar}] {share:4.0%} {progress.done:,}/"
                f"{self._total:,}, {rate:,.0f}/s, {left:,.0f} s left"
            )
        rejected = len(progress.report.rejected)
        if rejected:
            line += f", {rejected:,} rejected"
        self._out.write("\r" + line.ljust(79))
        self._out.flush()


def _watched() -> bool:
    """Whether somebody looks: a terminal, or a notebook."""
    if "ipykernel" in sys.modules:
        return True
    return bool(sys.stderr and sys.stderr.isatty())


def make_progress(argument: ProgressArgument, total: Optional[int]) -> Progress:
    """Returns what shows the progress.

    Args:
        argument: True: a bar. False: nothing. None: a bar if somebody looks.
            A function: is called after every batch.
        total: How many papers there are; None if not known.
    """
    if callable(argument):
        return _Call(argument)
    if argument is False or (argument is None and not _watched()):
        return Progress()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return PlainBar(total, sys.stderr)
    return _Tqdm(tqdm, total)


class Reporter:
    """Takes in answers for a session, and shows how far it has come."""

    def __init__(
        self, session: ImportSession, argument: ProgressArgument, papers: object
    ) -> None:
        self._session = session
        self._total = len(papers) if isinstance(papers, Sized) else None
        self._progress = make_progress(argument, self._total)
        self._shown = 0

    def acknowledge(self, answer: pb.ImportPapersResponse) -> None:
        """Takes in an answer; raises as `ImportSession.acknowledge`."""
        self._session.acknowledge(answer)
        self._show()

    def close(self) -> None:
        """The import has ended, well or not."""
        # Papers that were rejected here wait for no answer.
        if self._session.report.papers > self._shown:
            self._show()
        self._progress.close()

    def _show(self) -> None:
        report = self._session.report
        self._shown = report.papers
        self._progress.update(
            ImportProgress(report.papers, self._total, report)
        )
