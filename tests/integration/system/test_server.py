"""The server as operators see it: health, reflection, drain, rebuild."""

from __future__ import annotations

import signal
import threading
import time

import grpc
import pytest
from conftest import PATIENCE, Server, command

import paperwire
from paperwire.v1 import (
    query_pb2,
    subscription_service_pb2,
    subscription_service_pb2_grpc,
)


def raw_unary(channel, method):
    return channel.unary_unary(method, request_serializer=lambda b: b,
                               response_deserializer=lambda b: b)


def test_health(server):
    with grpc.insecure_channel(server.address) as channel:
        check = raw_unary(channel, "/grpc.health.v1.Health/Check")
        # HealthCheckResponse.status = SERVING
        assert check(b"") == b"\x08\x01"


def test_health_of_a_part_is_not_known(server):
    with grpc.insecure_channel(server.address) as channel:
        check = raw_unary(channel, "/grpc.health.v1.Health/Check")
        # HealthCheckRequest.service = "x"
        with pytest.raises(grpc.RpcError) as error:
            check(b"\x0a\x01x")
        assert error.value.code() is grpc.StatusCode.NOT_FOUND


def test_who_watches_health_learns_of_the_drain(server):
    with grpc.insecure_channel(server.address) as channel:
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            request_serializer=lambda b: b, response_deserializer=lambda b: b)
        unknown = watch(b"\x0a\x01x", timeout=PATIENCE)
        assert next(unknown) == b"\x08\x03"
        states = watch(b"", timeout=PATIENCE)
        assert next(states) == b"\x08\x01"
        server.process.send_signal(signal.SIGTERM)
        assert next(states) == b"\x08\x02"


def test_reflection_lists_the_services(server):
    with grpc.insecure_channel(server.address) as channel:
        info = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            request_serializer=lambda b: b, response_deserializer=lambda b: b)
        # ServerReflectionRequest.list_services = "*"
        answer = next(info(iter([b"\x3a\x01*"])))
    for service in ("PaperService", "SearchService", "SubscriptionService",
                    "ServerService"):
        assert f"paperwire.v1.{service}".encode() in answer


def test_drain_ends_streams_with_a_token(server, client):
    client.import_papers([{"title": "Narrow neck"}], progress=False)
    channel = grpc.insecure_channel(server.address)
    stub = subscription_service_pb2_grpc.SubscriptionServiceStub(channel)
    events = []
    codes = []

    def follow() -> None:
        try:
            for event in stub.Watch(subscription_service_pb2.WatchRequest(
                    query=query_pb2.Query(text="neck"))):
                events.append(event)
        except grpc.RpcError as error:
            codes.append(error)

    thread = threading.Thread(target=follow)
    thread.start()
    while len(events) < 2:  # progress and caught_up
        time.sleep(0.01)
    start = time.monotonic()
    server.stop()  # SIGTERM; asserts the exit status
    assert time.monotonic() - start < 5 * PATIENCE
    thread.join(5)
    channel.close()
    assert events[-1].HasField("progress")
    assert codes[0].code() == grpc.StatusCode.UNAVAILABLE
    assert "Connect again" in codes[0].details()
    # The token is good after the restart.
    server.start()
    with server.client() as again:
        again.import_papers([{"title": "Another neck"}], progress=False)
        found = [m.paper.title for m in again.watch(
            "neck", token=events[-1].progress.resume_token,
            until_caught_up=True)]
    assert found == ["Another neck"]


def test_an_import_under_way_is_finished_by_a_drain(server):
    """What was acknowledged under SIGTERM is there after the restart."""
    with server.client() as client:
        report = []

        def send() -> None:
            try:
                report.append(client.import_papers(
                    ({"title": f"Drained neck {i}"} for i in range(20000)),
                    batch_size=200, progress=False))
            except paperwire.PaperwireError as error:
                report.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60 * PATIENCE) == 0
        server.start()
        thread.join(120 * PATIENCE)  # the client goes on by itself
        assert report and not isinstance(report[0], Exception), report
        assert report[0].created == 20000
        assert client.search("drained neck", strict=True,
                             limit=1).total == 20000


def test_a_damaged_index_is_made_again(server, tmp_path):
    with server.client() as client:
        client.import_papers([{"title": f"Narrow neck {i}"}
                              for i in range(3000)], progress=False)
    server.stop()
    damaged = 0
    for path in server.data.glob("index-*/*"):
        if path.is_file() and path.stat().st_size > 200:
            blob = bytearray(path.read_bytes())
            blob[len(blob) // 2] ^= 0xff
            path.write_bytes(blob)
            damaged += 1
    assert damaged > 0
    server.start()
    with server.client() as client:
        assert client.search("neck", strict=True, limit=1).total == 3000
    log = server.log.read_text()
    assert "damaged" in log, log


def test_rebuild(server):
    with server.client() as client:
        client.import_papers([{"title": f"Narrow neck {i}"}
                              for i in range(300)], progress=False)
    server.stop()
    server.flags = ("--rebuild",)
    server.start()
    with server.client() as client:
        assert client.search("neck", strict=True, limit=1).total == 300


@pytest.mark.parametrize("flags, part", [
    (["--nonsense"], "no flag --nonsense"),
    (["--threads", "many"], "whole number"),
    (["--heartbeat", "1h"], "--heartbeat"),
    (["data"], "not a flag"),
])
def test_flags(tmp_path, flags, part):
    server = Server(tmp_path, *flags)
    process = server.spawn()
    assert process.wait(30) == 2
    assert part in server.log.read_text()


def test_status_by_the_command(server):
    assert "paperwired" in command(server, "status").stdout
