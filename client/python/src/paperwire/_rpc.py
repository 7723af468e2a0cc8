"""The contract's methods as typed values.

The generated stubs carry no types, and exist once for each kind of channel.
This table is what both clients call by:

    call = channel.unary_unary(GET_PAPER.path, GET_PAPER.encode, ...)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, Type, TypeVar

from google.protobuf import empty_pb2
from google.protobuf.message import Message

from paperwire.v1 import digest_pb2 as digest
from paperwire.v1 import digest_service_pb2 as digests
from paperwire.v1 import paper_pb2 as paper
from paperwire.v1 import paper_service_pb2 as papers
from paperwire.v1 import search_service_pb2 as search
from paperwire.v1 import server_service_pb2 as server
from paperwire.v1 import subscription_pb2 as subscription
from paperwire.v1 import subscription_service_pb2 as subscriptions
from paperwire.v1 import trending_service_pb2 as trending
from paperwire.v1 import webhook_pb2 as webhook

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


@dataclass(frozen=True)
class Method(Generic[Request, Response]):
    """One method: where it is, and what goes in and comes out."""

    path: str
    request: Type[Request]
    response: Type[Response]

    @staticmethod
    def encode(message: Any) -> bytes:
        """Returns the request's bytes."""
        data: bytes = message.SerializeToString()
        return data

    @property
    def decode(self) -> Callable[[bytes], Response]:
        """What makes the response of its bytes."""
        return self.response.FromString


def _method(
    service: str, name: str, request: Type[Request], response: Type[Response]
) -> Method[Request, Response]:
    return Method(f"/paperwire.v1.{service}/{name}", request, response)


