"""Times and words between Python and the contract."""

from __future__ import annotations

import calendar
import difflib
import re
from datetime import date, datetime, timedelta, timezone
from typing import Any, Iterable, List, Optional, Sequence, Union

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from paperwire.v1 import paper_pb2

Time = Union[str, date, datetime]
"""A point in time: `"2024"`, `"2024-03"`, `"2024-03-01"`,
`"2024-03-01T12:00:00Z"`, a date or a datetime. What names no zone is UTC."""

Span = Union[int, float, timedelta]
"""A length of time: seconds, or a timedelta."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")

LINK_KINDS = {
    "page": paper_pb2.Link.KIND_ABSTRACT_PAGE,
    "pdf": paper_pb2.Link.KIND_PDF,
    "code": paper_pb2.Link.KIND_CODE,
    "project": paper_pb2.Link.KIND_PROJECT,
    "data": paper_pb2.Link.KIND_DATA,
    "model": paper_pb2.Link.KIND_MODEL,
    "demo": paper_pb2.Link.KIND_DEMO,
    "media": paper_pb2.Link.KIND_MEDIA,
}


def to_datetime(value: Time, what: str = "time") -> datetime:
    """Returns the first instant of a time, in UTC.

    Args:
        value: The time.
        what: What to call it in the error.

    Raises:
        ValueError: The text is no time.
        TypeError: It is neither text nor a date.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    if not isinstance(value, str):
        raise TypeError(
            f"{what}: {value!r} is neither text, a date nor a datetime"
        )
    text = value.strip()
    try:
        match = _DATE.fullmatch(text)
        if match:
            year, month, day = (int(part or 1) for part in match.groups())
            return datetime(year, month, day, tzinfo=timezone.utc)
        # Python 3.9 and 3.10 do not know the Z.
        return to_datetime(
            datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
        )
    except ValueError:
        raise ValueError(
            f"{what}: {value!r} is no time; write 2024, 2024-03, 2024-03-01 "
            "or 2024-03-01T12:00:00Z"
        ) from None


def to_last_second(value: Time, what: str = "time") -> datetime:
    """Returns the last whole second of a day, month or year, in UTC.

    What says more than a day is an instant already, and is returned as such.
    Arguments and errors are those of `to_datetime`.
    """
    first = to_datetime(value, what)
    if isinstance(value, datetime):
        return first
    month, day = first.month, first.day
    if isinstance(value, str):
        if not _DATE.fullmatch(value.strip()):
            return first
        precision = precision_of(value)
        if precision == paper_pb2.DATE_PRECISION_YEAR:
            month = 12
        if precision != paper_pb2.DATE_PRECISION_DAY:
            day = calendar.monthrange(first.year, month)[1]
    return first.replace(month=month, day=day, hour=23, minute=59, second=59)


def precision_of(value: Time) -> paper_pb2.DatePrecision:
    """Returns how much of a date was said."""
    parts = value.strip().count("-") if isinstance(value, str) else 2
    if isinstance(value, str) and not _DATE.fullmatch(value.strip()):
        parts = 2
    return (
        paper_pb2.DATE_PRECISION_YEAR,
        paper_pb2.DATE_PRECISION_MONTH,
        paper_pb2.DATE_PRECISION_DAY,
    )[parts]


def to_timestamp(value: Time, what: str = "time") -> Timestamp:
    """Returns a time as the contract has it; raises as `to_datetime`."""
    since = to_datetime(value, what) - _EPOCH
    return Timestamp(
        seconds=since.days * 86400 + since.seconds,
        nanos=since.microseconds * 1000,
    )


def from_timestamp(value: Timestamp) -> datetime:
    """Returns a time of the contract, in UTC, cut to microseconds."""
    return _EPOCH + timedelta(
        seconds=value.seconds, microseconds=value.nanos // 1000
    )


def time_of(proto: Any, name: str) -> Optional[datetime]:
    """Returns the time in a field of a message, in UTC; None if not set."""
    return (
        from_timestamp(getattr(proto, name)) if proto.HasField(name) else None
    )


def span_of(proto: Any, name: str) -> Optional[timedelta]:
    """Returns the duration in a field of a message; None if not set."""
    if not proto.HasField(name):
        return None
    value: Duration = getattr(proto, name)
    return timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)


def to_seconds(value: Span, what: str) -> float:
    """Returns a length of time in seconds.

    Raises:
        ValueError: It is not above 0.
        TypeError: It is neither a number nor a timedelta.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{what}: {value!r} is neither seconds nor a timedelta")
    if not value > 0:
        raise ValueError(f"{what}: {value} is not above 0")
    return float(value)


def to_duration(value: Span, what: str) -> Duration:
    """Returns a length of time as the contract has it; as `to_seconds`."""
    micros = round(min(to_seconds(value, what), 1e9) * 1e6)
    return Duration(seconds=micros // 10**6, nanos=micros % 10**6 * 1000)


def to_day(value: Time) -> str:
    """Returns `YYYY-MM-DD`; raises as `to_datetime`."""
    if isinstance(value, str) and value.count("-") < 2:
        raise ValueError(f"day: {value!r} is no day; write 2024-03-01")
    return to_datetime(value, "day").strftime("%Y-%m-%d").zfill(10)


def to_mask(fields: Optional[Sequence[str]]) -> Optional[FieldMask]:
    """Returns a read mask; None for all fields."""
    if fields is None:
        return None
    if isinstance(fields, str):
        fields = [part.strip() for part in fields.split(",")]
    return FieldMask(paths=list(fields))


def to_list(value: Union[str, Iterable[str], None], what: str) -> List[str]:
    """Returns a list of words, one word being a list of one.

    Raises:
        TypeError: Something in it is not text.
    """
    if value is None:
        return []
    words = [value] if isinstance(value, str) else list(value)
    for word in words:
        if not isinstance(word, str):
            raise TypeError(f"{what}: {word!r} is not text")
    return words


def unknown(what: str, word: object, known: Iterable[str]) -> ValueError:
    """Returns the error for a word that is none of the known ones."""
    names = list(known)
    near = difflib.get_close_matches(str(word), names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"use {', '.join(names)}"
    return ValueError(f"{what}: {word!r} is not known; {hint}")


def to_link_kinds(
    words: Union[str, Iterable[str], None],
) -> List[paper_pb2.Link.Kind]:
    """Returns the kinds of link that `has=` names.

    Raises:
        ValueError: There is no such kind.
    """
    kinds = []
    for word in to_list(words, "has"):
        if word not in LINK_KINDS:
            raise unknown("has", word, LINK_KINDS)
        kinds.append(LINK_KINDS[word])
    return kinds
