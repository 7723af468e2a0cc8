"""SubscriptionService.Watch."""

from __future__ import annotations

from typing import Any, Iterator, List, Optional, Tuple

from paperwire.v1 import subscription_pb2
from paperwire.v1 import subscription_service_pb2 as pb

from .deliveries import deliveries, explain, of_standing, to_match
from .failures import Code, Failure, status_of
from .sharing import Sharing
from .state import Entry, Standing
from .tokens import make_token, mark_of, read_token


class Watching(Sharing):
    async def Watch(self, request: Any, context: Any) -> Any:
        await self.begin("Watch", context)
        server = self.server
        try:
            standing = None
            if request.subscription:
                standing = self.standing(request.subscription)
            mark = standing.mark if standing else mark_of(request.query)
            server.matcher(request.query)
            at, reset = self._start_of(request, mark, standing)
        except Failure as failure:
            await failure.abort(context)
        if request.share_group:
            async for event in self.watch_shared(
                request, context, standing, at
            ):
                yield event
            return
        if reset:
            yield pb.WatchResponse(
                reset=pb.WatchReset(
                    reason=pb.WatchReset.REASON_JOURNAL_ROLLED_BACK,
                    resume_token=make_token(mark, at),
                    sequence=at,
                )
            )
        sent, caught_up = 0, False
        while True:
            if standing and standing.deleted:
                status = status_of(Code.NOT_FOUND, "it was deleted")
                await Failure(status).abort(context)
            paused = standing is not None and _paused(standing)
            last = at if paused else server.sequence
            for batch in self._batches(request, standing, at, last):
                room = self._room(sent)
                if room is not None and room < len(batch):
                    batch = batch[:room]
                matches = [
                    to_match(e, v, make_token(mark, e.sequence))
                    for e, v in batch
                ]
                if request.explain:
                    for match in matches:
                        explain(request.query, match)
                sent += len(matches)
                if matches:
                    server.events.append(len(matches))
                    yield _event(request, matches)
                if sent == server.break_watches_after:
                    await context.abort(Code.UNAVAILABLE, "ordered: cut off")
                if sent == server.end_watches_after:
                    return
            at = last
            token = make_token(mark, at)
            if caught_up or paused:
                yield self.progress(token, at)
            else:
                yield pb.WatchResponse(
                    caught_up=pb.WatchCaughtUp(resume_token=token, sequence=at)
                )
                caught_up = True
            if paused or at == server.sequence:
                await server.wait()

    def standing(self, name: str) -> Standing:
        found = self.server.subscriptions.get(name)
        if found is None:
            raise Failure(status_of(Code.NOT_FOUND, f"no {name!r}"))
        return found

    def _room(self, sent: int) -> Optional[int]:
        """How many matches may still come before an ordered cut."""
        cuts = (self.server.break_watches_after, self.server.end_watches_after)
        return min(
            (cut - sent for cut in cuts if cut is not None), default=None
        )

    def _batches(
        self, request: Any, standing: Optional[Standing], at: int, last: int
    ) -> Iterator[List[Tuple[Entry, bool]]]:
        """What comes after a place, up to another one."""
        if standing:
            found = of_standing(self.server, standing)
        else:
            queries = [(0, request.query)]
            found = list(deliveries(self.server, queries, 0))
        found = [d for d in found if at < d[0].sequence <= last]
        size = 1 if self.server.never_batches else request.max_batch_size or 1
        for first in range(0, len(found), size):
            yield found[first : first + size]

    def _start_of(
        self, request: Any, mark: str, standing: Optional[Standing]
    ) -> Tuple[int, bool]:
        """Behind which sequence to start, and whether that is a reset."""
        server = self.server
        start = request.WhichOneof("start")
        places = pb.WatchRequest
        if start == "resume_token":
            at = read_token(request.resume_token, mark)
            if at < server.oldest_sequence:
                raise Failure(
                    status_of(
                        Code.OUT_OF_RANGE,
                        "resume_token: is older than the journal",
                        "TOKEN_TOO_OLD",
                        oldest_token=make_token(mark, server.oldest_sequence),
                    )
                )
            return min(at, server.sequence), at > server.sequence
        first = standing.created if standing else 0
        if start == "start_time":
            since = request.start_time.ToMicroseconds()
            old = [
                e.sequence
                for e in server.journal
                if e.time.timestamp() * 1e6 < since
            ]
            return max(old, default=first), False
        if request.position == places.POSITION_BEGINNING:
            return first, False
        if standing and request.position in (
            places.POSITION_CURSOR,
            places.POSITION_UNSPECIFIED,
        ):
            return standing.cursor, False
        return server.sequence, False


def _paused(standing: Standing) -> bool:
    states = subscription_pb2.Subscription
    return bool(standing.proto.state == states.STATE_PAUSED)


def _event(request: Any, matches: List[pb.WatchMatch]) -> pb.WatchResponse:
    if request.max_batch_size > 1 and len(matches) > 1:
        return pb.WatchResponse(matches=pb.WatchMatches(matches=matches))
    return pb.WatchResponse(match=matches[0])
