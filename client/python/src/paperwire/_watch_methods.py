"""Papers to come, and those that would have: the methods of both clients."""

from __future__ import annotations

import functools
import weakref
from typing import Any, Callable, Optional

from paperwire import _rpc
from paperwire._asyncio import AsyncCalls
from paperwire._blocking import Calls
from paperwire._channel import LONGEST_WATCH_PAUSE, Patience, timed_out
from paperwire._convert import Time
from paperwire._places import (
    AsyncCommittedPlace,
    AsyncPlace,
    AsyncStoredPlace,
    CommittedPlace,
    Place,
    StoredPlace,
)
from paperwire._requests import Fields
from paperwire._streams import Reader
from paperwire._watch_core import Reset, WatchCore
from paperwire._watch_requests import (
    commits_itself,
    cursor_key,
    watch_request,
)
from paperwire.backtest import Backtest, backtest_request
from paperwire.cursors import CursorStore
from paperwire.query import AnyQuery
from paperwire.subscriptions import AnySubscription
from paperwire.v1 import subscription_service_pb2 as pb
from paperwire.watch import AsyncWatch, Watch

# Events of a watch that are fetched ahead, each of up to 100 matches.
_AHEAD = 4


class WatchMethods:
    """What `Client` is told of papers to come."""

    _calls: Calls
    _watches: weakref.WeakSet[Watch]
    _places: weakref.WeakSet[CommittedPlace]

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
            timeout: End the loop after so many seconds without a match; a
                new loop over the same watch goes on. None: never.

        Raises:
            InvalidQuery: The query cannot be parsed.
            InvalidArgument: The token is not one of this query and server.
            NotFound: There is no such subscription.
            CursorTooOld: The journal no longer reaches back to the token.
            Unavailable: There is no server.
            ValueError: Arguments that do not go together.
        """
        request = watch_request(
            query, subscription, start, token, fields, highlights
        )
        automatic = commits_itself(request, commit, cursor_store is not None)
        place = Place()
        if cursor_store is not None:
            place = StoredPlace(cursor_store, cursor_key(request, key))
        elif request.subscription:
            place = CommittedPlace(
                functools.partial(_commit, self._calls, request.subscription),
                automatic,
            )
            self._places.add(place)

        def connect(request: pb.WatchRequest) -> Reader[pb.WatchResponse]:
            return self._calls.stream(_rpc.WATCH, request, _AHEAD)

        address = self._calls.endpoint.target
        watch = Watch(
            WatchCore(
                request,
                until_caught_up=until_caught_up,
                on_reset=on_reset,
                patience=Patience(
                    address, self._calls.retries, None, LONGEST_WATCH_PAUSE
                ),
            ),
            connect,
            place=place,
            timeout=timeout,
            open_timeout=self._calls.timeout,
            timed_out=lambda: timed_out(address),
        )
        self._watches.add(watch)
        return watch

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
    _watches: weakref.WeakSet[AsyncWatch]
    _places: weakref.WeakSet[AsyncCommittedPlace]

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
        timeout: Optional[float] = None,
    ) -> AsyncWatch:
        """Waits for papers, by `async for`; as `Client.watch`.

        The first `async for` or `async with` takes the watch's place. The
        methods of `cursor_store` may be asynchronous; blocking ones are
        called in a thread.
        """
        request = watch_request(
            query, subscription, start, token, fields, highlights
        )
        automatic = commits_itself(request, commit, cursor_store is not None)
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
        address = self._calls.endpoint.target
        watch = AsyncWatch(
            WatchCore(
                request,
                until_caught_up=until_caught_up,
                on_reset=on_reset,
                patience=Patience(
                    address, self._calls.retries, None, LONGEST_WATCH_PAUSE
                ),
            ),
            lambda request: self._calls.stream(_rpc.WATCH, request),
            place=place,
            timeout=timeout,
            open_timeout=self._calls.timeout,
            timed_out=lambda: timed_out(address),
        )
        self._watches.add(watch)
        return watch

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
