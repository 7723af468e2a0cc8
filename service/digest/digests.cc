#include "service/digest/digests.h"

#include <optional>
#include <utility>
#include <vector>

#include "service/base/error_details.h"
#include "service/base/paper_id.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/address.h"
#include "service/digest/choose.h"
#include "service/digest/consent_tables.h"
#include "service/digest/decide.h"
#include "service/digest/folder_mailer.h"
#include "service/digest/mail_report.h"
#include "service/digest/outcome.h"
#include "service/digest/settings.h"
#include "service/journal/appender.h"
#include "service/query/parser.h"

namespace paperwire::digest {
namespace {

using journal::SetTime;
using store::Transaction;

constexpr size_t kMaxReportBytes = size_t{10} << 20;
constexpr size_t kMaxDetail = 1000;
constexpr size_t kMostFound = 1000;
constexpr std::string_view kSuppressions = "suppressions/";

absl::Status NotConfigured() {
  return WithReason(
      absl::FailedPreconditionError(
          "This server sends no mail. Start paperwired with --smtp (or "
          "--mail-folder), --mail-from, --http and --public-url."),
      "MAIL_NOT_CONFIGURED");
}

absl::Status NoSuchLink() {
  return absl::NotFoundError(
      "This link is not one of ours, or what it was about was deleted.");
}

// What a report says, acted upon.
absl::StatusOr<v1::ReportMailResponse> Act(const Composer& composer,
                                           const MailReport& report,
                                           Transaction& t) {
  using v1::ReportMailResponse;
  ReportMailResponse response;
  response.set_detail(report.detail);
  std::optional<std::pair<int64_t, int64_t>> ours;
  for (const std::string& id : report.message_ids) {
    ours = composer.OpenMessageId(id);
    if (ours.has_value()) break;
  }
  if (report.kind == MailReport::Kind::kNone || !ours.has_value())
    return response;
  ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, ours->first));
  if (row.has_value()) response.set_digest(row->digest.name());
  switch (report.kind) {
    case MailReport::Kind::kBounce: {
      response.set_kind(ReportMailResponse::KIND_BOUNCE);
      ASSIGN_OR_RETURN(
          *response.mutable_suppressed_address(),
          NoteBounce(ours->first, ours->second,
                     /*no_mailbox=*/
                     std::string_view(report.status).starts_with("5.1."),
                     report.detail, t));
      break;
    }
    case MailReport::Kind::kComplaint:
      response.set_kind(ReportMailResponse::KIND_COMPLAINT);
      if (!row.has_value()) break;
      RETURN_IF_ERROR(Suppress(row->digest.address(),
                               v1::Suppression::REASON_COMPLAINED,
                               "a message was marked as unwanted", t));
      response.set_suppressed_address(row->digest.address());
      break;
    default:
      response.set_kind(ReportMailResponse::KIND_DELAY);
  }
  return response;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mailer>> MakeMailer(const MailOptions& options) {
  if (options.smtp.url.empty() && options.folder.empty()) return nullptr;
  if (options.from.empty()) {
    return absl::InvalidArgumentError(
        "Messages need a sender: give --mail-from \"Paperwire "
        "<digests@example.org>\".");
  }
  if (options.public_url.empty()) {
    return absl::InvalidArgumentError(
        "Messages need links that their readers reach: give --public-url "
        "https://papers.example.org, and --http, where it leads to.");
  }
  ASSIGN_OR_RETURN(const Mailbox from, ParseMailbox(options.from));
  if (!options.folder.empty()) return MakeFolderMailer(options.folder);
  SmtpOptions smtp = options.smtp;
  if (smtp.sender.empty()) smtp.sender = from.address;
  RETURN_IF_ERROR(CheckAddress(smtp.sender));
  return MakeSmtpMailer(smtp);
}

absl::StatusOr<std::unique_ptr<Digests>> Digests::Open(
    const MailOptions& options, std::unique_ptr<Mailer> mailer,
    store::Store* store, Clock* clock) {
  std::string key;
  {
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store->journal().Take());
    ASSIGN_OR_RETURN(key, ReadKey(*db));
  }
  // For previews, which need no mail server.
  Mailbox from{.name = "Paperwire", .address = "paperwire@localhost"};
  if (!options.from.empty()) {
    ASSIGN_OR_RETURN(from, ParseMailbox(options.from));
  }
  return std::unique_ptr<Digests>(new Digests(options, std::move(key),
                                              std::move(from), store,
                                              std::move(mailer), clock));
}

