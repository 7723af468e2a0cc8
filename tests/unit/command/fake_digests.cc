#include "tests/unit/command/fake_digests.h"

#include <google/protobuf/util/field_mask_util.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <string>

#include "paperwire/v1/digest_service.grpc.pb.h"
#include "tests/unit/command/fake_answers.h"
#include "tests/unit/command/fake_server.h"

namespace paperwire {
namespace {

// 2026-07-11 06:00 UTC.
constexpr int64_t kNextMail = 1'783'749'600;

// Pages of items that are kept in order; tokens are numbers.
template <typename Items, typename Add>
std::string FillPage(const Items& items, const std::string& token, int size,
                     int most, const Add& add) {
  size_t at = token.empty() ? 0 : std::stoul(token);
  for (int n = 0; at < items.size() && n < std::min(size, most); ++n) {
    add(*std::next(items.begin(), static_cast<long>(at++)));
  }
  return at < items.size() ? std::to_string(at) : "";
}

class FakeDigests final : public v1::DigestService::Service {
 public:
  explicit FakeDigests(FakeServer* fake) : fake_(fake) {}

  grpc::Status CreateDigest(grpc::ServerContext*,
                            const v1::CreateDigestRequest* request,
                            v1::Digest* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->digest_creates.push_back(*request);
    if (!fake_->mail_refusal.empty()) return Refused();
    const v1::Digest& asked = request->digest();
    if (grpc::Status bad = CheckQueries(asked); !bad.ok()) return bad;
    std::string id = request->digest_id();
    if (id.empty()) id = "d" + std::to_string(fake_->digest_creates.size());
    const std::string name = request->parent() + "/digests/" + id;
    v1::Digest& made = fake_->digests[name];
    made = asked;
    made.set_name(name);
    made.set_state(v1::Digest::STATE_UNCONFIRMED);
    made.set_etag("e1");
    made.mutable_create_time()->set_seconds(1'752'105'600);
    *made.mutable_update_time() = made.create_time();
    *response = made;
    return grpc::Status::OK;
  }

  grpc::Status GetDigest(grpc::ServerContext*,
                         const v1::GetDigestRequest* request,
                         v1::Digest* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    return Change(request->name(), "", response, [](v1::Digest&) {});
  }

  grpc::Status ListDigests(grpc::ServerContext*,
                           const v1::ListDigestsRequest* request,
                           v1::ListDigestsResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    std::vector<v1::Digest> wanted;
    for (const auto& [name, digest] : fake_->digests) {
      if (name.starts_with(request->parent() + "/")) wanted.push_back(digest);
    }
    response->set_next_page_token(FillPage(
        wanted, request->page_token(), request->page_size(),
        fake_->most_in_page,
        [&](const v1::Digest& digest) { *response->add_digests() = digest; }));
    return grpc::Status::OK;
  }

  grpc::Status UpdateDigest(grpc::ServerContext*,
                            const v1::UpdateDigestRequest* request,
                            v1::Digest* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->digest_updates.push_back(*request);
    const v1::Digest& from = request->digest();
    if (grpc::Status bad = CheckQueries(from); !bad.ok()) return bad;
    return Change(from.name(), from.etag(), response, [&](v1::Digest& digest) {
      google::protobuf::util::FieldMaskUtil::MergeOptions options;
      options.set_replace_message_fields(true);
      options.set_replace_repeated_fields(true);
      google::protobuf::util::FieldMaskUtil::MergeMessageTo(
          from, request->update_mask(), options, &digest);
      digest.set_etag(digest.etag() + "+");
    });
  }

  grpc::Status DeleteDigest(grpc::ServerContext*,
                            const v1::DeleteDigestRequest* request,
                            google::protobuf::Empty*) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    if (request->allow_missing() && !fake_->digests.contains(request->name())) {
      return grpc::Status::OK;
    }
    v1::Digest digest;
    const grpc::Status status =
        Change(request->name(), request->etag(), &digest, [](v1::Digest&) {});
    if (status.ok()) fake_->digests.erase(request->name());
    return status;
  }

  grpc::Status PauseDigest(grpc::ServerContext*,
                           const v1::PauseDigestRequest* request,
                           v1::Digest* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    if (!fake_->mail_refusal.empty()) return Refused();
    return Change(request->name(), request->etag(), response,
                  [](v1::Digest& digest) {
                    digest.set_state(v1::Digest::STATE_PAUSED);
                    digest.clear_next_send_time();
                  });
  }

  grpc::Status ResumeDigest(grpc::ServerContext*,
                            const v1::ResumeDigestRequest* request,
                            v1::Digest* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    return Change(request->name(), request->etag(), response,
                  [](v1::Digest& digest) { Activate(digest); });
  }

  grpc::Status RequestDigestConfirmation(
      grpc::ServerContext*, const v1::RequestDigestConfirmationRequest* request,
      v1::Digest* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    if (!fake_->mail_refusal.empty()) return Refused();
    ++fake_->asked_again;
    return Change(request->name(), "", response, [](v1::Digest&) {});
  }

