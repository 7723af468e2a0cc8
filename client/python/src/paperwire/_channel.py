"""How to reach a server, and how to bear with it when it is away."""

from __future__ import annotations

import ipaddress
import os
import random
import time
from typing import Any, List, Mapping, Optional, Tuple, Union

import grpc

from paperwire.errors import (
    Cancelled,
    DeadlineExceeded,
    PaperwireError,
    Unavailable,
    came_from_server,
    from_rpc_error,
)

DEFAULT_PORT = 7227
DEFAULT_TIMEOUT = 30.0
DEFAULT_RETRIES = 4
# Seconds. A call that finds no server gives up after a second or two; a
# stream that worked before waits for its server to come back.
LONGEST_PAUSE = 2.0
LONGEST_WATCH_PAUSE = 15.0
IMPORT_OUTAGE = 120.0
MAX_MESSAGE_BYTES = 64 << 20
Metadata = Union[Mapping[str, str], List[Tuple[str, str]], None]
Tls = Union[bool, str, "os.PathLike[str]", None]


class Endpoint:
    """Where the server is and what to send along with every call.

    Attributes:
        target: What gRPC connects to.
        credentials: For TLS; None for a plain connection.
        options: The channel's options.
        metadata: Sent with every call.
    """

    def __init__(
        self,
        address: Optional[str],
        tls: Tls,
        credentials: Optional[grpc.ChannelCredentials],
        metadata: Metadata,
    ) -> None:
        address = address or os.environ.get("PAPERWIRE_ADDRESS") or "localhost"
        scheme, separator, rest = address.partition("://")
        if separator and scheme in ("http", "https", "grpc", "grpcs"):
            address = rest.rstrip("/")
            if tls is None and scheme in ("https", "grpcs"):
                tls = True
        self.target = _with_port(address)
        if credentials is None and tls:
            credentials = _tls(tls)
        self.credentials = credentials
        self.options = _options(self.target)
        pairs = metadata.items() if isinstance(metadata, Mapping) else metadata
        self.metadata = tuple((k.lower(), v) for k, v in pairs or ())


def _with_port(address: str) -> str:
    """Adds the default port where none is given.

    Raises:
        ValueError: The address is empty.
    """
    if not address.strip():
        raise ValueError("address: empty; give host or host:port")
    if address.startswith(("unix:", "dns:", "ipv4:", "ipv6:", "/")):
        return address
    host = address
    if address.startswith("["):
        bare = address.endswith("]")
    else:
        bare = ":" not in address
        try:
            ipaddress.IPv6Address(address)
            bare, host = True, f"[{address}]"
        except ValueError:
            pass
    return f"{host}:{DEFAULT_PORT}" if bare else address


def _tls(tls: Tls) -> grpc.ChannelCredentials:
    """Trusts the system's roots, or those of a PEM file."""
    if tls is True or tls is None:
        return grpc.ssl_channel_credentials()
    with open(os.fspath(str(tls)), "rb") as file:
        return grpc.ssl_channel_credentials(root_certificates=file.read())


def _options(target: str) -> List[Tuple[str, Any]]:
    options: List[Tuple[str, Any]] = [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        # Finds connections that died without a word, while calls are open.
        # Servers close connections that are pinged much more often.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 0),
        # By default gRPC comes to wait two minutes between two attempts.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 1_000),
        ("grpc.max_reconnect_backoff_ms", 3_000),
        ("grpc.primary_user_agent", "paperwire-python"),
    ]
    host = target.rpartition(":")[0].strip("[]")
    if host in ("localhost", "::1") or host.startswith("127."):
        # A proxy for the web does not know this machine's own servers.
        options.append(("grpc.enable_http_proxy", 0))
    return options


def backoff(failures: int, longest: float) -> float:
    """Returns the pause in seconds after so many failures (1 or more).

    Exponential with full spread above a half, so that a thousand clients of a
    server that restarts do not come back in step.
    """
    pause = min(longest, 0.1 * 2.0 ** min(failures - 1, 16))
    return pause * random.uniform(0.5, 1.0)


def call_timeout(timeout: Optional[float], default: float) -> float:
    """Returns the timeout of a call in seconds.

    Raises:
        ValueError: It is not above 0.
    """
    seconds = default if timeout is None else timeout
    if not seconds > 0:
        raise ValueError(f"timeout: {seconds} is not above 0")
    return min(seconds, 1e6)  # gRPC does not know infinity


def timed_out(address: str) -> DeadlineExceeded:
    """Returns the error for an answer that did not come in time."""
    return DeadlineExceeded(
        f"no answer from {address} in time; give a longer timeout=",
        code=grpc.StatusCode.DEADLINE_EXCEEDED,
    )


def closed() -> Cancelled:
    """Returns the error for a call of a client that was closed."""
    return Cancelled(
        "the client is closed; make another", code=grpc.StatusCode.CANCELLED
    )


def worth_repeating(error: grpc.RpcError, is_closed: bool) -> bool:
    """Returns whether a call that failed may go through the next time.

    A call that meets a server that is about to stop is dropped without a
    word from it, which gRPC reports as CANCELLED.

    Args:
        error: How it failed.
        is_closed: Whether this client was closed, and so dropped it itself.
    """
    code = error.code()
    return code is grpc.StatusCode.UNAVAILABLE or (
        code is grpc.StatusCode.CANCELLED
        and not is_closed
        and not came_from_server(error)
    )


# What gRPC itself says of a connection that broke.
_BROKEN = (
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED,
)
_MAX_BROKEN = 5


class Patience:
    """Decides whether a stream that broke is opened again, and when.

    Args:
        address: For messages.
        first: How often to try again as long as it never worked.
        outage: For how many seconds to try after it worked; None for ever.
        longest: The longest pause between two attempts, in seconds.
    """

    def __init__(
        self,
        address: str,
        first: int,
        outage: Optional[float],
        longest: float,
    ) -> None:
        self._address = address
        self._first = first
        self._outage = outage
        self._longest = longest
        self._ever = False
        self._failures = 0
        self._since = 0.0

    def worked(self) -> None:
        """Something came."""
        self._ever = True
        self._failures = 0

    def lost(self, error: Optional[grpc.RpcError]) -> float:
        """Returns how long to wait before the next attempt, in seconds.

        Args:
            error: Why the stream ended; None if it ended in good order, as
                it does when a server is stopped.

        Raises:
            PaperwireError: There is no point in trying again.
        """
        if self._failures == 0:
            self._since = time.monotonic()
        self._failures += 1
        failure = self._failure(error)
        if not self._worth_retrying(error):
            raise failure from error
        if not self._ever and self._failures > self._first:
            raise failure from error
        lasted = time.monotonic() - self._since
        if self._outage is not None and lasted > self._outage:
            raise failure from error
        return backoff(self._failures, self._longest)

    def _worth_retrying(self, error: Optional[grpc.RpcError]) -> bool:
        code = error.code() if error is not None else None
        if error is None or code is grpc.StatusCode.UNAVAILABLE:
            return True
        return (
            code in _BROKEN
            and not came_from_server(error)
            and self._failures <= _MAX_BROKEN
        )

    def _failure(self, error: Optional[grpc.RpcError]) -> PaperwireError:
        if error is None:
            return Unavailable(
                f"{self._address} ends the stream again and again",
                code=grpc.StatusCode.UNAVAILABLE,
            )
        return from_rpc_error(error, self._address)
