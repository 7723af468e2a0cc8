#include "client/cpp/client/client.h"

#include <iterator>
#include <utility>

#include "client/cpp/client/call.h"
#include "client/cpp/client/connection.h"

namespace paperwire {
Client::Client(const ClientOptions& options)
    : timeout_(options.timeout),
      connection_(std::make_shared<Connection>(options.address)) {}

Client::~Client() = default;

absl::StatusOr<v1::Paper> Client::GetPaper(const v1::GetPaperRequest& request) {
  return Call<v1::Paper>(connection_->papers, &v1::PaperService::Stub::GetPaper,
                         request, timeout_);
}

absl::StatusOr<v1::BatchGetPapersResponse> Client::BatchGetPapers(
    const v1::BatchGetPapersRequest& request) {
  return Call<v1::BatchGetPapersResponse>(
      connection_->papers, &v1::PaperService::Stub::BatchGetPapers, request,
      timeout_);
}

absl::StatusOr<v1::ListPapersResponse> Client::ListPapers(
    const v1::ListPapersRequest& request) {
  return Call<v1::ListPapersResponse>(connection_->papers,
                                      &v1::PaperService::Stub::ListPapers,
                                      request, timeout_);
}

absl::Status Client::DeletePaper(const v1::DeletePaperRequest& request) {
  return Call<google::protobuf::Empty>(connection_->papers,
                                       &v1::PaperService::Stub::DeletePaper,
                                       request, timeout_)
      .status();
}

absl::StatusOr<v1::ListPaperChangesResponse> Client::ListPaperChanges(
    const v1::ListPaperChangesRequest& request) {
  return Call<v1::ListPaperChangesResponse>(
      connection_->papers, &v1::PaperService::Stub::ListPaperChanges, request,
      timeout_);
}

absl::StatusOr<v1::SplitPaperResponse> Client::SplitPaper(
    const v1::SplitPaperRequest& request) {
  return Call<v1::SplitPaperResponse>(connection_->papers,
                                      &v1::PaperService::Stub::SplitPaper,
                                      request, timeout_);
}

absl::StatusOr<v1::SearchResponse> Client::Search(
    const v1::SearchRequest& request) {
  return Call<v1::SearchResponse>(
      connection_->search, &v1::SearchService::Stub::Search, request, timeout_);
}

absl::StatusOr<v1::SearchBatchResponse> Client::SearchBatch(
    const v1::SearchBatchRequest& request) {
  return Call<v1::SearchBatchResponse>(connection_->search,
                                       &v1::SearchService::Stub::SearchBatch,
                                       request, timeout_);
}

absl::StatusOr<v1::SearchSimilarPapersResponse> Client::SearchSimilarPapers(
    const v1::SearchSimilarPapersRequest& request) {
  return Call<v1::SearchSimilarPapersResponse>(
      connection_->search, &v1::SearchService::Stub::SearchSimilarPapers,
      request, timeout_);
}

absl::StatusOr<v1::SuggestResponse> Client::Suggest(
    const v1::SuggestRequest& request) {
  return Call<v1::SuggestResponse>(connection_->search,
                                   &v1::SearchService::Stub::Suggest, request,
                                   timeout_);
}

absl::StatusOr<v1::VotePaperResponse> Client::VotePaper(
    const v1::VotePaperRequest& request) {
  return Call<v1::VotePaperResponse>(connection_->trending,
                                     &v1::TrendingService::Stub::VotePaper,
                                     request, timeout_);
}

absl::StatusOr<v1::ListTrendingResponse> Client::ListTrending(
    const v1::ListTrendingRequest& request) {
  return Call<v1::ListTrendingResponse>(
      connection_->trending, &v1::TrendingService::Stub::ListTrending, request,
      timeout_);
}

absl::StatusOr<v1::ListDaysResponse> Client::ListDays(
    const v1::ListDaysRequest& request) {
  return Call<v1::ListDaysResponse>(connection_->trending,
                                    &v1::TrendingService::Stub::ListDays,
                                    request, timeout_);
}

absl::StatusOr<v1::Subscription> Client::CreateSubscription(
    const v1::CreateSubscriptionRequest& request) {
  return Call<v1::Subscription>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::CreateSubscription, request, timeout_);
}

absl::StatusOr<v1::Subscription> Client::GetSubscription(
    const v1::GetSubscriptionRequest& request) {
  return Call<v1::Subscription>(connection_->subscriptions,
                                &v1::SubscriptionService::Stub::GetSubscription,
                                request, timeout_);
}

