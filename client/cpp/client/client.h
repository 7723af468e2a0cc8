// Talks to a Paperwire server.
//
//     Client client({.address = "localhost:7227"});
//     v1::SearchRequest request;
//     request.mutable_query()->set_text("sparse autoencoders");
//     ASSIGN_OR_RETURN(v1::SearchResponse answer, client.Search(request));
//
// Making a client opens no connection; the first call does. A client and
// what it hands out share that connection, which is kept, and opened again
// when it breaks. Thread-safe; calls block.
//
// A call fails with the server's code and message. The request field at
// fault and the machine-readable reason, where the server gave them, are
// read with FieldOf and ReasonOf of service/base/error_details.h. Besides
// what the contract lists for each method:
//   UNAVAILABLE        no server at the address, or the connection broke,
//   DEADLINE_EXCEEDED  no answer within the timeout.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_CLIENT_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/client/import_stream.h"
#include "client/cpp/client/shared_watcher.h"
#include "client/cpp/client/trending_watcher.h"
#include "client/cpp/client/watcher.h"
#include "paperwire/v1/digest.pb.h"
#include "paperwire/v1/digest_service.pb.h"
#include "paperwire/v1/paper.pb.h"
#include "paperwire/v1/paper_service.pb.h"
#include "paperwire/v1/search_service.pb.h"
#include "paperwire/v1/server_service.pb.h"
#include "paperwire/v1/subscription.pb.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "paperwire/v1/trending_service.pb.h"
#include "paperwire/v1/webhook.pb.h"

