"""Data frames with the same columns and types whatever is in them."""

from __future__ import annotations

from datetime import datetime
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    List,
    Optional,
    Sequence,
    Tuple,
)

from paperwire.papers import Paper

if TYPE_CHECKING:
    import pandas as pd

# Microseconds reach from year 1 to 9999; nanoseconds only from 1678 to 2261.
TIME = "datetime64[us, UTC]"
Column = Tuple[str, str, List[Any]]
"""The name, the type and the values of a column."""

_COLUMNS: Dict[str, Tuple[str, Callable[[Paper], Any]]] = {
    "name": ("string", lambda p: p.name),
    "title": ("string", lambda p: p.title),
    "authors": ("object", lambda p: p.authors),
    "published": (TIME, lambda p: p.published),
    "year": ("Int64", lambda p: p.year),
    "categories": ("object", lambda p: p.categories),
    "venue": ("string", lambda p: p.venue or None),
    "votes": ("Int64", lambda p: p.votes),
    "arxiv": ("string", lambda p: p.arxiv_id or None),
    "doi": ("string", lambda p: p.doi or None),
    "url": ("string", lambda p: p.url or None),
    "code": ("string", lambda p: p.code_url or None),
    "sources": ("object", lambda p: p.sources),
    "abstract": ("string", lambda p: p.abstract),
}


def papers_frame(
    papers: Sequence[Paper],
    extra: Sequence[Column] = (),
) -> pd.DataFrame:
    """Returns one row a paper.

    Args:
        papers: The papers.
        extra: Further columns, which stand behind `votes`.

    Raises:
        ImportError: pandas is not installed.
    """
    columns: List[Column] = []
    for name, (dtype, value) in _COLUMNS.items():
        columns.append((name, dtype, [value(paper) for paper in papers]))
        if name == "votes":
            columns += extra
    return table_frame(columns)


def table_frame(columns: Sequence[Column]) -> pd.DataFrame:
    """Returns a frame of these columns.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "to_pandas() needs pandas: pip install 'paperwire[pandas]'"
        ) from error
    return pd.DataFrame(
        {
            name: _times(values)
            if dtype is TIME
            else pd.Series(values, dtype=dtype)
            for name, dtype, values in columns
        }
    )


def _times(values: List[Optional[datetime]]) -> pd.Series:
    """Returns times in UTC; older pandas go there by nanoseconds only."""
    import numpy as np
    import pandas as pd

    naive = [value and value.replace(tzinfo=None) for value in values]
    stamps = np.array(naive, dtype="datetime64[us]")
    return pd.Series(stamps).dt.tz_localize("UTC")