absl::StatusOr<std::vector<v1::Subscription>> Client::ListSubscriptions(
    v1::ListSubscriptionsRequest request) {
  std::vector<v1::Subscription> all;
  do {
    absl::StatusOr<v1::ListSubscriptionsResponse> page =
        Call<v1::ListSubscriptionsResponse>(
            connection_->subscriptions,
            &v1::SubscriptionService::Stub::ListSubscriptions, request,
            timeout_);
    if (!page.ok()) return page.status();
    all.insert(all.end(),
               std::make_move_iterator(page->mutable_subscriptions()->begin()),
               std::make_move_iterator(page->mutable_subscriptions()->end()));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<v1::Subscription> Client::UpdateSubscription(
    const v1::UpdateSubscriptionRequest& request) {
  return Call<v1::Subscription>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::UpdateSubscription, request, timeout_);
}

absl::Status Client::DeleteSubscription(
    const v1::DeleteSubscriptionRequest& request) {
  return Call<google::protobuf::Empty>(
             connection_->subscriptions,
             &v1::SubscriptionService::Stub::DeleteSubscription, request,
             timeout_)
      .status();
}

absl::StatusOr<v1::Subscription> Client::PauseSubscription(
    const v1::PauseSubscriptionRequest& request) {
  return Call<v1::Subscription>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::PauseSubscription, request, timeout_);
}

absl::StatusOr<v1::Subscription> Client::ResumeSubscription(
    const v1::ResumeSubscriptionRequest& request) {
  return Call<v1::Subscription>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::ResumeSubscription, request, timeout_);
}

absl::StatusOr<v1::CommitCursorResponse> Client::CommitCursor(
    const v1::CommitCursorRequest& request) {
  return Call<v1::CommitCursorResponse>(
      connection_->subscriptions, &v1::SubscriptionService::Stub::CommitCursor,
      request, timeout_);
}

absl::StatusOr<v1::AcknowledgeMatchesResponse> Client::AcknowledgeMatches(
    const v1::AcknowledgeMatchesRequest& request) {
  return Call<v1::AcknowledgeMatchesResponse>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::AcknowledgeMatches, request, timeout_);
}

absl::Status Client::DeleteShareGroup(
    const v1::DeleteShareGroupRequest& request) {
  return Call<google::protobuf::Empty>(
             connection_->subscriptions,
             &v1::SubscriptionService::Stub::DeleteShareGroup, request,
             timeout_)
      .status();
}

absl::StatusOr<v1::ListWebhookDeliveriesResponse> Client::ListWebhookDeliveries(
    const v1::ListWebhookDeliveriesRequest& request) {
  return Call<v1::ListWebhookDeliveriesResponse>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::ListWebhookDeliveries, request, timeout_);
}

absl::StatusOr<v1::WebhookDelivery> Client::RetryWebhookDelivery(
    const v1::RetryWebhookDeliveryRequest& request) {
  return Call<v1::WebhookDelivery>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::RetryWebhookDelivery, request, timeout_);
}

absl::StatusOr<v1::PreviewSubscriptionResponse> Client::PreviewSubscription(
    const v1::PreviewSubscriptionRequest& request) {
  return Call<v1::PreviewSubscriptionResponse>(
      connection_->subscriptions,
      &v1::SubscriptionService::Stub::PreviewSubscription, request, timeout_);
}

absl::StatusOr<v1::Digest> Client::CreateDigest(
    const v1::CreateDigestRequest& request) {
  return Call<v1::Digest>(connection_->digests,
                          &v1::DigestService::Stub::CreateDigest, request,
                          timeout_);
}

absl::StatusOr<v1::Digest> Client::GetDigest(
    const v1::GetDigestRequest& request) {
  return Call<v1::Digest>(connection_->digests,
                          &v1::DigestService::Stub::GetDigest, request,
                          timeout_);
}

