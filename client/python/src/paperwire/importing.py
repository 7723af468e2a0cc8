"""Imports: papers in batches out, verdicts back, and what came of it all.

`ImportSession` is an import without its connection. The blocking and the
asyncio client fill it, send its batches, and give it what comes back. What
was sent and not acknowledged is kept: after a lost connection it is sent
again under the same request_id, which the server applies once.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from html import escape
from typing import Any, Deque, List, Mapping, Optional, Union

from paperwire import _render
from paperwire.errors import DataLoss
from paperwire.papers import Paper
from paperwire.v1 import paper_pb2
from paperwire.v1 import paper_service_pb2 as pb

MAX_BATCH = 10_000
# A batch is sent early when it is this large; a message may have 64 MiB.
_BATCH_BYTES = 8 << 20
# So many batches may be on their way unacknowledged.
WINDOW = 4

Importable = Union[Paper, Mapping[str, Any], paper_pb2.Paper, pb.ImportItem]


@dataclass(frozen=True)
class Rejection:
    """A paper that was not taken in.

    Attributes:
        index: Its place among the papers given, from 0.
        line: Its line at the source, from 1 (index + 1 unless it was given).
        reason: The field, what is wrong, what to do.
    """

    index: int
    line: int
    reason: str


@dataclass
class ImportReport:
    """What became of an import's papers.

    Attributes:
        created: New papers.
        updated: Known papers that changed.
        unchanged: Known papers that said nothing new.
        merged: Papers that another source had reported; joined to those.
        rejected: Papers that were not fit, and why.
        sequence: The journal sequence number after the last batch. A search
            whose `sequence` is at least this has seen all of them.
        seconds: How long it took.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: List[Rejection] = field(default_factory=list)
    sequence: int = 0
    seconds: float = 0.0

    @property
    def papers(self) -> int:
        """How many papers have a verdict."""
        counts = self.created + self.updated + self.unchanged + self.merged
        return counts + len(self.rejected)

    def _summary(self) -> str:
        parts = [
            f"{number:,} {word}"
            for number, word in (
                (self.created, "created"),
                (self.updated, "updated"),
                (self.unchanged, "unchanged"),
                (self.merged, "merged"),
                (len(self.rejected), "rejected"),
            )
            if number
        ]
        rate = self.papers / self.seconds if self.seconds else 0.0
        return (
            f"{_render.count(self.papers, 'paper')} in {self.seconds:.1f} s "
            f"({rate:,.0f}/s): {', '.join(parts) or 'nothing'}"
        )

    def _more(self) -> str:
        hidden = len(self.rejected) - _render.ROWS
        return f"… and {hidden:,} more in .rejected" if hidden > 0 else ""

    def __repr__(self) -> str:
        lines = [f"ImportReport({self._summary()})"]
        lines += [
            f"  line {r.line:,}: {_render.plain(r.reason)}"
            for r in self.rejected[: _render.ROWS]
        ]
        if self._more():
            lines.append("  " + self._more())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self.rejected:
            return f"<p>{escape(self._summary())}</p>"
        rows = [
            [f"{r.line:,}", escape(r.reason)]
            for r in self.rejected[: _render.ROWS]
        ]
        return _render.table_html(
            self._summary(), ["line", "rejected because"], rows, self._more()
        )


@dataclass(frozen=True)
class ImportProgress:
    """How far an import has come.

    Attributes:
        done: How many papers have a verdict.
        total: How many there are; None if that is not known.
        report: What became of them so far.
    """

    done: int
    total: Optional[int]
    report: ImportReport


@dataclass
class _Batch:
    request: pb.ImportPapersRequest
    indexes: List[int]