GET_PAPER = _method(
    "PaperService", "GetPaper", papers.GetPaperRequest, paper.Paper
)
BATCH_GET_PAPERS = _method(
    "PaperService",
    "BatchGetPapers",
    papers.BatchGetPapersRequest,
    papers.BatchGetPapersResponse,
)
LIST_PAPERS = _method(
    "PaperService",
    "ListPapers",
    papers.ListPapersRequest,
    papers.ListPapersResponse,
)
IMPORT_PAPERS = _method(
    "PaperService",
    "ImportPapers",
    papers.ImportPapersRequest,
    papers.ImportPapersResponse,
)
DELETE_PAPER = _method(
    "PaperService", "DeletePaper", papers.DeletePaperRequest, empty_pb2.Empty
)
LIST_PAPER_CHANGES = _method(
    "PaperService",
    "ListPaperChanges",
    papers.ListPaperChangesRequest,
    papers.ListPaperChangesResponse,
)
SPLIT_PAPER = _method(
    "PaperService",
    "SplitPaper",
    papers.SplitPaperRequest,
    papers.SplitPaperResponse,
)
SEARCH = _method(
    "SearchService", "Search", search.SearchRequest, search.SearchResponse
)
SEARCH_BATCH = _method(
    "SearchService",
    "SearchBatch",
    search.SearchBatchRequest,
    search.SearchBatchResponse,
)
EXPORT_PAPERS = _method(
    "SearchService",
    "ExportPapers",
    search.ExportPapersRequest,
    search.ExportPapersResponse,
)
SEARCH_SIMILAR_PAPERS = _method(
    "SearchService",
    "SearchSimilarPapers",
    search.SearchSimilarPapersRequest,
    search.SearchSimilarPapersResponse,
)
SUGGEST = _method(
    "SearchService", "Suggest", search.SuggestRequest, search.SuggestResponse
)
CREATE_SUBSCRIPTION = _method(
    "SubscriptionService",
    "CreateSubscription",
    subscriptions.CreateSubscriptionRequest,
    subscription.Subscription,
)
GET_SUBSCRIPTION = _method(
    "SubscriptionService",
    "GetSubscription",
    subscriptions.GetSubscriptionRequest,
    subscription.Subscription,
)
LIST_SUBSCRIPTIONS = _method(
    "SubscriptionService",
    "ListSubscriptions",
    subscriptions.ListSubscriptionsRequest,
    subscriptions.ListSubscriptionsResponse,
)
UPDATE_SUBSCRIPTION = _method(
    "SubscriptionService",
    "UpdateSubscription",
    subscriptions.UpdateSubscriptionRequest,
    subscription.Subscription,
)
DELETE_SUBSCRIPTION = _method(
    "SubscriptionService",
    "DeleteSubscription",
    subscriptions.DeleteSubscriptionRequest,
    empty_pb2.Empty,
)
PAUSE_SUBSCRIPTION = _method(
    "SubscriptionService",
    "PauseSubscription",
    subscriptions.PauseSubscriptionRequest,
    subscription.Subscription,
)
RESUME_SUBSCRIPTION = _method(
    "SubscriptionService",
    "ResumeSubscription",
    subscriptions.ResumeSubscriptionRequest,
    subscription.Subscription,
)
COMMIT_CURSOR = _method(
    "SubscriptionService",
    "CommitCursor",
    subscriptions.CommitCursorRequest,
    subscriptions.CommitCursorResponse,
)
ACKNOWLEDGE_MATCHES = _method(
    "SubscriptionService",
    "AcknowledgeMatches",
    subscriptions.AcknowledgeMatchesRequest,
    subscriptions.AcknowledgeMatchesResponse,
)
DELETE_SHARE_GROUP = _method(
    "SubscriptionService",
    "DeleteShareGroup",
    subscriptions.DeleteShareGroupRequest,
    empty_pb2.Empty,
)
LIST_WEBHOOK_DELIVERIES = _method(
    "SubscriptionService",
    "ListWebhookDeliveries",
    subscriptions.ListWebhookDeliveriesRequest,
    subscriptions.ListWebhookDeliveriesResponse,
)
RETRY_WEBHOOK_DELIVERY = _method(
    "SubscriptionService",
    "RetryWebhookDelivery",
    subscriptions.RetryWebhookDeliveryRequest,
    webhook.WebhookDelivery,
)
PREVIEW_SUBSCRIPTION = _method(
    "SubscriptionService",
    "PreviewSubscription",
    subscriptions.PreviewSubscriptionRequest,
    subscriptions.PreviewSubscriptionResponse,
)
WATCH = _method(
    "SubscriptionService",
    "Watch",
    subscriptions.WatchRequest,
    subscriptions.WatchResponse,
)
VOTE_PAPER = _method(
    "TrendingService",
    "VotePaper",
    trending.VotePaperRequest,
    trending.VotePaperResponse,
)
WATCH_TRENDING = _method(
    "TrendingService",
    "WatchTrending",
    trending.WatchTrendingRequest,
    trending.WatchTrendingResponse,
)
LIST_TRENDING = _method(
    "TrendingService",
    "ListTrending",
    trending.ListTrendingRequest,
    trending.ListTrendingResponse,
)
LIST_DAYS = _method(
    "TrendingService",
    "ListDays",
    trending.ListDaysRequest,
    trending.ListDaysResponse,
)
CREATE_DIGEST = _method(
    "DigestService",
    "CreateDigest",
    digests.CreateDigestRequest,
    digest.Digest,
)
GET_DIGEST = _method(
    "DigestService",
    "GetDigest",
    digests.GetDigestRequest,
    digest.Digest,
)
LIST_DIGESTS = _method(
    "DigestService",
    "ListDigests",
    digests.ListDigestsRequest,
    digests.ListDigestsResponse,
)
UPDATE_DIGEST = _method(
    "DigestService",
    "UpdateDigest",
    digests.UpdateDigestRequest,
    digest.Digest,
)
DELETE_DIGEST = _method(
    "DigestService",
    "DeleteDigest",
    digests.DeleteDigestRequest,
    empty_pb2.Empty,
)
PAUSE_DIGEST = _method(
    "DigestService",
    "PauseDigest",
    digests.PauseDigestRequest,
    digest.Digest,
)
RESUME_DIGEST = _method(
    "DigestService",
    "ResumeDigest",
    digests.ResumeDigestRequest,
    digest.Digest,
)
REQUEST_DIGEST_CONFIRMATION = _method(
    "DigestService",
    "RequestDigestConfirmation",
    digests.RequestDigestConfirmationRequest,
    digest.Digest,
)
CONFIRM_DIGEST = _method(
    "DigestService",
    "ConfirmDigest",
    digests.ConfirmDigestRequest,
    digest.Digest,
)
PREVIEW_DIGEST = _method(
    "DigestService",
    "PreviewDigest",
    digests.PreviewDigestRequest,
    digests.PreviewDigestResponse,
)
LIST_DIGEST_ISSUES = _method(
    "DigestService",
    "ListDigestIssues",
    digests.ListDigestIssuesRequest,
    digests.ListDigestIssuesResponse,
)
REPORT_MAIL = _method(
    "DigestService",
    "ReportMail",
    digests.ReportMailRequest,
    digests.ReportMailResponse,
)
LIST_SUPPRESSIONS = _method(
    "DigestService",
    "ListSuppressions",
    digests.ListSuppressionsRequest,
    digests.ListSuppressionsResponse,
)
CREATE_SUPPRESSION = _method(
    "DigestService",
    "CreateSuppression",
    digests.CreateSuppressionRequest,
    digest.Suppression,
)
DELETE_SUPPRESSION = _method(
    "DigestService",
    "DeleteSuppression",
    digests.DeleteSuppressionRequest,
    empty_pb2.Empty,
)
GET_SERVER_INFO = _method(
    "ServerService",
    "GetServerInfo",
    server.GetServerInfoRequest,
    server.GetServerInfoResponse,
)
GET_SERVER_STATS = _method(
    "ServerService",
    "GetServerStats",
    server.GetServerStatsRequest,
    server.GetServerStatsResponse,
)

# grpc.health.v1 is two fields in all: read and written by hand, it needs no
# further dependency.
HEALTH_PATH = "/grpc.health.v1.Health/Check"
_HEALTH = {0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"}


def health_request(service: str) -> bytes:
    """Returns a `HealthCheckRequest` (field 1: the service's name)."""
    name = service.encode()
    if len(name) > 127:
        raise ValueError(f"service: {len(name)} bytes are too long for a name")
    return b"\x0a" + bytes([len(name)]) + name if name else b""


def health_status(response: bytes) -> str:
    """Returns the word for a `HealthCheckResponse` (field 1: an enum)."""
    value = response[1] if response[:1] == b"\x08" and len(response) > 1 else 0
    return _HEALTH.get(value, "UNKNOWN")
