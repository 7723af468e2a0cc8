// A server of the whole contract in this process, that does what a test wants
// it to: keep papers, break off, and remember how it was asked.
//
//     FakeServer server;
//     server.break_import_after = 3;  // batches, then UNAVAILABLE
//     Client client({.address = server.address()});
//
// Papers match a query when their title holds its text. Sequence numbers
// count imported papers, and the resume token of sequence 7 is "token-7".
// A withdrawn paper gets no votes. Who votes without a name is "users/local".
// An import without a title joins its signals and features to the paper that
// has its external id, and a signal of the kind "bad" is rejected.
// A subscription has the etag "e1" at first, and its cursor at the papers
// there are. Nothing is posted to webhooks; `deliveries` says what was.

#ifndef PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SERVER_H_
#define PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SERVER_H_

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "paperwire/v1/digest.pb.h"
#include "paperwire/v1/digest_service.pb.h"
#include "paperwire/v1/paper_service.pb.h"
#include "paperwire/v1/search_service.pb.h"
#include "paperwire/v1/subscription.pb.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "paperwire/v1/trending_service.pb.h"
#include "tests/unit/command/fake_share_group.h"

namespace paperwire {

class FakeServer {
 public:
  FakeServer();
  ~FakeServer();

  // "localhost:PORT".
  std::string address() const;
  // Stops serving, with every call broken off; starts again on the same port.
  void Stop();
  void Start();

  // Stores a paper as an import would.
  void Add(const v1::Paper& paper);

  // Guards everything below while calls run.
  std::mutex mutex;

  std::vector<v1::Paper> papers;  // by sequence - 1

  std::map<std::string, v1::Subscription> subscriptions;  // by name
  std::map<std::string, FakeShareGroup> groups;           // by name/group
  std::vector<v1::WebhookDelivery> deliveries;            // newest first
  std::vector<v1::SourceFreshness> sources;
  std::map<std::string, std::set<std::string>> voters;  // by name of the paper
  std::vector<v1::PaperChange> changes;                 // of every paper
  std::map<std::string, v1::Digest> digests;            // by name
  std::map<std::string, v1::Suppression> suppressions;  // the same
  std::vector<v1::DigestIssue> issues;                  // of every digest

  // What was asked.
  std::vector<v1::SearchRequest> searches;
  std::vector<v1::SuggestRequest> suggests;
  std::vector<v1::ListPapersRequest> lists;
  std::vector<v1::ListTrendingRequest> boards;
  std::vector<v1::ListDaysRequest> day_lists;
  std::vector<v1::VotePaperRequest> votes;
  std::vector<v1::WatchRequest> watches;
  std::vector<v1::DeletePaperRequest> deletes;
  std::vector<v1::CreateSubscriptionRequest> creates;
  std::vector<v1::ListSubscriptionsRequest> subscription_lists;
  std::vector<v1::UpdateSubscriptionRequest> updates;
  std::vector<v1::DeleteSubscriptionRequest> unsubscribes;
  std::vector<v1::CommitCursorRequest> commits;  // refused ones too
  std::vector<v1::PreviewSubscriptionRequest> previews;
  std::vector<v1::AcknowledgeMatchesRequest> acknowledgements;
  std::vector<v1::DeleteShareGroupRequest> group_deletes;
  std::vector<v1::ListWebhookDeliveriesRequest> delivery_lists;
  std::vector<v1::RetryWebhookDeliveryRequest> retries;
  std::vector<std::string> batch_ids;  // as they came, repeats too
  std::vector<v1::ImportPapersRequest> imports;
  std::vector<v1::ExportPapersRequest> exports;
  int import_streams = 0;
  std::vector<v1::CreateDigestRequest> digest_creates;
  std::vector<v1::UpdateDigestRequest> digest_updates;
  std::vector<v1::PreviewDigestRequest> digest_previews;
  std::vector<v1::ListDigestIssuesRequest> issue_lists;
  std::vector<v1::ReportMailRequest> reports;
  int asked_again = 0;

  // What to do.
  int break_import_after = -1;       // once, this many batches into a stream
  bool break_before_answer = false;  // ... applied, but not acknowledged
  int break_watch_after = -1;   // every time, this many events into a stream
  int most_in_batch = 1000;     // of a watch, whatever is asked for
  int delay_info_ms = 0;        // before GetServerInfo answers
  bool refuse_imports = false;  // FAILED_PRECONDITION
  v1::SearchResponse search_response;
  bool canned_search = false;  // answer search_response
  v1::SuggestResponse suggest_response;
  v1::ListTrendingResponse board;     // cut into pages as asked for
  std::vector<v1::FeaturedDay> days;  // the same
  int most_in_page = 1000;            // of subscriptions and digests
  int refuse_commits = 0;             // so many, with UNAVAILABLE
  int refuse_acknowledgements = 0;    // the same
  v1::PreviewSubscriptionResponse preview_response;
  bool history_too_short = false;    // of previews
  std::string mail_refusal;          // a reason: FAILED_PRECONDITION
  std::string mail_message = "No.";  // with it
  v1::PreviewDigestResponse digest_preview;
  v1::ReportMailResponse report_response;

 private:
  class Services;
  struct Running;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Running> running_;
  int port_ = 0;
};

}  // namespace paperwire

#endif  // PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SERVER_H_