absl::StatusOr<std::vector<v1::Digest>> Client::ListDigests(
    v1::ListDigestsRequest request) {
  std::vector<v1::Digest> all;
  do {
    absl::StatusOr<v1::ListDigestsResponse> page =
        Call<v1::ListDigestsResponse>(connection_->digests,
                                      &v1::DigestService::Stub::ListDigests,
                                      request, timeout_);
    if (!page.ok()) return page.status();
    all.insert(all.end(),
               std::make_move_iterator(page->mutable_digests()->begin()),
               std::make_move_iterator(page->mutable_digests()->end()));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<v1::Digest> Client::UpdateDigest(
    const v1::UpdateDigestRequest& request) {
  return Call<v1::Digest>(connection_->digests,
                          &v1::DigestService::Stub::UpdateDigest, request,
                          timeout_);
}

absl::Status Client::DeleteDigest(const v1::DeleteDigestRequest& request) {
  return Call<google::protobuf::Empty>(connection_->digests,
                                       &v1::DigestService::Stub::DeleteDigest,
                                       request, timeout_)
      .status();
}

absl::StatusOr<v1::Digest> Client::PauseDigest(
    const v1::PauseDigestRequest& request) {
  return Call<v1::Digest>(connection_->digests,
                          &v1::DigestService::Stub::PauseDigest, request,
                          timeout_);
}

absl::StatusOr<v1::Digest> Client::ResumeDigest(
    const v1::ResumeDigestRequest& request) {
  return Call<v1::Digest>(connection_->digests,
                          &v1::DigestService::Stub::ResumeDigest, request,
                          timeout_);
}

absl::StatusOr<v1::Digest> Client::RequestDigestConfirmation(
    const v1::RequestDigestConfirmationRequest& request) {
  return Call<v1::Digest>(connection_->digests,
                          &v1::DigestService::Stub::RequestDigestConfirmation,
                          request, timeout_);
}

absl::StatusOr<v1::Digest> Client::ConfirmDigest(
    const v1::ConfirmDigestRequest& request) {
  return Call<v1::Digest>(connection_->digests,
                          &v1::DigestService::Stub::ConfirmDigest, request,
                          timeout_);
}

absl::StatusOr<v1::PreviewDigestResponse> Client::PreviewDigest(
    const v1::PreviewDigestRequest& request) {
  return Call<v1::PreviewDigestResponse>(
      connection_->digests, &v1::DigestService::Stub::PreviewDigest, request,
      timeout_);
}

absl::StatusOr<v1::ListDigestIssuesResponse> Client::ListDigestIssues(
    const v1::ListDigestIssuesRequest& request) {
  return Call<v1::ListDigestIssuesResponse>(
      connection_->digests, &v1::DigestService::Stub::ListDigestIssues, request,
      timeout_);
}

absl::StatusOr<v1::ReportMailResponse> Client::ReportMail(
    const v1::ReportMailRequest& request) {
  return Call<v1::ReportMailResponse>(connection_->digests,
                                      &v1::DigestService::Stub::ReportMail,
                                      request, timeout_);
}

absl::StatusOr<std::vector<v1::Suppression>> Client::ListSuppressions(
    v1::ListSuppressionsRequest request) {
  std::vector<v1::Suppression> all;
  do {
    absl::StatusOr<v1::ListSuppressionsResponse> page =
        Call<v1::ListSuppressionsResponse>(
            connection_->digests, &v1::DigestService::Stub::ListSuppressions,
            request, timeout_);
    if (!page.ok()) return page.status();
    all.insert(all.end(),
               std::make_move_iterator(page->mutable_suppressions()->begin()),
               std::make_move_iterator(page->mutable_suppressions()->end()));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<v1::Suppression> Client::CreateSuppression(
    const v1::CreateSuppressionRequest& request) {
  return Call<v1::Suppression>(connection_->digests,
                               &v1::DigestService::Stub::CreateSuppression,
                               request, timeout_);
}

absl::Status Client::DeleteSuppression(
    const v1::DeleteSuppressionRequest& request) {
  return Call<google::protobuf::Empty>(
             connection_->digests, &v1::DigestService::Stub::DeleteSuppression,
             request, timeout_)
      .status();
}

absl::StatusOr<v1::GetServerInfoResponse> Client::GetServerInfo() {
  return Call<v1::GetServerInfoResponse>(
      connection_->server, &v1::ServerService::Stub::GetServerInfo,
      v1::GetServerInfoRequest(), timeout_);
}

absl::StatusOr<v1::GetServerStatsResponse> Client::GetServerStats() {
  return Call<v1::GetServerStatsResponse>(
      connection_->server, &v1::ServerService::Stub::GetServerStats,
      v1::GetServerStatsRequest(), timeout_);
}

absl::Status Client::ExportPapers(
    const v1::ExportPapersRequest& request,
    const std::function<absl::Status(v1::ExportPapersResponse)>& sink) {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::ExportPapersResponse>> stream =
      connection_->search.ExportPapers(&context, request);
  absl::Status sunk = absl::OkStatus();
  v1::ExportPapersResponse response;
  while (sunk.ok() && stream->Read(&response)) {
    sunk = sink(std::move(response));
    response.Clear();
  }
  if (!sunk.ok()) context.TryCancel();
  const grpc::Status status = stream->Finish();
  if (!sunk.ok()) return sunk;
  return FromGrpc(status);
}

std::unique_ptr<ImportStream> Client::ImportPapers(
    ImportStreamOptions options) {
  return std::make_unique<ImportStream>(connection_, std::move(options));
}

std::unique_ptr<Watcher> Client::Watch(v1::WatchRequest request,
                                       WatcherOptions options) {
  return std::make_unique<Watcher>(connection_, std::move(request),
                                   std::move(options));
}

std::unique_ptr<TrendingWatcher> Client::WatchTrending(
    v1::WatchTrendingRequest request, WatcherOptions options) {
  return std::make_unique<TrendingWatcher>(connection_, std::move(request),
                                           options);
}

std::unique_ptr<SharedWatcher> Client::WatchShared(v1::WatchRequest request,
                                                   WatcherOptions options) {
  return std::make_unique<SharedWatcher>(connection_, std::move(request),
                                         std::move(options), timeout_);
}

}  // namespace paperwire