  // The token of a digest is "token-of-" and its id.
  grpc::Status ConfirmDigest(grpc::ServerContext*,
                             const v1::ConfirmDigestRequest* request,
                             v1::Digest* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    const std::string prefix = "token-of-";
    if (!request->token().starts_with(prefix)) {
      return Detailed(grpc::StatusCode::NOT_FOUND,
                      "This link was not sent, or has expired", "token", "");
    }
    const std::string id = request->token().substr(prefix.size());
    return Change("users/local/digests/" + id, "", response,
                  [](v1::Digest& digest) { Activate(digest); });
  }

  grpc::Status PreviewDigest(grpc::ServerContext*,
                             const v1::PreviewDigestRequest* request,
                             v1::PreviewDigestResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->digest_previews.push_back(*request);
    if (grpc::Status bad = CheckQueries(request->digest()); !bad.ok()) {
      return bad;
    }
    if (!request->name().empty()) {
      v1::Digest digest;
      const grpc::Status status =
          Change(request->name(), "", &digest, [](v1::Digest&) {});
      if (!status.ok()) return status;
    }
    *response = fake_->digest_preview;
    return grpc::Status::OK;
  }

  grpc::Status ListDigestIssues(
      grpc::ServerContext*, const v1::ListDigestIssuesRequest* request,
      v1::ListDigestIssuesResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->issue_lists.push_back(*request);
    response->set_next_page_token(
        FillPage(fake_->issues, request->page_token(), request->page_size(),
                 fake_->most_in_page, [&](const v1::DigestIssue& issue) {
                   *response->add_digest_issues() = issue;
                 }));
    return grpc::Status::OK;
  }

  grpc::Status ReportMail(grpc::ServerContext*,
                          const v1::ReportMailRequest* request,
                          v1::ReportMailResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    fake_->reports.push_back(*request);
    if (!request->message().starts_with("From:")) {
      return Detailed(grpc::StatusCode::INVALID_ARGUMENT,
                      "The message has no header", "message", "");
    }
    *response = fake_->report_response;
    return grpc::Status::OK;
  }

  grpc::Status ListSuppressions(
      grpc::ServerContext*, const v1::ListSuppressionsRequest* request,
      v1::ListSuppressionsResponse* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    response->set_next_page_token(FillPage(
        fake_->suppressions, request->page_token(), request->page_size(),
        fake_->most_in_page, [&](const auto& entry) {
          *response->add_suppressions() = entry.second;
        }));
    return grpc::Status::OK;
  }

  grpc::Status CreateSuppression(grpc::ServerContext*,
                                 const v1::CreateSuppressionRequest* request,
                                 v1::Suppression* response) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    if (request->address().find('@') == std::string::npos) {
      return Detailed(grpc::StatusCode::INVALID_ARGUMENT,
                      "\"" + request->address() + "\" is no address", "address",
                      "");
    }
    response->set_name("suppressions/" + request->address());
    response->set_reason(v1::Suppression::REASON_MANUAL);
    response->set_detail(request->detail());
    response->mutable_create_time()->set_seconds(1'752'105'600);
    fake_->suppressions[response->name()] = *response;
    return grpc::Status::OK;
  }

  grpc::Status DeleteSuppression(grpc::ServerContext*,
                                 const v1::DeleteSuppressionRequest* request,
                                 google::protobuf::Empty*) override {
    std::lock_guard<std::mutex> lock(fake_->mutex);
    if (fake_->suppressions.erase(request->name()) == 1) {
      return grpc::Status::OK;
    }
    return Detailed(grpc::StatusCode::NOT_FOUND,
                    "There is no " + request->name(), "", "");
  }

 private:
  static void Activate(v1::Digest& digest) {
    digest.set_state(v1::Digest::STATE_ACTIVE);
    digest.mutable_next_send_time()->set_seconds(kNextMail);
  }

  grpc::Status Refused() const {
    return Detailed(grpc::StatusCode::FAILED_PRECONDITION, fake_->mail_message,
                    "", fake_->mail_refusal);
  }

  static grpc::Status CheckText(const std::string& text,
                                const std::string& field) {
    const size_t quote = text.find('"');
    if (quote == std::string::npos) return grpc::Status::OK;
    return Detailed(grpc::StatusCode::INVALID_ARGUMENT, "Unclosed quote", field,
                    "INVALID_QUERY", {{"position", std::to_string(quote + 1)}});
  }

  static grpc::Status CheckQueries(const v1::Digest& digest) {
    grpc::Status status = CheckText(digest.query().text(), "digest.query.text");
    if (!status.ok()) return status;
    return CheckText(digest.board().query().text(), "digest.board.query.text");
  }

  template <typename What>
  grpc::Status Change(const std::string& name, const std::string& etag,
                      v1::Digest* response, const What& what) {
    const auto found = fake_->digests.find(name);
    if (found == fake_->digests.end()) {
      return Detailed(grpc::StatusCode::NOT_FOUND,
                      "There is no digest \"" + name + "\"", "",
                      "DIGEST_NOT_FOUND", {{"name", name}});
    }
    if (!etag.empty() && etag != found->second.etag()) {
      return Detailed(grpc::StatusCode::ABORTED, "The digest has changed", "",
                      "");
    }
    what(found->second);
    *response = found->second;
    return grpc::Status::OK;
  }

  FakeServer* const fake_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeFakeDigests(FakeServer* server) {
  return std::make_unique<FakeDigests>(server);
}

}  // namespace paperwire