Digests::Digests(const MailOptions& options, std::string key, Mailbox from,
                 store::Store* store, std::unique_ptr<Mailer> mailer,
                 Clock* clock)
    : store_(*store),
      clock_(*clock),
      secrets_(std::move(key)),
      composer_(store, &secrets_,
                {.from = std::move(from), .public_url = options.public_url}),
      mailer_(std::move(mailer)) {
  if (mailer_ != nullptr) {
    sender_ = std::make_unique<Sender>(store, &composer_, mailer_.get(), clock);
  }
}

Digests::~Digests() { Stop(); }

void Digests::Start() {
  if (sender_ != nullptr) sender_->Start();
}

void Digests::BeginStop(absl::Time deadline) {
  if (sender_ != nullptr) sender_->BeginStop(deadline);
}

void Digests::Stop() {
  if (sender_ != nullptr) sender_->Stop();
}

void Digests::Change(
    std::function<absl::StatusOr<DigestRow>(Transaction&)> apply,
    Done<v1::Digest> done) {
  store_.Record(store::MakeJob<DigestRow>(
      std::move(apply),
      [this, done = std::move(done)](absl::StatusOr<DigestRow> row) {
        if (sender_ != nullptr) sender_->Wake();
        if (row.ok()) {
          done(digest::ToProto(*row));
        } else {
          // Handed over, not shared: whoever asked may be done with it first.
          done(std::move(row).status());
        }
      }));
}

absl::Status Digests::Reserve(const v1::Digest& digest,
                              std::shared_ptr<const void>* room) {
  if (!digest.has_query()) return absl::OkStatus();
  const absl::StatusOr<query::Query> query = query::Parse(digest.query());
  if (!query.ok()) return PrefixField("digest.query", query.status());
  ASSIGN_OR_RETURN(*room, store_.standing().Reserve(*query));
  return absl::OkStatus();
}

void Digests::Create(v1::CreateDigestRequest request, Done<v1::Digest> done) {
  if (!configured()) return done(NotConfigured());
  std::shared_ptr<const void> room;
  const absl::Status reserved = Reserve(request.digest(), &room);
  if (!reserved.ok()) return done(reserved);
  Change([request = std::move(request)](
             Transaction& t) { return digest::Create(request, t); },
         [room, done = std::move(done)](absl::StatusOr<v1::Digest> digest) {
           done(std::move(digest));
         });
}

void Digests::Update(v1::UpdateDigestRequest request, Done<v1::Digest> done) {
  std::shared_ptr<const void> room;
  const absl::Status reserved = Reserve(request.digest(), &room);
  if (!reserved.ok()) return done(reserved);
  Change([request = std::move(request)](
             Transaction& t) { return digest::Update(request, t); },
         [room, done = std::move(done)](absl::StatusOr<v1::Digest> digest) {
           done(std::move(digest));
         });
}

void Digests::SetPaused(std::string name, std::string etag, bool paused,
                        Done<v1::Digest> done) {
  Change(
      [name = std::move(name), etag = std::move(etag), paused](Transaction& t) {
        return digest::SetPaused(name, etag, paused, t);
      },
      std::move(done));
}

void Digests::Delete(v1::DeleteDigestRequest request, Done<bool> done) {
  store_.Record(store::MakeJob<bool>(
      [request = std::move(request)](Transaction& t) -> absl::StatusOr<bool> {
        const absl::Status status =
            digest::Delete(request.name(), request.etag(), t);
        if (absl::IsNotFound(status) && request.allow_missing()) return false;
        if (!status.ok()) return status;
        return true;
      },
      std::move(done)));
}

void Digests::AskAgain(std::string name, Done<v1::Digest> done) {
  if (!configured()) return done(NotConfigured());
  Change([name = std::move(name)](
             Transaction& t) { return digest::AskAgain(name, t); },
         std::move(done));
}

void Digests::Confirm(std::string token, Done<v1::Digest> done) {
  Change([token = std::move(token)](
             Transaction& t) { return digest::Confirm(token, t); },
         std::move(done));
}

