"""Papers to come, and those that would have: the methods of both clients."""

from __future__ import annotations

import functools
import weakref
from typing import Any, Callable, Dict, Optional, Union

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._blocking import Calls
from paperwire._channel import timed_out
from paperwire._convert import Span, Time
from paperwire._following import watch_patience
from paperwire._leases import Told
from paperwire._places import (
    AsyncCommittedPlace,
    AsyncPlace,
    AsyncStoredPlace,
    CommittedPlace,
    Place,
    StoredPlace,
)
from paperwire._requests import Fields
from paperwire._shared_core import SharedCore
from paperwire._sharing import AsyncSharedPlace, SharedPlace
from paperwire._watch_core import Reset, WatchCore
from paperwire._watch_requests import (
    commits_itself,
    cursor_key,
    leases_of,
    share,
    told_requests,
    watch_request,
)
from paperwire.backtest import Backtest, backtest_request
from paperwire.cursors import CursorStore
from paperwire.query import AnyQuery
from paperwire.shared import AsyncSharedWatch, SharedWatch
from paperwire.subscriptions import AnySubscription
from paperwire.trending_watch import AsyncTrendingWatch, TrendingWatch
from paperwire.v1 import subscription_service_pb2 as pb
from paperwire.watch import AsyncWatch, Watch

# Events of a watch that are fetched ahead, each of up to 100 matches.
_AHEAD = 4
# Of a share group, whose matches are held from the moment they come: all.
_SHARED_AHEAD = 2000


