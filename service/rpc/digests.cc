#include "service/rpc/digests.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "service/base/error_details.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"
#include "service/base/token.h"
#include "service/digest/consent_tables.h"
#include "service/digest/decide.h"
#include "service/digest/tables.h"
#include "service/rpc/convert.h"
#include "service/rpc/unary.h"
#include "service/standing/subscriptions.h"

namespace paperwire::rpc {
namespace {

using digest::Digests;
using google::protobuf::Empty;

constexpr char kDigestsToken = 'g';
constexpr char kIssuesToken = 'i';
constexpr char kSuppressionsToken = 'x';

// The number after which a page begins; `start` for the first page. A token is
// bound to what `list` names.
absl::StatusOr<int64_t> PlaceOf(const store::Store& store, char kind,
                                const std::string& list,
                                const std::string& page_token, int64_t start) {
  if (page_token.empty()) return start;
  ASSIGN_OR_RETURN(std::vector<uint64_t> fields,
                   OpenToken(kind, page_token, 3, "page_token"));
  if (fields[0] != store.journal_id() || fields[1] != StableHash(list)) {
    return InvalidField("page_token",
                        "This token is of another list or another server. "
                        "Repeat the request of the first page with the token "
                        "added.");
  }
  return static_cast<int64_t>(fields[2]);
}

std::string TokenOf(const store::Store& store, char kind,
                    const std::string& list, int64_t place) {
  return SealToken(kind, {store.journal_id(), StableHash(list),
                          static_cast<uint64_t>(place)});
}

absl::Status ListDigests(store::Store& store,
                         const v1::ListDigestsRequest& request,
                         v1::ListDigestsResponse* response) {
  const std::string& parent = request.parent();
  RETURN_IF_ERROR(standing::CheckParent(parent, "parent"));
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), 50, 1000));
  ASSIGN_OR_RETURN(const int64_t place,
                   PlaceOf(store, kDigestsToken, parent, request.page_token(),
                           /*start=*/0));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  std::string after;
  if (place != 0) {
    ASSIGN_OR_RETURN(std::optional<digest::DigestRow> row,
                     digest::FindDigest(*db, place));
    if (!row.has_value()) {
      return InvalidField("page_token",
                          "The digest that this page begins after was deleted. "
                          "Begin with the first page again.");
    }
    after = row->digest.name();
  }
  ASSIGN_OR_RETURN(std::vector<digest::DigestRow> rows,
                   digest::ListOwned(*db, parent, after, size + 1));
  if (rows.size() > static_cast<size_t>(size)) {
    rows.pop_back();
    response->set_next_page_token(
        TokenOf(store, kDigestsToken, parent, rows.back().number));
  }
  for (const digest::DigestRow& row : rows) {
    *response->add_digests() = digest::ToProto(row);
  }
  return absl::OkStatus();
}

absl::Status ListDigestIssues(store::Store& store, Digests& digests,
                              const v1::ListDigestIssuesRequest& request,
                              v1::ListDigestIssuesResponse* response) {
  const std::string& parent = request.parent();
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), 50, 100));
  ASSIGN_OR_RETURN(const int64_t before,
                   PlaceOf(store, kIssuesToken, parent, request.page_token(),
                           /*start=*/std::numeric_limits<int64_t>::max()));
  ASSIGN_OR_RETURN(*response, digests.ListIssues(parent, before, size + 1));
  auto* issues = response->mutable_digest_issues();
  if (issues->size() > size) {
    issues->RemoveLast();
    const std::string& name = issues->rbegin()->name();
    int64_t last = 0;
    if (!absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &last)) {
      return absl::InternalError("an issue has no number");
    }
    response->set_next_page_token(TokenOf(store, kIssuesToken, parent, last));
  }
  return absl::OkStatus();
}

absl::Status ListSuppressions(store::Store& store,
                              const v1::ListSuppressionsRequest& request,
                              v1::ListSuppressionsResponse* response) {
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), 50, 1000));
  ASSIGN_OR_RETURN(const int64_t after,
                   PlaceOf(store, kSuppressionsToken, "suppressions",
                           request.page_token(), /*start=*/0));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(std::vector<digest::SuppressionRow> rows,
                   digest::ListSuppressions(*db, after, size + 1));
  if (rows.size() > static_cast<size_t>(size)) {
    rows.pop_back();
    response->set_next_page_token(
        TokenOf(store, kSuppressionsToken, "suppressions", rows.back().number));
  }
  for (const digest::SuppressionRow& row : rows) {
    *response->add_suppressions() = digest::ToProto(row);
  }
  return absl::OkStatus();
}

// What answers with nothing.
std::function<void(absl::StatusOr<bool>)> Emptied(
    std::function<void(absl::StatusOr<Empty>)> done) {
  return [done = std::move(done)](absl::StatusOr<bool> result) {
    if (result.ok()) {
      done(Empty());
    } else {
      done(result.status());
    }
  };
}