void Digests::Unsubscribe(std::string_view link, Done<v1::Digest> done) {
  const std::optional<std::vector<int64_t>> numbers =
      secrets_.Open(Secrets::kUnsubscribe, link);
  if (!numbers.has_value() || numbers->size() != 1) return done(NoSuchLink());
  Change([number = (*numbers)[0]](
             Transaction& t) { return digest::Unsubscribe(number, t); },
         std::move(done));
}

absl::StatusOr<v1::Digest> Digests::FindByLink(Secrets::Purpose purpose,
                                               std::string_view link) {
  const std::optional<std::vector<int64_t>> numbers =
      secrets_.Open(purpose, link);
  if (!numbers.has_value() || numbers->size() != 1) return NoSuchLink();
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(std::optional<DigestRow> row,
                   FindDigest(*db, (*numbers)[0]));
  if (!row.has_value()) return NoSuchLink();
  return digest::ToProto(*row);
}

absl::StatusOr<v1::Digest> Digests::FindByToken(std::string_view token) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(std::optional<int64_t> number,
                   FindToken(*db, token, clock_.Now()));
  std::optional<DigestRow> row;
  if (number.has_value()) {
    ASSIGN_OR_RETURN(row, FindDigest(*db, *number));
  }
  if (!row.has_value()) return NoSuchLink();
  return digest::ToProto(*row);
}

absl::StatusOr<std::vector<std::shared_ptr<const v1::Paper>>>
Digests::FindFound(std::string_view link) {
  const std::optional<std::vector<int64_t>> numbers =
      secrets_.Open(Secrets::kList, link);
  if (!numbers.has_value() || numbers->size() != 2) return NoSuchLink();
  std::optional<DigestRow> row;
  std::optional<IssueRow> issue;
  {
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
    ASSIGN_OR_RETURN(row, FindDigest(*db, (*numbers)[0]));
    ASSIGN_OR_RETURN(issue, FindIssue(*db, (*numbers)[0], (*numbers)[1]));
  }
  if (!row.has_value() || !issue.has_value() || row->subscription == 0) {
    return NoSuchLink();
  }
  return ReadFound(store_, row->subscription, *issue, kMostFound);
}

std::string Digests::UnsubscribeLink(std::string_view manage_link) const {
  const std::optional<std::vector<int64_t>> numbers =
      secrets_.Open(Secrets::kManage, manage_link);
  if (!numbers.has_value()) return "";
  return secrets_.Sign(Secrets::kUnsubscribe, *numbers);
}

void Digests::Report(v1::ReportMailRequest request,
                     Done<v1::ReportMailResponse> done) {
  if (request.message().size() > kMaxReportBytes) {
    return done(InvalidField(
        "message", StrCat("It has ", request.message().size(),
                          " bytes; at most ", kMaxReportBytes, " are read.")));
  }
  absl::StatusOr<MailReport> report = ParseMailReport(request.message());
  if (!report.ok()) {
    return done(InvalidField("message", ToStd(report.status().message())));
  }
  store_.Record(store::MakeJob<v1::ReportMailResponse>(
      [this, report = *std::move(report)](Transaction& t) {
        return Act(composer_, report, t);
      },
      std::move(done)));
}

void Digests::CreateSuppression(v1::CreateSuppressionRequest request,
                                Done<v1::Suppression> done) {
  const absl::Status address = CheckAddress(request.address());
  if (!address.ok()) {
    return done(InvalidField("address", ToStd(address.message())));
  }
  if (request.detail().size() > kMaxDetail) {
    return done(InvalidField(
        "detail", StrCat("At most ", kMaxDetail, " bytes are kept.")));
  }
  store_.Record(store::MakeJob<v1::Suppression>(
      [request = std::move(request)](
          Transaction& t) -> absl::StatusOr<v1::Suppression> {
        RETURN_IF_ERROR(Suppress(request.address(),
                                 v1::Suppression::REASON_MANUAL,
                                 request.detail(), t));
        ASSIGN_OR_RETURN(std::optional<SuppressionRow> row,
                         FindSuppression(t.db, request.address()));
        return digest::ToProto(row.value());
      },
      std::move(done)));
}

