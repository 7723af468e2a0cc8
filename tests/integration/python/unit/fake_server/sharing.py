"""Share groups: who holds which match of a subscription."""

from __future__ import annotations

import collections
import time
from typing import Any, Dict, List, Set, Tuple

from paperwire.v1 import subscription_pb2
from paperwire.v1 import subscription_service_pb2 as pb

from .deliveries import of_standing, to_match
from .failures import Code, Failure, status_of
from .service import Service
from .state import Entry, Standing


class Group:
    """Members that share the matches behind a sequence number."""

    def __init__(self, name: str, start: int) -> None:
        self.name = name
        self.start = start
        self.lease = 0.0  # in seconds, as the last member asked
        self.deleted = False
        self.done: Set[int] = set()
        self.held: Dict[int, Tuple[object, float]] = {}  # by whom, until when
        self.attempts: collections.Counter[int] = collections.Counter()
        self.members: List[object] = []

    def take(
        self, server: Any, standing: Standing, member: object, request: Any
    ) -> List[Tuple[Entry, bool]]:
        now = time.monotonic()
        self.lease = request.lease_duration.ToTimedelta().total_seconds()
        for sequence, (_, until) in list(self.held.items()):
            if until <= now:
                del self.held[sequence]
        mine = sum(holder is member for holder, _ in self.held.values())
        room = min(request.max_leased_count - mine, request.max_batch_size or 1)
        free = [
            delivery
            for delivery in of_standing(server, standing)
            if delivery[0].sequence > self.start
            and delivery[0].sequence not in self.done
            and delivery[0].sequence not in self.held
        ][: max(0, room)]
        for entry, _ in free:
            self.held[entry.sequence] = (member, now + self.lease)
            self.attempts[entry.sequence] += 1
        return free

    def proto(self) -> subscription_pb2.ShareGroup:
        return subscription_pb2.ShareGroup(
            name=self.name,
            sequence=self.start,
            leased_count=len(self.held),
            watcher_count=len(self.members),
        )


class Sharing(Service):
    async def watch_shared(
        self, request: Any, context: Any, standing: Standing, at: int
    ) -> Any:
        server = self.server
        group = standing.groups.setdefault(
            request.share_group, Group(request.share_group, at)
        )
        lease = request.lease_duration.ToTimedelta()
        member = object()
        group.members.append(member)
        sent, caught_up = 0, False
        try:
            yield self.progress("", at)
            while True:
                if standing.deleted or group.deleted:
                    status = status_of(Code.NOT_FOUND, "it was deleted")
                    await Failure(status).abort(context)
                taken = group.take(server, standing, member, request)
                if taken:
                    matches = []
                    for entry, version in taken:
                        match = to_match(entry, version, "")
                        match.delivery_attempt = group.attempts[entry.sequence]
                        match.lease_expire_time.GetCurrentTime()
                        match.lease_expire_time.FromDatetime(
                            match.lease_expire_time.ToDatetime() + lease
                        )
                        matches.append(match)
                    server.events.append(len(matches))
                    sent += len(matches)
                    if request.max_batch_size > 1:
                        many = pb.WatchMatches(matches=matches)
                        yield pb.WatchResponse(matches=many)
                    else:
                        yield pb.WatchResponse(match=matches[0])
                    cut = server.break_watches_after
                    if cut is not None and sent >= cut:
                        await context.abort(Code.UNAVAILABLE, "ordered")
                    continue
                mine = [h for h, _ in group.held.values() if h is member]
                if not caught_up and len(mine) < request.max_leased_count:
                    caught_up = True
                    yield pb.WatchResponse(caught_up=pb.WatchCaughtUp())
                else:
                    yield self.progress("", at)
                await server.wait()
        finally:
            group.members.remove(member)
            for sequence, (holder, _) in list(group.held.items()):
                if holder is member:
                    del group.held[sequence]
            await server.notify()

    def progress(self, token: str, at: int) -> pb.WatchResponse:
        return pb.WatchResponse(
            progress=pb.WatchProgress(
                resume_token=token,
                sequence=at,
                journal_sequence=self.server.sequence,
                sources=self.server.sources,
            )
        )

    def group_of(self, standing: Standing, name: str) -> Group:
        if name not in standing.groups:
            raise Failure(
                status_of(
                    Code.NOT_FOUND,
                    f"there is no share group {name!r}",
                    "SHARE_GROUP_NOT_FOUND",
                )
            )
        found: Group = standing.groups[name]
        return found

    def acknowledge(self, group: Group, request: Any) -> None:
        now = time.monotonic()
        self.server.acknowledgements.append((now, request))
        for sequence in request.extended_sequences:
            if sequence in group.held:
                holder, _ = group.held[sequence]
                group.held[sequence] = (holder, now + group.lease)
                self.server.extended[sequence] += 1
        for sequence in request.released_sequences:
            group.held.pop(sequence, None)
        for sequence in request.sequences:
            group.held.pop(sequence, None)
            group.done.add(sequence)
