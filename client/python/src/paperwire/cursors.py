"""Where a watch keeps its place.

    store = paperwire.FileCursorStore("cursors")
    for match in client.watch("sparse autoencoders", cursor_store=store):
        work_on(match.paper)

Started again, the loop goes on behind the last match that was worked on.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Dict, Optional, Protocol, Union
from urllib.parse import quote

_MAX_NAME = 200


class CursorStore(Protocol):
    """Keeps one token for each key.

    `load` and `save` may block: an `AsyncClient` calls them in a thread. To
    have exactly-once work, write one that saves the token in the transaction
    of the work.
    """

    def load(self, key: str) -> Optional[str]:
        """Returns the token; None if there is none."""
        ...

    def save(self, key: str, token: str) -> None:
        """Keeps the token; when this returns, it is kept."""
        ...


class MemoryCursorStore:
    """Keeps tokens for as long as the process lives."""

    def __init__(self) -> None:
        self._tokens: Dict[str, str] = {}

    def load(self, key: str) -> Optional[str]:
        """Returns the token; None if there is none."""
        return self._tokens.get(key)

    def save(self, key: str, token: str) -> None:
        """Keeps the token."""
        self._tokens[key] = token

    def __repr__(self) -> str:
        return f"MemoryCursorStore({len(self._tokens)} tokens)"


class FileCursorStore:
    """Keeps tokens in a folder, one small file for each key.

    A token is written beside the old one, synced, and moved over it: after a
    crash or a power cut one of the two is there, whole.

    Args:
        folder: Where; made when first needed.
    """

    def __init__(self, folder: Union[str, os.PathLike[str]]) -> None:
        self.folder = Path(folder).expanduser()

    def load(self, key: str) -> Optional[str]:
        """Returns the token; None if there is none.

        Raises:
            OSError: The file is there but cannot be read.
        """
        try:
            return self._path(key).read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None

    def save(self, key: str, token: str) -> None:
        """Writes the token and waits for the disk.

        Raises:
            OSError: It could not be written; the old one is still there.
        """
        path = self._path(key)
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(
            dir=self.folder, prefix=".", suffix=".tmp"
        )
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(token + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(scratch, path)
        except BaseException:
            os.unlink(scratch)
            raise
        if os.name == "posix":
            # The move itself is durable once the folder is.
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _path(self, key: str) -> Path:
        name = quote(key, safe="")
        if not name or len(name) > _MAX_NAME:
            raise ValueError(
                f"key: {key!r} is empty or too long for a file's name"
            )
        return self.folder / f"{name}.token"

    def __repr__(self) -> str:
        return f"FileCursorStore({str(self.folder)!r})"
