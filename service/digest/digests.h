// Papers by email, put together: what calls and pages ask for, and the sender.
//
//     ASSIGN_OR_RETURN(std::unique_ptr<Mailer> mailer, MakeMailer(options));
//     ASSIGN_OR_RETURN(std::unique_ptr<Digests> digests,
//                      Digests::Open(options, std::move(mailer), &store));
//     digests->Start();
//     digests->Create(request, [](absl::StatusOr<v1::Digest> digest) { ... });
//
// Without a mail server and a public address nothing is created or sent; what
// there is can be read, changed and stopped.

#ifndef PAPERWIRE_SERVICE_DIGEST_DIGESTS_H_
#define PAPERWIRE_SERVICE_DIGEST_DIGESTS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/digest_service.pb.h"
#include "service/base/clock.h"
#include "service/digest/compose.h"
#include "service/digest/consent_tables.h"
#include "service/digest/mailer.h"
#include "service/digest/secrets.h"
#include "service/digest/sender.h"
#include "service/digest/smtp_mailer.h"
#include "service/digest/tables.h"
#include "service/store/store.h"

namespace paperwire::digest {

struct MailOptions {
  // Where messages go; smtp.url empty: nowhere. smtp.sender empty: `from`.
  SmtpOptions smtp;
  // Write them to files of this folder instead.
  std::string folder;
  // "Paperwire <digests@example.org>".
  std::string from;
  // What links in them begin with: "https://papers.example.org".
  std::string public_url;
};

// What the options ask for; null: nothing. INVALID_ARGUMENT: they do not fit
// together, and what to change.
absl::StatusOr<std::unique_ptr<Mailer>> MakeMailer(const MailOptions& options);

// Thread-safe.
class Digests {
 public:
  // `mailer` may be null: nothing is sent. `store`, which has DigestTables()
  // among its side tables, and `clock` must outlive this.
  static absl::StatusOr<std::unique_ptr<Digests>> Open(
      const MailOptions& options, std::unique_ptr<Mailer> mailer,
      store::Store* store, Clock* clock = Clock::Real());
  // Stops if that has not been done.
  ~Digests();

  // Sends what is due from now on.
  void Start();
  // As the sender's.
  void BeginStop(absl::Time deadline);
  void Stop();

  template <typename T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  // Each applies whole or not at all, and calls `done` once, from another
  // thread; `done` must be quick. Errors: see DigestService in the contract.
  void Create(v1::CreateDigestRequest request, Done<v1::Digest> done);
  void Update(v1::UpdateDigestRequest request, Done<v1::Digest> done);
  void SetPaused(std::string name, std::string etag, bool paused,
                 Done<v1::Digest> done);
  void Delete(v1::DeleteDigestRequest request, Done<bool> done);
  void AskAgain(std::string name, Done<v1::Digest> done);
  void Confirm(std::string token, Done<v1::Digest> done);
  void Report(v1::ReportMailRequest request, Done<v1::ReportMailResponse> done);
  void CreateSuppression(v1::CreateSuppressionRequest request,
                         Done<v1::Suppression> done);
  void DeleteSuppression(std::string name, Done<bool> done);

  // By a signed link; NOT_FOUND for one that was not signed here.
  void Unsubscribe(std::string_view link, Done<v1::Digest> done);
  // The digest that a signed link, or a confirmation's token, is about. It
  // changes nothing.
  absl::StatusOr<v1::Digest> FindByLink(Secrets::Purpose purpose,
                                        std::string_view link);
  absl::StatusOr<v1::Digest> FindByToken(std::string_view token);
  // All that a message found, by the link in it; at most 1,000, the newest.
  absl::StatusOr<std::vector<std::shared_ptr<const v1::Paper>>> FindFound(
      std::string_view link);
  // What a link to stop it says, for the pages that change it.
  std::string UnsubscribeLink(std::string_view manage_link) const;

  absl::StatusOr<v1::Digest> Get(std::string_view name);
  absl::StatusOr<v1::ListDigestIssuesResponse> ListIssues(std::string_view name,
                                                          int64_t before,
                                                          int limit);
  // `check` as in standing/backtest.h.
  absl::StatusOr<v1::PreviewDigestResponse> Preview(
      const v1::PreviewDigestRequest& request,
      const std::function<absl::Status()>& check);

  // Whether messages can be sent.
  bool configured() const { return sender_ != nullptr; }
  // For tests that have no thread; null when nothing is sent.
  Sender* sender() { return sender_.get(); }

 private:
  Digests(const MailOptions& options, std::string key, Mailbox from,
          store::Store* store, std::unique_ptr<Mailer> mailer, Clock* clock);

  // Hands a change of a digest to the writer, and has the sender look.
  void Change(
      std::function<absl::StatusOr<DigestRow>(store::Transaction&)> apply,
      Done<v1::Digest> done);
  // Room among the standing queries, as long as `room` holds it.
  absl::Status Reserve(const v1::Digest& digest,
                       std::shared_ptr<const void>* room);

  store::Store& store_;
  Clock& clock_;
  const Secrets secrets_;
  const Composer composer_;
  const std::unique_ptr<Mailer> mailer_;
  std::unique_ptr<Sender> sender_;  // null: nothing is sent
};

// A row as the contract has it.
v1::DigestIssue ToProto(const IssueRow& issue, std::string_view digest,
                        std::string message_id);
v1::Suppression ToProto(const SuppressionRow& row);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_DIGESTS_H_
