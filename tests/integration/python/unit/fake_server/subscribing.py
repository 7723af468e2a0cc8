"""SubscriptionService: the subscriptions themselves, and previews."""

from __future__ import annotations

import collections
import re
import time
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from google.protobuf import empty_pb2

from paperwire.v1 import subscription_pb2, subscription_service_pb2_grpc
from paperwire.v1 import subscription_service_pb2 as pb

from .deliveries import deliveries, of_standing, to_match
from .failures import Code, Failure, status_of
from .hooks import check_webhook, keep_secret, list_deliveries, retry
from .state import Standing
from .tokens import make_token, read_token
from .watching import Watching

_ID = re.compile("[a-z0-9-]{1,63}")
_STATES = subscription_pb2.Subscription


def _failing(method: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a handler of a method that raises `Failure`."""

    async def handler(self: Any, request: Any, context: Any) -> Any:
        await self.begin(method.__name__, context)
        try:
            answer = method(self, request)
        except Failure as failure:
            await failure.abort(context)
        await self.server.notify()
        return answer

    return handler


def _wrong(field: str, what: str) -> Failure:
    message = f"{field}: {what}"
    return Failure(status_of(Code.INVALID_ARGUMENT, message, "INVALID", field))


class SubscriptionService(
    Watching, subscription_service_pb2_grpc.SubscriptionServiceServicer
):
    @_failing
    def CreateSubscription(self, request: Any) -> Any:
        server = self.server
        if request.request_id in server.creations:
            name = server.creations[request.request_id]
            return self._shown(self.standing(name))
        number = len(server.subscriptions) + 1
        id_ = request.subscription_id or f"made-up-{number}"
        if not _ID.fullmatch(id_):
            raise _wrong("subscription_id", f"{id_!r} is no id")
        name = f"{request.parent}/subscriptions/{id_}"
        if name in server.subscriptions:
            message = f"subscription_id: {name} is there already"
            raise Failure(status_of(Code.ALREADY_EXISTS, message))
        self._check(request.subscription)
        check_webhook(request.subscription)
        proto = _STATES()
        proto.CopyFrom(request.subscription)
        proto.name = name
        proto.state = _STATES.STATE_ACTIVE
        proto.news = proto.news or subscription_pb2.NEWS_PAPERS
        proto.create_time.GetCurrentTime()
        standing = Standing(proto, server.sequence)
        server.subscriptions[name] = standing
        server.creations[request.request_id] = name
        return self._changed(standing)

    @_failing
    def GetSubscription(self, request: Any) -> Any:
        return self._shown(self.standing(request.name))

    @_failing
    def ListSubscriptions(self, request: Any) -> Any:
        found = [
            standing
            for name, standing in sorted(self.server.subscriptions.items())
            if name.startswith(f"{request.parent}/subscriptions/")
            and request.labels.items() <= standing.proto.labels.items()
        ]
        at, size = int(request.page_token or 0), request.page_size or 50
        more = at + size < len(found)
        return pb.ListSubscriptionsResponse(
            subscriptions=[self._shown(s) for s in found[at : at + size]],
            next_page_token=str(at + size) if more else "",
        )

    @_failing
    def UpdateSubscription(self, request: Any) -> Any:
        given = request.subscription
        standing = self._unchanged(given.name, given.etag)
        self._check(given, "query" in request.update_mask.paths)
        if "webhook" in request.update_mask.paths:
            check_webhook(given, standing.secret)
        for path in request.update_mask.paths:
            standing.proto.ClearField(path)
        given = _STATES.FromString(given.SerializeToString())
        for descriptor, _ in given.ListFields():
            if descriptor.name not in request.update_mask.paths:
                given.ClearField(descriptor.name)
        standing.proto.MergeFrom(given)
        if "query" in request.update_mask.paths:
            standing.queries.append((self.server.sequence, given.query))
        return self._changed(standing)

    @_failing
    def DeleteSubscription(self, request: Any) -> Any:
        missing = request.name not in self.server.subscriptions
        if not (missing and request.allow_missing):
            self._unchanged(request.name, request.etag).deleted = True
            del self.server.subscriptions[request.name]
        return empty_pb2.Empty()

    @_failing
    def PauseSubscription(self, request: Any) -> Any:
        return self._set_state(request, _STATES.STATE_PAUSED)

    @_failing
    def ResumeSubscription(self, request: Any) -> Any:
        return self._set_state(request, _STATES.STATE_ACTIVE)

    @_failing
    def CommitCursor(self, request: Any) -> Any:
        standing = self.standing(request.name)
        sequence = read_token(request.resume_token, standing.mark)
        if sequence > self.server.sequence:
            raise _wrong("resume_token", "is ahead of the journal")
        self.server.commits.append((time.monotonic(), sequence))
        if sequence > standing.cursor:
            standing.cursor = sequence
        standing.proto.cursor.commit_time.GetCurrentTime()
        return pb.CommitCursorResponse(cursor=self._shown(standing).cursor)

    @_failing
    def AcknowledgeMatches(self, request: Any) -> Any:
        group = self.group_of(self.standing(request.name), request.share_group)
        if any(s > self.server.sequence for s in request.sequences):
            raise _wrong("sequences", "is ahead of the journal")
        self.acknowledge(group, request)
        return pb.AcknowledgeMatchesResponse(share_group=group.proto())

    @_failing
    def DeleteShareGroup(self, request: Any) -> Any:
        standing = self.standing(request.name)
        self.group_of(standing, request.share_group).deleted = True
        del standing.groups[request.share_group]
        return empty_pb2.Empty()

    @_failing
    def ListWebhookDeliveries(self, request: Any) -> Any:
        return list_deliveries(self.standing(request.name), request)

    @_failing
    def RetryWebhookDelivery(self, request: Any) -> Any:
        return retry(self.standing(request.name), request)

    @_failing
    def PreviewSubscription(self, request: Any) -> Any:
        server = self.server
        if request.sample_size < 0:
            raise _wrong("sample_size", "is negative")
        end = datetime.now(timezone.utc)
        if request.span.HasField("end_time"):
            end = request.span.end_time.ToDatetime(timezone.utc)
        start = end - timedelta(days=30)
        if request.span.HasField("start_time"):
            start = request.span.start_time.ToDatetime(timezone.utc)
        if start > end:
            raise _wrong("span", "ends before it starts")
        if server.oldest_time is not None and start < server.oldest_time:
            raise Failure(
                status_of(
                    Code.OUT_OF_RANGE,
                    "span: begins before the journal does",
                    "HISTORY_TOO_SHORT",
                    "span",
                )
            )
        found = [
            delivery
            for delivery in deliveries(
                server, [(0, request.query)], request.news
            )
            if start <= delivery[0].time < end
        ]
        counts = collections.Counter(e.time.date() for e, _ in found)
        response = pb.PreviewSubscriptionResponse(
            total_match_count=len(found), sequence=server.sequence
        )
        response.span.start_time.FromDatetime(start)
        response.span.end_time.FromDatetime(end)
        day = start.date()
        while day <= end.date():
            response.days.add(date=day.isoformat(), match_count=counts[day])
            day += timedelta(days=1)
        for entry, version in found[::-1][: request.sample_size or 10]:
            response.samples.append(to_match(entry, version, ""))
        return response

    def _check(self, proto: Any, query: bool = True) -> None:
        if query and not proto.HasField("query"):
            raise _wrong("subscription.query", "is not set")
        self.server.matcher(proto.query)
        if proto.query.text == "*":
            message = "query: nothing narrows it down"
            raise Failure(
                status_of(Code.RESOURCE_EXHAUSTED, message, "QUERY_TOO_BROAD")
            )
        for key in proto.labels:
            if not _ID.fullmatch(key.replace("_", "-")):
                raise _wrong("subscription.labels", f"{key!r} is no key")

    def _unchanged(self, name: str, etag: str) -> Standing:
        standing = self.standing(name)
        if etag and etag != standing.proto.etag:
            message = "etag: the subscription has changed; read it again"
            raise Failure(status_of(Code.ABORTED, message, "ETAG_MISMATCH"))
        return standing

    def _set_state(self, request: Any, state: Any) -> Any:
        standing = self._unchanged(request.name, request.etag)
        if standing.proto.state == state:
            return self._shown(standing)
        standing.proto.state = state
        return self._changed(standing)

    def _changed(self, standing: Standing) -> Any:
        proto = standing.proto
        proto.etag = f"e{int(proto.etag[1:] or 0) + 1}"
        proto.update_time.GetCurrentTime()
        return self._shown(standing)

    def _shown(self, standing: Standing) -> Any:
        """The resource, with what is counted when it is read."""
        keep_secret(standing)
        proto = standing.proto
        del proto.share_groups[:]
        proto.share_groups.extend(g.proto() for g in standing.groups.values())
        proto.cursor.sequence = standing.cursor
        proto.cursor.resume_token = make_token(standing.mark, standing.cursor)
        noted = of_standing(self.server, standing)
        pending = sum(e.sequence > standing.cursor for e, _ in noted)
        proto.pending_count = min(pending, 1000)
        return proto