void Digests::DeleteSuppression(std::string name, Done<bool> done) {
  store_.Record(store::MakeJob<bool>(
      [name = std::move(name)](Transaction& t) -> absl::StatusOr<bool> {
        std::string_view address = name;
        ConsumePrefix(&address, kSuppressions);
        ASSIGN_OR_RETURN(bool erased, EraseSuppression(t.db, address));
        if (erased) return true;
        return WithReason(
            absl::NotFoundError(StrCat("Nothing holds back messages to ",
                                       address.substr(0, 254),
                                       ". ListSuppressions names what does.")),
            "SUPPRESSION_NOT_FOUND");
      },
      std::move(done)));
}

absl::StatusOr<v1::Digest> Digests::Get(std::string_view name) {
  RETURN_IF_ERROR(CheckDigestName(name, "name"));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(DigestRow row, NeedDigest(*db, name));
  return digest::ToProto(row);
}

absl::StatusOr<v1::ListDigestIssuesResponse> Digests::ListIssues(
    std::string_view name, int64_t before, int limit) {
  RETURN_IF_ERROR(CheckDigestName(name, "parent"));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(DigestRow row, NeedDigest(*db, name));
  ASSIGN_OR_RETURN(std::vector<IssueRow> issues,
                   digest::ListIssues(*db, row.number, before, limit));
  v1::ListDigestIssuesResponse response;
  for (const IssueRow& issue : issues) {
    *response.add_digest_issues() = digest::ToProto(
        issue, name, composer_.MessageId(row.number, issue.issue));
  }
  return response;
}

absl::StatusOr<v1::PreviewDigestResponse> Digests::Preview(
    const v1::PreviewDigestRequest& request,
    const std::function<absl::Status()>& check) {
  const absl::Time now = clock_.Now();
  DigestRow row;
  Choice choice;
  if (request.has_name()) {
    RETURN_IF_ERROR(CheckDigestName(request.name(), "name"));
    {
      ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
      ASSIGN_OR_RETURN(row, NeedDigest(*db, request.name()));
    }
    ASSIGN_OR_RETURN(choice, Choose(store_, row, now));
  } else if (request.has_digest()) {
    RETURN_IF_ERROR(PrefixField("digest", CheckSettings(request.digest())));
    row.digest = request.digest();
    ASSIGN_OR_RETURN(choice,
                     ChooseUnstored(store_, request.digest(), now, check));
  } else {
    return InvalidField("name", "Give the name of a digest, or a digest.");
  }
  v1::PreviewDigestResponse response;
  if (choice.empty()) return response;
  IssueRow issue;
  issue.digest = row.number;
  issue.due = now;
  issue.papers = choice.papers;
  issue.matches = choice.matches;
  issue.more = choice.more;
  issue.lost = choice.lost;
  ASSIGN_OR_RETURN(Message message, composer_.ComposePreview(row, issue, now));
  response.set_message(std::move(message.bytes));
  response.set_subject(std::move(message.letter.subject));
  response.set_text(std::move(message.letter.text));
  response.set_html(std::move(message.letter.html));
  for (const int64_t paper : issue.papers) {
    response.add_papers(PaperName(paper));
  }
  response.set_more_count(static_cast<int32_t>(choice.more));
  return response;
}

v1::DigestIssue ToProto(const IssueRow& issue, std::string_view digest,
                        std::string message_id) {
  v1::DigestIssue proto;
  proto.set_name(StrCat(digest, "/issues/", issue.issue));
  proto.set_kind(issue.kind);
  proto.set_state(issue.state);
  SetTime(issue.due, proto.mutable_due_time());
  proto.set_message_id(std::move(message_id));
  for (const int64_t paper : issue.papers) proto.add_papers(PaperName(paper));
  proto.set_more_count(static_cast<int32_t>(issue.more));
  proto.set_attempt_count(issue.attempts);
  if (issue.attempted.has_value()) {
    SetTime(*issue.attempted, proto.mutable_attempt_time());
  }
  if (issue.next_attempt.has_value()) {
    SetTime(*issue.next_attempt, proto.mutable_next_attempt_time());
  }
  proto.set_error(issue.error);
  return proto;
}

v1::Suppression ToProto(const SuppressionRow& row) {
  v1::Suppression proto;
  proto.set_name(StrCat(kSuppressions, row.address));
  proto.set_reason(row.reason);
  proto.set_detail(row.detail);
  SetTime(row.created, proto.mutable_create_time());
  return proto;
}

}  // namespace paperwire::digest
