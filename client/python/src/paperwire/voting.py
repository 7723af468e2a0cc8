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
    return pb.VotePaperRequest(
        name=name_in_request(paper),
        voter="" if voter is None else user_name(voter, "voter"),
        revoke=revoke,
    )


def name_in_request(paper: Union[str, Paper]) -> str:
    """Returns the name that a paper is asked for by.

    Raises:
        ValueError: That names no paper.
        TypeError: It is neither text nor a `Paper`.
    """
    if not isinstance(paper, Paper):
        return paper_name(paper)
    if paper.name:
        return paper.name
    raise ValueError(f"paper: {paper!r} has no name yet; import it first")
