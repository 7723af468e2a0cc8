"""Tokens that a test can look into."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Dict

from paperwire.v1 import query_pb2

from .failures import Code, Failure, status_of


def make_token(mark: str, sequence: int) -> str:
    """Returns what covers everything up to a sequence number."""
    values = {"q": mark, "s": sequence}
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def read_token(token: str, mark: str) -> int:
    """Returns the sequence number; fails if it is another one's."""
    try:
        values: Dict[str, Any] = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        values = {}
    if values.get("q") == mark:
        return int(values["s"])
    raise Failure(
        status_of(
            Code.INVALID_ARGUMENT,
            "resume_token: belongs to another query or subscription",
            "TOKEN_OF_ANOTHER_QUERY",
            "resume_token",
        )
    )


def mark_of(query: query_pb2.Query) -> str:
    """Returns what tells the tokens of one query from those of others."""
    data = query.SerializeToString(deterministic=True)
    return hashlib.sha256(data).hexdigest()[:12]