class WatchMethods:
    """What `Client` is told of papers to come."""

    _calls: Calls
    _watches: weakref.WeakSet[Union[Watch, TrendingWatch]]
    _places: weakref.WeakSet[Place]

    def watch(
        self,
        query: AnyQuery = "",
        *,
        subscription: Optional[AnySubscription] = None,
        start: Optional[Time] = None,
        token: Optional[str] = None,
        cursor_store: Optional[CursorStore] = None,
        key: Optional[str] = None,
        commit: Optional[bool] = None,
        until_caught_up: bool = False,
        on_reset: Optional[Callable[[Reset], None]] = None,
        highlights: bool = True,
        fields: Fields = None,
        explain: bool = False,
        share_group: Optional[str] = None,
        lease: Optional[Span] = None,
        max_leased: Optional[int] = None,
        auto_ack: bool = True,
        timeout: Optional[float] = None,
    ) -> Watch:
        """Waits for papers that start to match a query or a subscription.

            for match in client.watch("sparse autoencoders"):
                print(match.paper.title)
            client.watch(subscription="kites").show()

        When this returns, the server has taken the watch's place: what is
        stored from then on comes. A connection that breaks is made anew, for
        as long as it takes, and goes on where it was; no match comes twice.

        The server keeps the place of a subscription: a match is committed
        when the loop comes back for the next one, in the background, at most
        once a second or every 100 matches, and at the loop's end. Started
        again, even after a kill, the watch misses nothing; what was worked on
        in the second before a kill may come again.

        With `share_group` several watches of one subscription, in as many
        programs as there are, split its matches among them:

            for match in client.watch(subscription="kites", share_group="w"):
                work_on(match.paper)

        Each match goes to one of them, who holds it for the time of a lease.
        It is acknowledged when the loop comes back for the next one, in the
        background, and its lease is extended for as long as the loop works on
        it. Whatever ends the loop (an exception in its body, `break`, a kill)
        gives the match in hand, and those that are fetched ahead, to the
        other members. So each match is dealt with at least once, in general
        not in order. With `auto_ack=False` you say `match.ack()`,
        `match.release()` and `match.extend()` yourself, from any thread.

        A source of papers that turns late, by what is usual for it, is said
        once by a `LateSourceWarning`; see `watch.late_sources`.

        Args:
            query: What to watch for; its full matches come.
            subscription: What the server keeps standing, to be watched
                instead: its name, its id, or a `Subscription`.
            start: "now", "beginning" (all that is stored, or noted for the
                subscription; then what comes), "cursor" (what the
                subscription has not committed), or a time: what was stored
                since. None: now; the cursor of a subscription.
            token: Go on behind this token of an earlier watch of the same
                query or subscription (`match.token`); `start` does not count
                then.
            cursor_store: Keeps the place: the token of a match is stored
                when the loop comes back for the next one. If it holds a
                token, `start` and `token` do not count. Nothing is committed
                to the server then.
            key: The watch's key in the store. None: made of the query or the
                subscription.
            commit: Whether to commit to the server. False: only
                `watch.commit()` and `client.subscriptions.commit` do. None:
                yes, if a subscription is watched without a store, and from
                its cursor or the beginning, so that nothing is passed over.
            until_caught_up: End when everything stored so far has come.
            on_reset: Is told when the server's data was put back to an older
                state. None: a `ResetWarning`.
            highlights: Return where the words stand.
            fields: Which fields of the papers to return.
            explain: Say in `match.reasons` why each paper matches.
            share_group: The name of those who share the matches of the
                subscription (1 to 63 lower-case letters, digits and hyphens).
                `start` counts for the first of them only, who makes the
                group; from then on it has a place of its own.
            lease: Of a share group: how long a match is held without a word,
                in seconds or as a `timedelta`, 1 second to 1 hour. None: 60
                seconds.
            max_leased: Of a share group: the most matches held here at a
                time, 1 to 1,000. Few, where each takes long: what is fetched
                ahead waits here while others may be idle. None: 100.
            auto_ack: Of a share group: whether going on acknowledges, and
                what is in work is extended.
            timeout: End the loop after so many seconds without a match; a
                new loop over the same watch goes on. None: never.

        Raises:
            InvalidQuery: The query cannot be parsed.
            InvalidArgument: The token is not one of this query and server,
                or the name is none for a share group.
            NotFound: There is no such subscription.
            CursorTooOld: The journal no longer reaches back to the token, or
                to the cursor.
            Unavailable: There is no server.
            ValueError: Arguments that do not go together.
        """
        request = watch_request(
            query, subscription, start, token, fields, highlights, explain
        )
        kept = commit is not None or cursor_store is not None
        shared = share(request, share_group, lease, max_leased, kept)
        automatic = commits_itself(request, commit, cursor_store is not None)
        address = self._calls.endpoint.target
        core = _core_options(
            self._calls, until_caught_up=until_caught_up, on_reset=on_reset
        )
        options: Dict[str, Any] = {
            "timeout": timeout,
            "open_timeout": self._calls.timeout,
            "timed_out": lambda: timed_out(address),
        }
        watch: Watch
        if shared:
            watch = self._share(request, auto_ack, core, options)
        else:
            place = Place()
            if cursor_store is not None:
                place = StoredPlace(cursor_store, cursor_key(request, key))
            elif request.subscription:
                place = CommittedPlace(
                    functools.partial(
                        _commit, self._calls, request.subscription
                    ),
                    automatic,
                )
                self._places.add(place)
            watch = Watch(
                WatchCore(request, **core),
                lambda r: self._calls.stream(_rpc.WATCH, r, _AHEAD),
                place=place,
                **options,
            )
        self._watches.add(watch)
        return watch

    def _share(
        self,
        request: pb.WatchRequest,
        auto_ack: bool,
        core: Dict[str, Any],
        options: Dict[str, Any],
    ) -> SharedWatch:
        leases = leases_of(request, auto_ack)
        place = SharedPlace(
            leases, functools.partial(_acknowledge, self._calls, request)
        )
        self._places.add(place)
        return SharedWatch(
            SharedCore(request, leases, **core),
            lambda r, on_item: self._calls.stream(
                _rpc.WATCH, r, _SHARED_AHEAD, on_item
            ),
            place=place,
            leases=leases,
            **options,
        )

    def backtest(
        self,
        query: AnyQuery,
        *,
        days: Optional[float] = None,
        since: Optional[Time] = None,
        until: Optional[Time] = None,
        news: str = "papers",
        samples: int = 10,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Backtest:
        """Says what a query would have delivered, had it been left standing.

            client.backtest("sparse autoencoders", days=90)

        What counts is when the server stored a paper, not when it was
        published: a collection that was imported in one day stands on that
        day.

        Args:
            query: What would be asked.
            days: The span: so many days before its end.
            since: Or: the span's first instant. Neither: 30 days.
            until: The first instant after it. None: now.
            news: What would count as news: "papers" or "versions"; see
                `client.subscriptions.create`.
            samples: How many of the newest matches to return, 0 to 100.
            fields: Which fields of their papers to return.
            timeout: Seconds that the call may take.

        Raises:
            InvalidQuery: The query cannot be parsed.
            HistoryTooShort: The journal no longer holds the beginning of the
                span.
            DeadlineExceeded: It takes longer than the timeout.
            ValueError: A number or a time that there is not, or `days` and
                `since`.
        """
        request = backtest_request(
            query, days, since, until, news, samples, fields
        )
        answer = self._calls.unary(_rpc.PREVIEW_SUBSCRIPTION, request, timeout)
        return Backtest.from_proto(request, answer, samples)


class AsyncWatchMethods:
    """What `AsyncClient` is told of papers to come."""

    _calls: AsyncCalls
    _watches: weakref.WeakSet[Union[AsyncWatch, AsyncTrendingWatch]]
    _places: weakref.WeakSet[AsyncPlace]

    def watch(
        self,
        query: AnyQuery = "",
        *,
        subscription: Optional[AnySubscription] = None,
        start: Optional[Time] = None,
        token: Optional[str] = None,
        cursor_store: Any = None,
        key: Optional[str] = None,
        commit: Optional[bool] = None,
        until_caught_up: bool = False,
        on_reset: Optional[Callable[[Reset], None]] = None,
        highlights: bool = True,
        fields: Fields = None,
        explain: bool = False,
        share_group: Optional[str] = None,
        lease: Optional[Span] = None,
        max_leased: Optional[int] = None,
        auto_ack: bool = True,
        timeout: Optional[float] = None,
    ) -> AsyncWatch:
        """Waits for papers, by `async for`; as `Client.watch`.

        The first `async for` or `async with` takes the watch's place. The
        methods of `cursor_store` may be asynchronous; blocking ones are
        called in a thread.
        """
        request = watch_request(
            query, subscription, start, token, fields, highlights, explain
        )
        kept = commit is not None or cursor_store is not None
        shared = share(request, share_group, lease, max_leased, kept)
        automatic = commits_itself(request, commit, cursor_store is not None)
        address = self._calls.endpoint.target
        core = _core_options(
            self._calls, until_caught_up=until_caught_up, on_reset=on_reset
        )
        options: Dict[str, Any] = {
            "timeout": timeout,
            "open_timeout": self._calls.timeout,
            "timed_out": lambda: timed_out(address),
        }
        watch: AsyncWatch
        if shared:
            watch = self._share(request, auto_ack, core, options)
        else:
            place = AsyncPlace()
            if cursor_store is not None:
                place = AsyncStoredPlace(cursor_store, cursor_key(request, key))
            elif request.subscription:
                place = AsyncCommittedPlace(
                    functools.partial(
                        _async_commit, self._calls, request.subscription
                    ),
                    automatic,
                )
                self._places.add(place)
            watch = AsyncWatch(
                WatchCore(request, **core),
                lambda r: self._calls.stream(_rpc.WATCH, r),
                place=place,
                **options,
            )
        self._watches.add(watch)
        return watch

    def _share(
        self,
        request: pb.WatchRequest,
        auto_ack: bool,
        core: Dict[str, Any],
        options: Dict[str, Any],
    ) -> AsyncSharedWatch:
        leases = leases_of(request, auto_ack)
        place = AsyncSharedPlace(
            leases, functools.partial(_async_acknowledge, self._calls, request)
        )
        self._places.add(place)
        return AsyncSharedWatch(
            SharedCore(request, leases, **core),
            lambda r, on_item: self._calls.stream(_rpc.WATCH, r, on_item),
            place=place,
            leases=leases,
            **options,
        )

    async def backtest(
        self,
        query: AnyQuery,
        *,
        days: Optional[float] = None,
        since: Optional[Time] = None,
        until: Optional[Time] = None,
        news: str = "papers",
        samples: int = 10,
        fields: Fields = None,
        timeout: Optional[float] = None,
    ) -> Backtest:
        """Says what a query would have delivered; as `Client.backtest`."""
        request = backtest_request(
            query, days, since, until, news, samples, fields
        )
        answer = await self._calls.unary(
            _rpc.PREVIEW_SUBSCRIPTION, request, timeout
        )
        return Backtest.from_proto(request, answer, samples)


def _commit(
    calls: Calls, name: str, token: str, timeout: Optional[float]
) -> None:
    request = pb.CommitCursorRequest(name=name, resume_token=token)
    calls.unary(_rpc.COMMIT_CURSOR, request, timeout)


async def _async_commit(
    calls: AsyncCalls, name: str, token: str, timeout: Optional[float]
) -> None:
    request = pb.CommitCursorRequest(name=name, resume_token=token)
    await calls.unary(_rpc.COMMIT_CURSOR, request, timeout)


def _acknowledge(
    calls: Calls, request: pb.WatchRequest, told: Told, timeout: Optional[float]
) -> None:
    for call in told_requests(request, told):
        calls.unary(_rpc.ACKNOWLEDGE_MATCHES, call, timeout)


async def _async_acknowledge(
    calls: AsyncCalls,
    request: pb.WatchRequest,
    told: Told,
    timeout: Optional[float],
) -> None:
    for call in told_requests(request, told):
        await calls.unary(_rpc.ACKNOWLEDGE_MATCHES, call, timeout)


def _core_options(
    calls: Union[Calls, AsyncCalls], **options: Any
) -> Dict[str, Any]:
    return {"patience": watch_patience(calls), **options}
