"""The raw calls of standing queries, as system tests make them."""

from __future__ import annotations

import queue
import threading
import time

import grpc
from conftest import PATIENCE
from google.protobuf import field_mask_pb2
from google.rpc import error_details_pb2, status_pb2

from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    paper_service_pb2_grpc,
    query_pb2,
    search_service_pb2_grpc,
    server_service_pb2_grpc,
    subscription_pb2,
    subscription_service_pb2,
    subscription_service_pb2_grpc,
)

LOCAL = "users/local"
pb = subscription_service_pb2


def name_of(subscription_id: str) -> str:
    return f"{LOCAL}/subscriptions/{subscription_id}"


def query(text: str) -> query_pb2.Query:
    return query_pb2.Query(text=text)


def detail_of(error: grpc.RpcError, message):
    """The detail of this kind that came with the error, in `message`."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Unpack(message):
                    return message
    return message


def info_of(error: grpc.RpcError) -> error_details_pb2.ErrorInfo:
    return detail_of(error, error_details_pb2.ErrorInfo())


def reason_of(error: grpc.RpcError) -> str:
    return info_of(error).reason


def field_of(error: grpc.RpcError) -> str:
    """The field that is wrong."""
    bad = detail_of(error, error_details_pb2.BadRequest())
    return bad.field_violations[0].field if bad.field_violations else ""


class Wire:
    """The stubs of one server, and a stream of its own for imports."""

    def __init__(self, server) -> None:
        self.channel = grpc.insecure_channel(server.address)
        self.subscriptions = (
            subscription_service_pb2_grpc.SubscriptionServiceStub(self.channel))
        self.papers = paper_service_pb2_grpc.PaperServiceStub(self.channel)
        self.searches = search_service_pb2_grpc.SearchServiceStub(self.channel)
        self.servers = server_service_pb2_grpc.ServerServiceStub(self.channel)

    def create(self, subscription_id: str, text: str, **fields):
        return self.subscriptions.CreateSubscription(
            pb.CreateSubscriptionRequest(
                parent=LOCAL, subscription_id=subscription_id,
                subscription=subscription_pb2.Subscription(
                    query=query(text), **fields)))

    def import_papers(self, *papers, source: str = "test"):
        """Each a title or a Paper; returns the verdicts."""
        items = [paper_service_pb2.ImportItem(
            paper=paper_pb2.Paper(title=p) if isinstance(p, str) else p)
            for p in papers]
        request = paper_service_pb2.ImportPapersRequest(
            source=source, items=items)
        return next(iter(self.papers.ImportPapers(iter([request])))).verdicts

    def get(self, subscription_id: str):
        return self.subscriptions.GetSubscription(
            pb.GetSubscriptionRequest(name=name_of(subscription_id)))

    def commit(self, subscription_id: str, token: str):
        return self.subscriptions.CommitCursor(pb.CommitCursorRequest(
            name=name_of(subscription_id), resume_token=token)).cursor

    def update(self, paths: list[str], **fields):
        return self.subscriptions.UpdateSubscription(
            pb.UpdateSubscriptionRequest(
                subscription=subscription_pb2.Subscription(**fields),
                update_mask=field_mask_pb2.FieldMask(paths=paths)))

    def read(self, subscription_id: str, **start) -> list[pb.WatchMatch]:
        """What a watch gives until it has caught up."""
        stream = self.subscriptions.Watch(pb.WatchRequest(
            subscription=name_of(subscription_id), **start))
        matches = []
        for event in stream:
            if event.HasField("match"):
                matches.append(event.match)
            matches.extend(event.matches.matches)
            if event.HasField("caught_up"):
                stream.cancel()
                return matches
        raise AssertionError("the stream ended before it had caught up")

    def titles(self, subscription_id: str, **start) -> list[str]:
        return [m.paper.title for m in self.read(subscription_id, **start)]


class Following:
    """A watch on a thread of its own; with `wait`, that has caught up."""

    def __init__(self, wire: Wire, wait: bool = True, **request) -> None:
        self.stream = wire.subscriptions.Watch(pb.WatchRequest(**request))
        self.events: queue.Queue = queue.Queue()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        if wait:
            self.until("caught_up")

    def run(self) -> None:
        try:
            for event in self.stream:
                self.events.put(event)
        except grpc.RpcError as error:
            self.events.put(error)

    def until(self, kind: str):
        """The next event of this kind; progress in between is passed over."""
        while True:
            event = self.events.get(timeout=20 * PATIENCE)
            if isinstance(event, grpc.RpcError):
                assert kind == "error", event
                return event
            if event.WhichOneof("event") == kind:
                return getattr(event, kind)
            assert event.WhichOneof("event") == "progress", event

    def nothing_for(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                event = self.events.get(timeout=max(
                    0.01, deadline - time.monotonic()))
            except queue.Empty:
                return True
            if (isinstance(event, grpc.RpcError)
                    or event.WhichOneof("event") != "progress"):
                return False
        return True