namespace paperwire {

class Connection;

struct ClientOptions {
  // "host:port", "[::1]:7227", "unix:/run/paperwire.sock" or another address
  // that gRPC can resolve. The connection is not encrypted.
  std::string address = "localhost:7227";
  // Of each call that has one answer. Streams take as long as they take.
  absl::Duration timeout = absl::Seconds(60);
};

class Client {
 public:
  explicit Client(const ClientOptions& options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  absl::StatusOr<v1::Paper> GetPaper(const v1::GetPaperRequest& request);
  absl::StatusOr<v1::BatchGetPapersResponse> BatchGetPapers(
      const v1::BatchGetPapersRequest& request);
  absl::StatusOr<v1::ListPapersResponse> ListPapers(
      const v1::ListPapersRequest& request);
  absl::Status DeletePaper(const v1::DeletePaperRequest& request);
  absl::StatusOr<v1::ListPaperChangesResponse> ListPaperChanges(
      const v1::ListPaperChangesRequest& request);
  absl::StatusOr<v1::SplitPaperResponse> SplitPaper(
      const v1::SplitPaperRequest& request);

  absl::StatusOr<v1::SearchResponse> Search(const v1::SearchRequest& request);
  absl::StatusOr<v1::SearchBatchResponse> SearchBatch(
      const v1::SearchBatchRequest& request);
  absl::StatusOr<v1::SearchSimilarPapersResponse> SearchSimilarPapers(
      const v1::SearchSimilarPapersRequest& request);
  absl::StatusOr<v1::SuggestResponse> Suggest(
      const v1::SuggestRequest& request);

  absl::StatusOr<v1::VotePaperResponse> VotePaper(
      const v1::VotePaperRequest& request);
  absl::StatusOr<v1::ListTrendingResponse> ListTrending(
      const v1::ListTrendingRequest& request);
  absl::StatusOr<v1::ListDaysResponse> ListDays(
      const v1::ListDaysRequest& request);

  absl::StatusOr<v1::Subscription> CreateSubscription(
      const v1::CreateSubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> GetSubscription(
      const v1::GetSubscriptionRequest& request);
  // All pages in one answer. `request.page_size` is that of each call.
  absl::StatusOr<std::vector<v1::Subscription>> ListSubscriptions(
      v1::ListSubscriptionsRequest request);
  absl::StatusOr<v1::Subscription> UpdateSubscription(
      const v1::UpdateSubscriptionRequest& request);
  absl::Status DeleteSubscription(const v1::DeleteSubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> PauseSubscription(
      const v1::PauseSubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> ResumeSubscription(
      const v1::ResumeSubscriptionRequest& request);
  // Of a Watcher's resume_token(), when what it covers has been dealt with.
  absl::StatusOr<v1::CommitCursorResponse> CommitCursor(
      const v1::CommitCursorRequest& request);
  // What a SharedWatcher does by itself.
  absl::StatusOr<v1::AcknowledgeMatchesResponse> AcknowledgeMatches(
      const v1::AcknowledgeMatchesRequest& request);
  absl::Status DeleteShareGroup(const v1::DeleteShareGroupRequest& request);
  absl::StatusOr<v1::ListWebhookDeliveriesResponse> ListWebhookDeliveries(
      const v1::ListWebhookDeliveriesRequest& request);
  absl::StatusOr<v1::WebhookDelivery> RetryWebhookDelivery(
      const v1::RetryWebhookDeliveryRequest& request);
  absl::StatusOr<v1::PreviewSubscriptionResponse> PreviewSubscription(
      const v1::PreviewSubscriptionRequest& request);

  absl::StatusOr<v1::Digest> CreateDigest(
      const v1::CreateDigestRequest& request);
  absl::StatusOr<v1::Digest> GetDigest(const v1::GetDigestRequest& request);
  // All pages in one answer. `request.page_size` is that of each call.
  absl::StatusOr<std::vector<v1::Digest>> ListDigests(
      v1::ListDigestsRequest request);
  absl::StatusOr<v1::Digest> UpdateDigest(
      const v1::UpdateDigestRequest& request);
  absl::Status DeleteDigest(const v1::DeleteDigestRequest& request);
  absl::StatusOr<v1::Digest> PauseDigest(const v1::PauseDigestRequest& request);
  absl::StatusOr<v1::Digest> ResumeDigest(
      const v1::ResumeDigestRequest& request);
  absl::StatusOr<v1::Digest> RequestDigestConfirmation(
      const v1::RequestDigestConfirmationRequest& request);
  absl::StatusOr<v1::Digest> ConfirmDigest(
      const v1::ConfirmDigestRequest& request);
  absl::StatusOr<v1::PreviewDigestResponse> PreviewDigest(
      const v1::PreviewDigestRequest& request);
  absl::StatusOr<v1::ListDigestIssuesResponse> ListDigestIssues(
      const v1::ListDigestIssuesRequest& request);
  absl::StatusOr<v1::ReportMailResponse> ReportMail(
      const v1::ReportMailRequest& request);
  // All pages in one answer, as ListDigests.
  absl::StatusOr<std::vector<v1::Suppression>> ListSuppressions(
      v1::ListSuppressionsRequest request);
  absl::StatusOr<v1::Suppression> CreateSuppression(
      const v1::CreateSuppressionRequest& request);
  absl::Status DeleteSuppression(const v1::DeleteSuppressionRequest& request);

  absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo();
  absl::StatusOr<v1::GetServerStatsResponse> GetServerStats();

  // Hands every part of the export to `sink`, in order. An error of the sink
  // ends the export and comes back. An export that breaks off cannot be
  // resumed; ask again.
  absl::Status ExportPapers(
      const v1::ExportPapersRequest& request,
      const std::function<absl::Status(v1::ExportPapersResponse)>& sink);

  // A stream of batches into the server. See import_stream.h.
  std::unique_ptr<ImportStream> ImportPapers(ImportStreamOptions options = {});

  // A query left standing, or a stored subscription. `request.start` says
  // where to begin. See watcher.h.
  std::unique_ptr<Watcher> Watch(v1::WatchRequest request,
                                 WatcherOptions options = {});

  // A board as it changes. See trending_watcher.h.
  std::unique_ptr<TrendingWatcher> WatchTrending(
      v1::WatchTrendingRequest request, WatcherOptions options = {});

  // Watch as a member of request.share_group, which splits the matches of
  // a subscription with others. See shared_watcher.h.
  std::unique_ptr<SharedWatcher> WatchShared(v1::WatchRequest request,
                                             WatcherOptions options = {});

 private:
  const absl::Duration timeout_;
  const std::shared_ptr<Connection> connection_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_CLIENT_H_
