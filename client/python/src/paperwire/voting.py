"""Votes that are cast on the server.

client.vote("arxiv:2410.01131").cast_votes
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from paperwire.names import paper_name, user_name
from paperwire.papers import Paper
from paperwire.v1 import trending_service_pb2 as pb


@dataclass(frozen=True)
class VoteResult:
    """What became of a vote.

    Attributes:
        name: The paper's name.
        cast_votes: The votes cast for it on this server now.
        changed: Whether this changed anything. False, too, when the answer to
            a first try was lost and the call was tried again.
        sequence: The journal sequence number of the change; 0: there was none.
    """

    name: str
    cast_votes: int
    changed: bool
    sequence: int

    @classmethod
    def from_proto(cls, proto: pb.VotePaperResponse) -> VoteResult:
        """Makes it of the message."""
        return cls(
            proto.name, proto.cast_vote_count, proto.changed, proto.sequence
        )


def vote_request(
    paper: Union[str, Paper], voter: Optional[str], revoke: bool
) -> pb.VotePaperRequest:
    """Makes the request of a vote.

    Raises:
        ValueError: That names no paper, or no user.
        TypeError: The paper is neither text nor a `Paper`.
    """
    if not isinstance(paper, Paper):
        name = paper_name(paper)
    elif paper.name:
        name = paper.name
    else:
        raise ValueError(f"paper: {paper!r} has no name yet; import it first")
    return pb.VotePaperRequest(
        name=name,
        voter="" if voter is None else user_name(voter, "voter"),
        revoke=revoke,
    )
