"""Errors, retries and timeouts."""

from __future__ import annotations

import time

import grpc
import pytest

import paperwire
from fake_server import FakeServer, status_of
from invented import make_papers
from paperwire.errors import from_status

Code = grpc.StatusCode


def test_invalid_query_has_field_and_position(
    client: paperwire.Client,
) -> None:
    with pytest.raises(paperwire.InvalidQuery) as caught:
        client.search('sparse "open')
    error = caught.value
    assert error.position == 7
    assert error.field == "query.text"
    assert error.reason == "INVALID_QUERY"
    assert error.code is Code.INVALID_ARGUMENT
    assert "not closed" in str(error)
    assert isinstance(error, paperwire.InvalidArgument)
    with pytest.raises(paperwire.InvalidQuery):
        client.export('"open')
    with pytest.raises(paperwire.InvalidQuery):
        client.watch('"open')


def test_expired_page_tokens(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(30))
    results = client.search("sparse", page_size=10)
    server.expire_page_tokens = True
    with pytest.raises(paperwire.PageTokenExpired, match="search again"):
        results.all()
    assert len(results.loaded) == 10


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (Code.NOT_FOUND, paperwire.NotFound),
        (Code.DEADLINE_EXCEEDED, paperwire.DeadlineExceeded),
        (Code.RESOURCE_EXHAUSTED, paperwire.ResourceExhausted),
        (Code.FAILED_PRECONDITION, paperwire.FailedPrecondition),
        (Code.ABORTED, paperwire.Aborted),
        (Code.OUT_OF_RANGE, paperwire.OutOfRange),
        (Code.UNAUTHENTICATED, paperwire.PermissionDenied),
        (Code.UNIMPLEMENTED, paperwire.Unimplemented),
        (Code.INTERNAL, paperwire.PaperwireError),
    ],
)
def test_codes_without_details(
    server: FakeServer,
    client: paperwire.Client,
    code: grpc.StatusCode,
    kind: type,
) -> None:
    server.failures["GetPaper"] = [code]
    with pytest.raises(paperwire.PaperwireError) as caught:
        client.get("papers/p1")
    assert type(caught.value) is kind
    assert caught.value.code is code
    assert server.calls["GetPaper"] == 1


def test_details_that_are_broken_are_left_aside() -> None:
    status = status_of(Code.NOT_FOUND, "no such paper")
    status.details[0].value = b"\xff\xff\xff"
    status.details.add(type_url="type.googleapis.com/unknown.Type", value=b"x")
    error = from_status(status)
    assert isinstance(error, paperwire.NotFound)
    assert str(error) == "no such paper"


def test_a_call_that_meets_a_stopping_server_is_repeated(
    client: paperwire.Client, server: FakeServer
) -> None:
    """gRPC drops such a call, and calls it cancelled."""
    server.store(*make_papers(1))
    server.failures["GetPaper"] = [Code.CANCELLED] * 2
    assert client.get("papers/p1").title == "Sparse Study 0"
    assert not server.failures["GetPaper"]


def test_unavailable_is_tried_again(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(1))
    server.failures["GetPaper"] = [Code.UNAVAILABLE] * 3
    assert client.get("papers/p1").title == "Sparse Study 0"
    assert server.calls["GetPaper"] == 4


def test_what_is_not_safe_is_not_tried_again(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(1))
    server.failures["DeletePaper"] = [Code.UNAVAILABLE]
    with pytest.raises(paperwire.Unavailable):
        client.delete("papers/p1")
    server.failures["SplitPaper"] = [Code.UNAVAILABLE]
    with pytest.raises(paperwire.Unavailable):
        client.split("papers/p1", 1)
    server.failures["DeletePaper"] = [Code.UNAVAILABLE]
    client.delete("papers/p1", allow_missing=True)


def test_no_server_says_where(unused_address: str) -> None:
    started = time.monotonic()
    client = paperwire.Client(unused_address, retries=2)
    with client, pytest.raises(paperwire.Unavailable) as caught:
        client.search("x")
    assert unused_address in str(caught.value)
    assert "Is it running?" in str(caught.value)
    assert time.monotonic() - started < 5


def test_timeout(server: FakeServer, client: paperwire.Client) -> None:
    server.delay = 1.0
    started = time.monotonic()
    with pytest.raises(paperwire.DeadlineExceeded, match="timeout="):
        client.search("x", timeout=0.2)
    with pytest.raises(paperwire.DeadlineExceeded):
        client.export("x", timeout=0.2)
    with pytest.raises(paperwire.DeadlineExceeded):
        client.import_papers(make_papers(1), timeout=0.2)
    assert time.monotonic() - started < 2


def test_server_comes_back(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(1))
    assert client.search("sparse").total == 1
    server.restart()
    assert client.search("sparse").total == 1


def test_metadata_goes_along(server: FakeServer) -> None:
    headers = {"Authorization": "Bearer x"}
    with paperwire.Client(server.address, metadata=headers) as client:
        client.search("x")
        assert server.metadata["authorization"] == "Bearer x"
        client.watch("x").stop()
        assert server.metadata["authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (None, "localhost:7227"),
        ("host", "host:7227"),
        ("host:80", "host:80"),
        ("https://host", "host:7227"),
        ("http://host:1/", "host:1"),
        ("::1", "[::1]:7227"),
        ("[::1]:5", "[::1]:5"),
        ("unix:/tmp/socket", "unix:/tmp/socket"),
    ],
)
def test_addresses(
    address: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAPERWIRE_ADDRESS", raising=False)
    with paperwire.Client(address) as client:
        assert client.address == target
    monkeypatch.setenv("PAPERWIRE_ADDRESS", "elsewhere:1")
    if address is None:
        with paperwire.Client() as client:
            assert client.address == "elsewhere:1"
    with pytest.raises(ValueError, match="address"):
        paperwire.Client(" ")