class ImportSession:
    """The state of one import. Not for several threads at once.

    Args:
        source: The source of papers that name none; empty for the server's.
        batch_size: Papers in a batch, 1 to 10,000.

    Raises:
        ValueError: The batch size is out of range.
    """

    def __init__(self, source: str, batch_size: int) -> None:
        if not 1 <= batch_size <= MAX_BATCH:
            raise ValueError(
                f"batch_size: {batch_size} is not in 1 to {MAX_BATCH:,}"
            )
        self._source = source
        self._batch_size = batch_size
        self._next_index = 0
        self._filling = self._new_batch()
        self._bytes = 0
        self._sent = False
        self._started = time.monotonic()
        self.pending: Deque[_Batch] = deque()
        self.report = ImportReport()

    def _new_batch(self) -> _Batch:
        request = pb.ImportPapersRequest(
            request_id=str(uuid.uuid4()), source=self._source
        )
        return _Batch(request, [])

    def add(self, paper: Importable) -> Optional[pb.ImportPapersRequest]:
        """Takes a paper; returns a batch to send when one is full.

        A paper that cannot be made into a message is rejected here, with its
        reason, as the server would.

        Raises:
            TypeError: It is nothing that a paper can be made of.
        """
        index, self._next_index = self._next_index, self._next_index + 1
        try:
            item = _item(paper, index)
        except (ValueError, _Unfit) as error:
            self.report.rejected.append(Rejection(index, index + 1, str(error)))
            return None
        self._filling.request.items.append(item)
        self._filling.indexes.append(index)
        self._bytes += item.ByteSize()
        if (
            len(self._filling.indexes) < self._batch_size
            and self._bytes < _BATCH_BYTES
        ):
            return None
        return self.flush()

    def flush(self) -> Optional[pb.ImportPapersRequest]:
        """Returns the batch begun, if there is any.

        A source that had nothing is said, too: in a batch of no papers.
        """
        if not self._filling.indexes and (self._sent or not self._source):
            return None
        self._sent = True
        batch, self._filling = self._filling, self._new_batch()
        self._bytes = 0
        self.pending.append(batch)
        return batch.request

    def acknowledge(self, response: pb.ImportPapersResponse) -> None:
        """Takes in the verdicts on the oldest batch that is on its way.

        Raises:
            DataLoss: The answer does not fit the batch.
        """
        batch = self.pending.popleft() if self.pending else None
        if (
            batch is None
            or response.request_id != batch.request.request_id
            or len(response.verdicts) != len(batch.indexes)
        ):
            raise DataLoss(
                "the server's answer does not fit the batch that was sent "
                f"(request_id {response.request_id!r}, "
                f"{len(response.verdicts)} verdicts); import it again: what "
                "was stored is not stored twice"
            )
        outcomes = pb.ImportVerdict
        report = self.report
        for index, verdict in zip(batch.indexes, response.verdicts):
            if verdict.outcome == outcomes.OUTCOME_CREATED:
                report.created += 1
            elif verdict.outcome == outcomes.OUTCOME_UPDATED:
                report.updated += 1
            elif verdict.outcome == outcomes.OUTCOME_UNCHANGED:
                report.unchanged += 1
            elif verdict.outcome == outcomes.OUTCOME_MERGED:
                report.merged += 1
            else:
                reason = verdict.reason or "no reason was given"
                report.rejected.append(
                    Rejection(index, verdict.line or index + 1, reason)
                )
        report.sequence = max(report.sequence, response.sequence)
        report.seconds = time.monotonic() - self._started

    def finish(self) -> ImportReport:
        """Returns the report, the rejections in the order of the papers."""
        self.report.seconds = time.monotonic() - self._started
        self.report.rejected.sort(key=lambda rejection: rejection.index)
        return self.report


class _Unfit(Exception):
    """A value of one paper has the wrong type."""


def _item(paper: Importable, index: int) -> pb.ImportItem:
    if isinstance(paper, pb.ImportItem):
        item = pb.ImportItem()
        item.CopyFrom(paper)
        item.line = item.line or index + 1
        return item
    if isinstance(paper, paper_pb2.Paper):
        return pb.ImportItem(paper=paper, line=index + 1)
    if isinstance(paper, Paper):
        return pb.ImportItem(paper=paper.proto, line=index + 1)
    if isinstance(paper, Mapping):
        try:
            proto = Paper.from_dict(paper).proto
        except TypeError as error:
            raise _Unfit(str(error)) from error
        return pb.ImportItem(paper=proto, line=index + 1)
    raise TypeError(
        f"paper {index}: {type(paper).__name__} is no Paper, mapping of its "
        "fields, or message"
    )
