"""A small server of the contract for tests, with faults to order.

It keeps what it is told in memory and matches words by `in`; what the client
relies on is as the contract says: sequence numbers, request ids, page tokens,
resume tokens, subscriptions with their cursors, the events, error details.

    with FakeServer() as server:
        server.break_watches_after = 3
        client = paperwire.Client(server.address)
"""

from .failures import Failure, status_of
from .server import FakeServer
from .tokens import make_token

__all__ = ["Failure", "FakeServer", "make_token", "status_of"]