void ServeReading(Loop& loop, RawDigestService& service, store::Store& store,
                  Digests& digests) {
  ServeUnary<v1::GetDigestRequest, v1::Digest>(
      loop, service, &RawDigestService::RequestGetDigest,
      [&digests](auto& call) -> absl::Status {
        ASSIGN_OR_RETURN(call.response, digests.Get(call.request.name()));
        return absl::OkStatus();
      });
  ServeUnary<v1::ListDigestsRequest, v1::ListDigestsResponse>(
      loop, service, &RawDigestService::RequestListDigests,
      [&store](auto& call) {
        return ListDigests(store, call.request, &call.response);
      });
  ServeUnary<v1::PreviewDigestRequest, v1::PreviewDigestResponse>(
      loop, service, &RawDigestService::RequestPreviewDigest,
      [&digests](auto& call) -> absl::Status {
        ASSIGN_OR_RETURN(call.response,
                         digests.Preview(call.request, call.check()));
        return absl::OkStatus();
      });
  ServeUnary<v1::ListDigestIssuesRequest, v1::ListDigestIssuesResponse>(
      loop, service, &RawDigestService::RequestListDigestIssues,
      [&store, &digests](auto& call) {
        return ListDigestIssues(store, digests, call.request, &call.response);
      });
  ServeUnary<v1::ListSuppressionsRequest, v1::ListSuppressionsResponse>(
      loop, service, &RawDigestService::RequestListSuppressions,
      [&store](auto& call) {
        return ListSuppressions(store, call.request, &call.response);
      });
}

void ServeChanges(Loop& loop, RawDigestService& service, Digests& digests) {
  ServeDeferred<v1::CreateDigestRequest, v1::Digest>(
      loop, service, &RawDigestService::RequestCreateDigest,
      [&digests](v1::CreateDigestRequest request, auto done) {
        digests.Create(std::move(request), std::move(done));
      });
  ServeDeferred<v1::UpdateDigestRequest, v1::Digest>(
      loop, service, &RawDigestService::RequestUpdateDigest,
      [&digests](v1::UpdateDigestRequest request, auto done) {
        digests.Update(std::move(request), std::move(done));
      });
  ServeDeferred<v1::DeleteDigestRequest, Empty>(
      loop, service, &RawDigestService::RequestDeleteDigest,
      [&digests](v1::DeleteDigestRequest request, auto done) {
        digests.Delete(std::move(request), Emptied(std::move(done)));
      });
  ServeDeferred<v1::PauseDigestRequest, v1::Digest>(
      loop, service, &RawDigestService::RequestPauseDigest,
      [&digests](const v1::PauseDigestRequest& request, auto done) {
        digests.SetPaused(request.name(), request.etag(), /*paused=*/true,
                          std::move(done));
      });
  ServeDeferred<v1::ResumeDigestRequest, v1::Digest>(
      loop, service, &RawDigestService::RequestResumeDigest,
      [&digests](const v1::ResumeDigestRequest& request, auto done) {
        digests.SetPaused(request.name(), request.etag(), /*paused=*/false,
                          std::move(done));
      });
  ServeDeferred<v1::RequestDigestConfirmationRequest, v1::Digest>(
      loop, service, &RawDigestService::RequestRequestDigestConfirmation,
      [&digests](const v1::RequestDigestConfirmationRequest& request,
                 auto done) {
        digests.AskAgain(request.name(), std::move(done));
      });
  ServeDeferred<v1::ConfirmDigestRequest, v1::Digest>(
      loop, service, &RawDigestService::RequestConfirmDigest,
      [&digests](const v1::ConfirmDigestRequest& request, auto done) {
        digests.Confirm(request.token(), std::move(done));
      });
}

void ServeMail(Loop& loop, RawDigestService& service, Digests& digests) {
  ServeDeferred<v1::ReportMailRequest, v1::ReportMailResponse>(
      loop, service, &RawDigestService::RequestReportMail,
      [&digests](v1::ReportMailRequest request, auto done) {
        digests.Report(std::move(request), std::move(done));
      });
  ServeDeferred<v1::CreateSuppressionRequest, v1::Suppression>(
      loop, service, &RawDigestService::RequestCreateSuppression,
      [&digests](v1::CreateSuppressionRequest request, auto done) {
        digests.CreateSuppression(std::move(request), std::move(done));
      });
  ServeDeferred<v1::DeleteSuppressionRequest, Empty>(
      loop, service, &RawDigestService::RequestDeleteSuppression,
      [&digests](const v1::DeleteSuppressionRequest& request, auto done) {
        digests.DeleteSuppression(request.name(), Emptied(std::move(done)));
      });
}

}  // namespace

void ServeDigests(Loop& loop, RawDigestService& service, store::Store& store,
                  Digests& digests) {
  ServeReading(loop, service, store, digests);
  ServeChanges(loop, service, digests);
  ServeMail(loop, service, digests);
}

}  // namespace paperwire::rpc
