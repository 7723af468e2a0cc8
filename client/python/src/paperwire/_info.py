"""What the server says of itself and of a paper's past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Tuple

from paperwire._convert import from_timestamp, time_of
from paperwire.freshness import SourceStats
from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import server_service_pb2 as pb


@dataclass(frozen=True)
class ServerInfo:
    """What does not change while a server runs.

    Attributes:
        version: The release ("0.1.0").
        data_version: The version of the data folder's formats.
        journal_id: Names the journal; tokens are bound to it.
        started: When the process started, UTC.
        startup_seconds: From start to ready.
    """

    version: str
    data_version: int
    journal_id: str
    started: datetime
    startup_seconds: float

    @classmethod
    def from_proto(cls, proto: pb.GetServerInfoResponse) -> ServerInfo:
        """Makes it of the message."""
        duration = proto.startup_duration
        return cls(
            proto.version,
            proto.data_version,
            proto.journal_id,
            from_timestamp(proto.start_time),
            duration.seconds + duration.nanos / 1e9,
        )


@dataclass(frozen=True)
class ServerStats:
    """Counts and sizes of a moment; sizes in bytes.

    Attributes:
        active_papers: Papers that are searched.
        withdrawn_papers: Papers that are kept and hidden.
        sequence: The newest journal sequence number.
        indexed_sequence: Up to which searches see the journal.
        oldest_sequence: From here on the journal holds everything. What is
            older was compacted: of each paper only its newest state is left.
        last_write: When the newest entry was written; None: never.
        index_segments: Segments of the index.
        index_bytes: The index in memory.
        journal_bytes: The journal on disk.
        resident_bytes: Memory that the process holds.
        open_watches: Watch streams that are open.
        sources: What each source brought, by falling count, and how alive
            it is; `client.sources()` shows them as a table.
    """

    active_papers: int
    withdrawn_papers: int
    sequence: int
    indexed_sequence: int
    oldest_sequence: int
    last_write: Optional[datetime]
    index_segments: int
    index_bytes: int
    journal_bytes: int
    resident_bytes: int
    open_watches: int
    sources: Tuple[SourceStats, ...]

    @classmethod
    def from_proto(cls, proto: pb.GetServerStatsResponse) -> ServerStats:
        """Makes it of the message."""
        return cls(
            proto.active_papers,
            proto.withdrawn_papers,
            proto.sequence,
            proto.indexed_sequence,
            proto.oldest_sequence,
            time_of(proto, "last_write_time"),
            proto.index_segments,
            proto.index_bytes,
            proto.journal_bytes,
            proto.resident_bytes,
            proto.open_watches,
            tuple(SourceStats.from_stats(source) for source in proto.sources),
        )


@dataclass(frozen=True)
class Change:
    """A change of a paper, as the journal holds it.

    Attributes:
        sequence: The journal sequence number.
        kind: created, updated, merged, absorbed, split, deleted or voted.
        time: When, UTC.
        source: Whose report it was.
        other_name: The other paper of a merge or a split; may be empty.
    """

    sequence: int
    kind: str
    time: datetime
    source: str
    other_name: str

    @classmethod
    def from_proto(cls, proto: papers_pb.PaperChange) -> Change:
        """Makes it of the message."""
        kinds = papers_pb.PaperChange.Kind
        known = proto.kind in kinds.values()
        kind = kinds.Name(proto.kind) if known else str(proto.kind)
        return cls(
            proto.sequence,
            kind.removeprefix("KIND_").lower(),
            from_timestamp(proto.change_time),
            proto.source,
            proto.other_name,
        )
