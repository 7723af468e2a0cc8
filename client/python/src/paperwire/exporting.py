"""Every full match of a query, streamed."""

from __future__ import annotations

from collections import deque
from typing import (
    TYPE_CHECKING,
    AsyncIterator,
    Awaitable,
    Callable,
    Deque,
    Iterator,
    Optional,
)

from paperwire._frames import papers_frame
from paperwire.papers import Paper
from paperwire.v1 import search_service_pb2 as pb

if TYPE_CHECKING:
    import pandas as pd


class _Parts:
    """The papers that came and were not read yet."""

    def __init__(self) -> None:
        self._papers: Deque[Paper] = deque()
        self._total = 0
        self._sequence = 0

    @property
    def total(self) -> int:
        """How many papers the whole export holds."""
        return self._total

    @property
    def sequence(self) -> int:
        """The snapshot that is exported, as a journal sequence number."""
        return self._sequence

    def _take(self, part: Optional[pb.ExportPapersResponse]) -> bool:
        if part is None:
            return False
        self._papers.extend(Paper.from_proto(paper) for paper in part.papers)
        self._total = part.total_full_matches
        self._sequence = part.sequence
        return True


class Export(_Parts, Iterator[Paper]):
    """The papers in journal order, over one snapshot; read once.

    The server sends as fast as it is read: an export of any size needs
    little memory.
    """

    def __init__(
        self,
        read: Callable[[], Optional[pb.ExportPapersResponse]],
        cancel: Callable[[], None],
    ) -> None:
        super().__init__()
        self._read = read
        self._cancel = cancel
        self._take(read())

    def __iter__(self) -> Iterator[Paper]:
        return self

    def __next__(self) -> Paper:
        """Returns the next paper.

        Raises:
            StopIteration: That was the last one.
            PaperwireError: The export broke off; what came is sound, and a
                new export starts from the beginning.
        """
        while not self._papers:
            if not self._take(self._read()):
                raise StopIteration
        return self._papers.popleft()

    def to_pandas(self) -> pd.DataFrame:
        """Returns one row for each paper that was not read yet.

        Raises:
            ImportError: pandas is not installed.
            PaperwireError: The export broke off.
        """
        return papers_frame(list(self))

    def close(self) -> None:
        """Ends the export early."""
        self._cancel()
        self._papers.clear()


class AsyncExport(_Parts, AsyncIterator[Paper]):
    """As `Export`, for `async for`; `total` is known after the first paper."""

    def __init__(
        self,
        read: Callable[[], Awaitable[Optional[pb.ExportPapersResponse]]],
        cancel: Callable[[], None],
    ) -> None:
        super().__init__()
        self._read = read
        self._cancel = cancel

    def __aiter__(self) -> AsyncExport:
        return self

    async def __anext__(self) -> Paper:
        """As `Export.__next__`."""
        while not self._papers:
            if not self._take(await self._read()):
                raise StopAsyncIteration
        return self._papers.popleft()

    async def to_pandas(self) -> pd.DataFrame:
        """As `Export.to_pandas`."""
        return papers_frame([paper async for paper in self])

    def close(self) -> None:
        """Ends the export early."""
        self._cancel()
        self._papers.clear()
