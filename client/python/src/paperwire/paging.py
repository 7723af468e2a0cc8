"""Answers that come in pages, read as if they were one list.

`Loaded` is what came so far, and does no call. `Pages` and `AsyncPages` fetch
further pages when somebody asks for what is not there yet.
"""

from __future__ import annotations

import itertools
from typing import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generic,
    Iterator,
    List,
    TypeVar,
    Union,
    overload,
)

T = TypeVar("T")


class Loaded(Generic[T]):
    """The items that came so far."""

    def __init__(self) -> None:
        self._items: List[T] = []
        self._exhausted = False

    @property
    def loaded(self) -> List[T]:
        """The items fetched so far."""
        return list(self._items)

    @property
    def exhausted(self) -> bool:
        """Whether everything has been fetched."""
        return self._exhausted

    def __bool__(self) -> bool:
        """Whether there is any item (the first page is always loaded)."""
        return bool(self._items)

    def __len__(self) -> int:
        raise TypeError(
            f"{type(self).__name__} has no length until it is read: use "
            ".total for the number of full matches, len(x.loaded) for what "
            "was fetched, len(list(x)) to fetch all"
        )


class Pages(Loaded[T]):
    """A list that fetches its pages as it is read.

    Not for several threads at once.
    """

    def __init__(self, fetch: Callable[[], None]) -> None:
        super().__init__()
        self._fetch = fetch  # appends to _items, or sets _exhausted

    def __iter__(self) -> Iterator[T]:
        for index in itertools.count():
            self._load(index + 1)
            if index >= len(self._items):
                return
            yield self._items[index]

    def first(self, n: int) -> List[T]:
        """Returns the first `n` items, or all there are."""
        self._load(n)
        return self._items[:n]

    def all(self) -> List[T]:
        """Fetches and returns everything."""
        while not self._exhausted:
            self._fetch()
        return self.loaded

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> List[T]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[T, List[T]]:
        """Returns items by place, fetching as many pages as that takes."""
        if isinstance(index, int):
            if index < 0:
                return self.all()[index]
            self._load(index + 1)
            return self._items[index]
        ends = (index.start, index.stop)
        if index.stop is None or any(e is not None and e < 0 for e in ends):
            return self.all()[index]
        self._load(index.stop)
        return self._items[index]

    def _load(self, n: int) -> None:
        while len(self._items) < n and not self._exhausted:
            self._fetch()


class AsyncPages(Loaded[T]):
    """A list that fetches its pages as `async for` reads it."""

    def __init__(self, fetch: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._fetch = fetch

    async def __aiter__(self) -> AsyncIterator[T]:
        for index in itertools.count():
            await self._load(index + 1)
            if index >= len(self._items):
                return
            yield self._items[index]

    async def first(self, n: int) -> List[T]:
        """Returns the first `n` items, or all there are."""
        await self._load(n)
        return self._items[:n]

    async def all(self) -> List[T]:
        """Fetches and returns everything."""
        while not self._exhausted:
            await self._fetch()
        return self.loaded

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> List[T]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[T, List[T]]:
        """Returns items by place among those that are loaded."""
        return self._items[index]

    async def _load(self, n: int) -> None:
        while len(self._items) < n and not self._exhausted:
            await self._fetch()
