"""Paperwire: search research papers, and be told of new ones.

    import paperwire

    client = paperwire.Client()
    client.search("sparse autoencoders", has="code").to_pandas()
    client.subscriptions.create("sparse autoencoders", id="sparse")
    for match in client.watch(subscription="sparse"):
        print(match.paper.title)

`Client` blocks; `AsyncClient` has the same methods for asyncio. Everything
that goes wrong is a `PaperwireError`.
"""

from importlib.metadata import version as _version

from paperwire import webhooks
from paperwire._digest_methods import AsyncDigests, Digests
from paperwire._info import Change, ServerInfo, ServerStats
from paperwire._subscription_methods import AsyncSubscriptions, Subscriptions
from paperwire.aio import AsyncClient
from paperwire.backtest import Backtest, DayCount
from paperwire.client import Client
from paperwire.cursors import CursorStore, FileCursorStore, MemoryCursorStore
from paperwire.days import AsyncDayList, DayList, FeaturedDay
from paperwire.deliveries import (
    AsyncDeliveryList,
    DeliveryList,
    Webhook,
    WebhookDelivery,
    WebhookStatus,
)
from paperwire.digests import (
    AsyncDigestList,
    Digest,
    DigestBoard,
    DigestList,
    DigestSchedule,
)
from paperwire.errors import (
    Aborted,
    AlreadyExists,
    Cancelled,
    CursorTooOld,
    DataLoss,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    HistoryTooShort,
    InvalidArgument,
    InvalidQuery,
    NotFound,
    OutOfRange,
    PageTokenExpired,
    PaperwireError,
    PermissionDenied,
    QueryTooBroad,
    ResourceExhausted,
    Unavailable,
    Unimplemented,
    from_rpc_error,
)
from paperwire.exporting import AsyncExport, Export
from paperwire.freshness import LateSourceWarning, SourceList, SourceStats
from paperwire.importing import ImportProgress, ImportReport, Rejection
from paperwire.mails import (
    AsyncIssueList,
    DigestIssue,
    IssueList,
    MailPreview,
    MailReport,
)
from paperwire.matches import Match, Reason
from paperwire.papers import Paper
from paperwire.query import Query
from paperwire.reporting import ReportResult
from paperwire.results import (
    AsyncPaperList,
    AsyncResults,
    Explanation,
    Facet,
    Highlight,
    Hit,
    PaperList,
    Results,
    Similar,
)
from paperwire.rise import Rise, RisePoint
from paperwire.shared import AsyncSharedWatch, SharedWatch
from paperwire.subscriptions import (
    AsyncSubscriptionList,
    Cursor,
    ShareGroup,
    Subscription,
    SubscriptionList,
)
from paperwire.suggesting import (
    Rewrite,
    Suggestion,
    Suggestions,
    WordChange,
)
from paperwire.suppressions import (
    AsyncSuppressionList,
    Suppression,
    SuppressionList,
)
from paperwire.trending import Trending, TrendingPaper
from paperwire.trending_watch import (
    AsyncTrendingWatch,
    TrendingEvent,
    TrendingLeave,
    TrendingMove,
    TrendingWatch,
)
from paperwire.voting import VoteResult
from paperwire.watch import (
    AsyncWatch,
    CommitWarning,
    Reset,
    ResetWarning,
    Watch,
)

__version__ = _version("paperwire")

__all__ = [
    "Client",
    "AsyncClient",
    "Query",
    "Paper",
    "Results",
    "AsyncResults",
    "Hit",
    "Highlight",
    "Explanation",
    "Facet",
    "Similar",
    "Suggestion",
    "Suggestions",
    "Rewrite",
    "WordChange",
    "PaperList",
    "AsyncPaperList",
    "Trending",
    "TrendingPaper",
    "TrendingWatch",
    "AsyncTrendingWatch",
    "TrendingEvent",
    "TrendingLeave",
    "TrendingMove",
    "VoteResult",
    "ReportResult",
    "Rise",
    "RisePoint",
    "FeaturedDay",
    "DayList",
    "AsyncDayList",
    "Export",
    "AsyncExport",
    "ImportReport",
    "ImportProgress",
    "Rejection",
    "Watch",
    "AsyncWatch",
    "SharedWatch",
    "AsyncSharedWatch",
    "Match",
    "Reason",
    "Reset",
    "ResetWarning",
    "CommitWarning",
    "LateSourceWarning",
    "Subscriptions",
    "AsyncSubscriptions",
    "Subscription",
    "SubscriptionList",
    "AsyncSubscriptionList",
    "Cursor",
    "ShareGroup",
    "Webhook",
    "WebhookStatus",
    "WebhookDelivery",
    "DeliveryList",
    "AsyncDeliveryList",
    "webhooks",
    "Digests",
    "AsyncDigests",
    "Digest",
    "DigestBoard",
    "DigestSchedule",
    "DigestList",
    "AsyncDigestList",
    "MailPreview",
    "MailReport",
    "DigestIssue",
    "IssueList",
    "AsyncIssueList",
    "Suppression",
    "SuppressionList",
    "AsyncSuppressionList",
    "Backtest",
    "DayCount",
    "CursorStore",
    "FileCursorStore",
    "MemoryCursorStore",
    "Change",
    "ServerInfo",
    "ServerStats",
    "SourceStats",
    "SourceList",
    "PaperwireError",
    "NotFound",
    "InvalidArgument",
    "InvalidQuery",
    "FailedPrecondition",
    "PageTokenExpired",
    "OutOfRange",
    "CursorTooOld",
    "HistoryTooShort",
    "Unavailable",
    "DeadlineExceeded",
    "ResourceExhausted",
    "QueryTooBroad",
    "Aborted",
    "AlreadyExists",
    "PermissionDenied",
    "Unimplemented",
    "Cancelled",
    "DataLoss",
    "FieldViolation",
    "from_rpc_error",
    "__version__",
]
