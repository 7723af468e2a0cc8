#include "service/digest/decide.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/address.h"
#include "service/digest/consent_tables.h"
#include "service/digest/schedule.h"
#include "service/digest/settings.h"
#include "service/journal/appender.h"
#include "service/standing/subscriptions.h"

namespace paperwire::digest {
namespace {

using journal::SetTime;
using store::Transaction;
using v1::Digest;

constexpr size_t kMaxRequestId = 64;

absl::Status CheckSuppressed(std::string_view address, Transaction& t) {
  ASSIGN_OR_RETURN(std::optional<SuppressionRow> row,
                   FindSuppression(t.db, address));
  if (!row.has_value()) return absl::OkStatus();
  return WithReason(
      absl::FailedPreconditionError(
          StrCat("Nothing is sent to ", address, ": ",
                 row->detail.empty() ? "it is suppressed" : row->detail,
                 ". When its reader wants that changed, delete suppressions/",
                 row->address, " first.")),
      "ADDRESS_SUPPRESSED", {{"address", row->address}});
}

// Puts a message that asks for consent at hand.
absl::Status Ask(DigestRow* row, Transaction& t) {
  const absl::Time now = t.appender.ClockTime();
  const std::string& address = row->digest.address();
  RETURN_IF_ERROR(CheckSuppressed(address, t));
  ASSIGN_OR_RETURN(int64_t asked,
                   CountAsked(t.db, address, now - absl::Hours(24), now));
  if (asked >= kAskedPerDay) {
    return WithReason(
        absl::ResourceExhaustedError(StrCat(
            address, " was asked ", asked,
            " times in 24 hours and has not "
            "confirmed. Nobody is asked more often: its reader may not want "
            "it. Try again tomorrow.")),
        "TOO_MANY_CONFIRMATIONS", {{"address", address}});
  }
  RETURN_IF_ERROR(NoteAsked(t.db, address, now, now - absl::Hours(24)));
  if (row->at_hand != 0) {
    RETURN_IF_ERROR(EraseIssue(t.db, row->number, row->at_hand));
  }
  IssueRow issue;
  issue.digest = row->number;
  issue.issue = ++row->last_issue;
  issue.kind = v1::DigestIssue::KIND_CONFIRMATION;
  issue.due = now;
  issue.next_attempt = now;
  RETURN_IF_ERROR(WriteIssue(t.db, issue));
  row->at_hand = issue.issue;
  row->expires = now + kConfirmWithin;
  row->last_error.clear();
  return absl::OkStatus();
}

// Takes a message that was not sent back. Its papers come with the next one.
absl::Status TakeBack(DigestRow* row, Transaction& t) {
  if (row->at_hand == 0) return absl::OkStatus();
  RETURN_IF_ERROR(EraseIssue(t.db, row->number, row->at_hand));
  row->at_hand = 0;
  return absl::OkStatus();
}

absl::Status SetDue(DigestRow* row, Transaction& t) {
  ASSIGN_OR_RETURN(const Schedule schedule,
                   ParseSchedule(row->digest.schedule()));
  row->due = NextDue(schedule, t.appender.ClockTime());
  return absl::OkStatus();
}

// Ends it for good, with what it has left standing.
absl::Status Stop(Digest::State state, std::string_view why, DigestRow* row,
                  Transaction& t) {
  row->digest.set_state(state);
  row->last_error = std::string(why);
  row->due.reset();
  row->expires.reset();
  row->subscription = 0;
  RETURN_IF_ERROR(TakeBack(row, t));
  RETURN_IF_ERROR(EraseTokens(t.db, row->number));
  return t.subscriptions.EndFor(row->digest.name(), t.changes);
}

// Has its query stand, or none.
absl::Status SetQuery(DigestRow* row, Transaction& t) {
  if (!row->digest.has_query()) {
    row->subscription = 0;
    return t.subscriptions.EndFor(row->digest.name(), t.changes);
  }
  const bool stood = row->subscription != 0;
  ASSIGN_OR_RETURN(row->subscription,
                   t.subscriptions.PutFor(row->digest.name(),
                                          row->digest.query(), t.changes));
  if (!stood) row->sequence = t.appender.last_sequence();
  return absl::OkStatus();
}

// Dates a change. Two changes never have the same etag.
void Touch(DigestRow* row, Transaction& t) {
  absl::Time now = t.appender.ClockTime();
  if (row->digest.has_update_time()) {
    const absl::Time last =
        absl::FromUnixSeconds(row->digest.update_time().seconds()) +
        absl::Nanoseconds(row->digest.update_time().nanos());
    now = std::max(now, last + absl::Microseconds(1));
  }
  SetTime(now, row->digest.mutable_update_time());
  row->digest.set_etag(StrCat("d", absl::ToUnixMicros(now)));
}

absl::StatusOr<DigestRow> Find(std::string_view name, std::string_view etag,
                               std::string_view field, Transaction& t) {
  RETURN_IF_ERROR(CheckDigestName(name, field));
  ASSIGN_OR_RETURN(DigestRow row, NeedDigest(t.db, name));
  if (etag.empty() || etag == row.digest.etag()) return row;
  return WithReason(
      absl::AbortedError(StrCat(
          "The digest ", name, " has changed: its etag is ", row.digest.etag(),
          ", not ", etag.substr(0, 64), ". Read it again and decide anew.")),
      "ETAG_MISMATCH", {{"etag", row.digest.etag()}});
}

absl::StatusOr<std::string> NewName(const v1::CreateDigestRequest& request,
                                    int64_t number, Transaction& t) {
  const auto name_of = [&](std::string_view id) {
    return StrCat(request.parent(), "/digests/", id);
  };
  if (!request.digest_id().empty()) {
    const std::string name = name_of(request.digest_id());
    RETURN_IF_ERROR(CheckDigestName(name, "digest_id"));
    ASSIGN_OR_RETURN(std::optional<DigestRow> there, FindDigest(t.db, name));
    if (!there.has_value()) return name;
    return WithReason(absl::AlreadyExistsError(
                          StrCat("There is a digest ", name,
                                 " already. Give another "
                                 "id, or change that one with UpdateDigest.")),
                      "DIGEST_EXISTS", {{"name", name}});
  }
  for (;; ++number) {
    const std::string name = name_of(StrCat("d", number));
    ASSIGN_OR_RETURN(std::optional<DigestRow> there, FindDigest(t.db, name));
    if (!there.has_value()) return name;
  }
}

absl::Status CheckRequestId(std::string_view request_id) {
  if (request_id.size() <= kMaxRequestId &&
      std::all_of(request_id.begin(), request_id.end(),
                  [](char c) { return c >= ' ' && c <= '~'; })) {
    return absl::OkStatus();
  }
  return InvalidField("request_id",
                      "A request_id is of at most 64 printable ASCII "
                      "characters. A random UUID does well.");
}

absl::Status ApplyUpdate(const v1::UpdateDigestRequest& request,
                         Digest* stored) {
  const Digest& from = request.digest();
  std::vector<std::string> paths(request.update_mask().paths().begin(),
                                 request.update_mask().paths().end());
  if (paths.empty()) {
    if (!from.display_name().empty()) paths.emplace_back("display_name");
    if (from.has_query()) paths.emplace_back("query");
    if (from.has_board()) paths.emplace_back("board");
    if (from.has_schedule()) paths.emplace_back("schedule");
    if (from.max_papers() != 0) paths.emplace_back("max_papers");
    if (from.monthly_note()) paths.emplace_back("monthly_note");
  }
  for (const std::string& path : paths) {
    if (path == "display_name") {
      stored->set_display_name(from.display_name());
    } else if (path == "query") {
      stored->clear_query();
      if (from.has_query()) *stored->mutable_query() = from.query();
    } else if (path == "board") {
      stored->clear_board();
      if (from.has_board()) *stored->mutable_board() = from.board();
    } else if (path == "schedule") {
      *stored->mutable_schedule() = from.schedule();
    } else if (path == "max_papers") {
      stored->set_max_papers(from.max_papers());
    } else if (path == "monthly_note") {
      stored->set_monthly_note(from.monthly_note());
    } else {
      return InvalidField(
          "update_mask",
          StrCat("\"", path.substr(0, 100),
                 "\" cannot be changed. display_name, query, board, schedule, "
                 "max_papers and monthly_note can; another address confirms "
                 "another digest."));
    }
  }
  return absl::OkStatus();
}

absl::Status NotActive(const DigestRow& row) {
  const char* what = "its reader has not confirmed it yet";
  if (row.digest.state() == Digest::STATE_UNSUBSCRIBED) {
    what = "its reader has stopped it; a new one can be confirmed";
  } else if (row.digest.state() == Digest::STATE_SUPPRESSED) {
    what = "nothing is sent to its address any more";
  }
  return WithReason(
      absl::FailedPreconditionError(StrCat("The digest ", row.digest.name(),
                                           " is not active: ", what, ".")),
      "DIGEST_NOT_ACTIVE", {{"state", Digest::State_Name(row.digest.state())}});
}

bool IsStopped(const DigestRow& row) {
  return row.digest.state() == Digest::STATE_UNSUBSCRIBED ||
         row.digest.state() == Digest::STATE_SUPPRESSED;
}

}  // namespace

absl::StatusOr<DigestRow> Create(const v1::CreateDigestRequest& request,
                                 Transaction& t) {
  RETURN_IF_ERROR(standing::CheckParent(request.parent(), "parent"));
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  if (!request.request_id().empty()) {
    ASSIGN_OR_RETURN(std::optional<int64_t> number,
                     FindRequest(t.db, request.parent(), request.request_id()));
    if (number.has_value()) {
      ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, *number));
      if (row.has_value()) return *std::move(row);
    }
  }
  const absl::Status address = CheckAddress(request.digest().address());
  if (!address.ok()) {
    return InvalidField("digest.address", ToStd(address.message()));
  }
  RETURN_IF_ERROR(PrefixField("digest", CheckSettings(request.digest())));
  DigestRow row;
  ASSIGN_OR_RETURN(row.number, LastNumber(t.db));
  ++row.number;
  const Digest& from = request.digest();
  Digest& digest = row.digest;
  ASSIGN_OR_RETURN(*digest.mutable_name(), NewName(request, row.number, t));
  digest.set_display_name(from.display_name());
  digest.set_address(from.address());
  if (from.has_query()) *digest.mutable_query() = from.query();
  if (from.has_board()) *digest.mutable_board() = from.board();
  *digest.mutable_schedule() = from.schedule();
  digest.set_max_papers(from.max_papers());
  digest.set_monthly_note(from.monthly_note());
  digest.set_state(Digest::STATE_UNCONFIRMED);
  Touch(&row, t);
  *digest.mutable_create_time() = digest.update_time();
  RETURN_IF_ERROR(SetQuery(&row, t));
  RETURN_IF_ERROR(Ask(&row, t));
  RETURN_IF_ERROR(WriteDigest(t.db, row));
  if (!request.request_id().empty()) {
    RETURN_IF_ERROR(
        NoteRequest(t.db, request.parent(), request.request_id(), row.number));
  }
  return row;
}

absl::StatusOr<DigestRow> Update(const v1::UpdateDigestRequest& request,
                                 Transaction& t) {
  ASSIGN_OR_RETURN(
      DigestRow row,
      Find(request.digest().name(), request.digest().etag(), "digest.name", t));
  const Digest before = row.digest;
  RETURN_IF_ERROR(ApplyUpdate(request, &row.digest));
  RETURN_IF_ERROR(PrefixField("digest", CheckSettings(row.digest)));
  if (google::protobuf::util::MessageDifferencer::Equals(row.digest, before)) {
    return row;
  }
  Touch(&row, t);
  if (!IsStopped(row)) RETURN_IF_ERROR(SetQuery(&row, t));
  if (row.digest.state() == Digest::STATE_ACTIVE) {
    RETURN_IF_ERROR(SetDue(&row, t));
  }
  RETURN_IF_ERROR(WriteDigest(t.db, row));
  return row;
}

absl::StatusOr<DigestRow> SetPaused(std::string_view name,
                                    std::string_view etag, bool paused,
                                    Transaction& t) {
  ASSIGN_OR_RETURN(DigestRow row, Find(name, etag, "name", t));
  const Digest::State wanted =
      paused ? Digest::STATE_PAUSED : Digest::STATE_ACTIVE;
  if (row.digest.state() == wanted) return row;
  if (row.digest.state() != Digest::STATE_ACTIVE &&
      row.digest.state() != Digest::STATE_PAUSED) {
    return NotActive(row);
  }
  row.digest.set_state(wanted);
  row.due.reset();
  RETURN_IF_ERROR(TakeBack(&row, t));
  if (!paused) RETURN_IF_ERROR(SetDue(&row, t));
  Touch(&row, t);
  RETURN_IF_ERROR(WriteDigest(t.db, row));
  return row;
}

absl::Status Delete(std::string_view name, std::string_view etag,
                    Transaction& t) {
  ASSIGN_OR_RETURN(DigestRow row, Find(name, etag, "name", t));
  RETURN_IF_ERROR(t.subscriptions.EndFor(name, t.changes));
  return EraseDigest(t.db, row.number);
}

absl::StatusOr<DigestRow> AskAgain(std::string_view name, Transaction& t) {
  ASSIGN_OR_RETURN(DigestRow row, Find(name, /*etag=*/"", "name", t));
  if (IsStopped(row)) return NotActive(row);
  if (row.digest.state() != Digest::STATE_UNCONFIRMED) {
    return WithReason(
        absl::FailedPreconditionError(StrCat(
            "The digest ", name, " is confirmed. There is nothing to ask.")),
        "DIGEST_CONFIRMED", {{"name", std::string(name)}});
  }
  RETURN_IF_ERROR(Ask(&row, t));
  RETURN_IF_ERROR(WriteDigest(t.db, row));
  return row;
}

absl::StatusOr<DigestRow> Confirm(std::string_view token, Transaction& t) {
  ASSIGN_OR_RETURN(std::optional<int64_t> number,
                   FindToken(t.db, token, t.appender.ClockTime()));
  std::optional<DigestRow> row;
  if (number.has_value()) {
    ASSIGN_OR_RETURN(row, FindDigest(t.db, *number));
  }
  if (!row.has_value()) {
    return WithReason(
        absl::NotFoundError(
            "This link does not confirm anything: it has expired, or its "
            "digest was deleted or stopped. Ask for a new one."),
        "TOKEN_NOT_FOUND");
  }
  if (row->digest.state() != Digest::STATE_UNCONFIRMED) return *std::move(row);
  RETURN_IF_ERROR(CheckSuppressed(row->digest.address(), t));
  row->digest.set_state(Digest::STATE_ACTIVE);
  row->expires.reset();
  row->last_error.clear();
  RETURN_IF_ERROR(TakeBack(&*row, t));
  RETURN_IF_ERROR(SetDue(&*row, t));
  Touch(&*row, t);
  *row->digest.mutable_confirm_time() = row->digest.update_time();
  RETURN_IF_ERROR(WriteDigest(t.db, *row));
  return *std::move(row);
}

absl::StatusOr<DigestRow> Unsubscribe(int64_t number, Transaction& t) {
  ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, number));
  if (!row.has_value()) {
    DigestRow gone;
    gone.digest.set_state(Digest::STATE_UNSUBSCRIBED);
    return gone;
  }
  if (IsStopped(*row)) return *std::move(row);
  RETURN_IF_ERROR(Stop(Digest::STATE_UNSUBSCRIBED, "", &*row, t));
  Touch(&*row, t);
  RETURN_IF_ERROR(WriteDigest(t.db, *row));
  return *std::move(row);
}

absl::Status Suppress(std::string_view address, v1::Suppression::Reason reason,
                      std::string_view detail, Transaction& t) {
  RETURN_IF_ERROR(WriteSuppression(t.db, {.address = std::string(address),
                                          .reason = reason,
                                          .detail = std::string(detail),
                                          .created = t.appender.ClockTime()}));
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers, ListByAddress(t.db, address));
  for (const int64_t number : numbers) {
    ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, number));
    if (!row.has_value() || IsStopped(*row)) continue;
    RETURN_IF_ERROR(Stop(Digest::STATE_SUPPRESSED, detail, &*row, t));
    Touch(&*row, t);
    RETURN_IF_ERROR(WriteDigest(t.db, *row));
  }
  return absl::OkStatus();
}

absl::Status DeleteExpired(int limit, Transaction& t) {
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers,
                   ListExpired(t.db, t.appender.ClockTime(), limit));
  for (const int64_t number : numbers) {
    ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, number));
    if (!row.has_value()) continue;
    RETURN_IF_ERROR(t.subscriptions.EndFor(row->digest.name(), t.changes));
    RETURN_IF_ERROR(EraseDigest(t.db, number));
  }
  return absl::OkStatus();
}

absl::Status BringBack(absl::Time latest, int limit, Transaction& t) {
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers,
                   ListBeyond(t.db, latest, limit));
  for (const int64_t number : numbers) {
    ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, number));
    if (!row.has_value()) continue;
    if (row->due.has_value()) RETURN_IF_ERROR(SetDue(&*row, t));
    RETURN_IF_ERROR(WriteDigest(t.db, *row));
    if (row->at_hand == 0) continue;
    ASSIGN_OR_RETURN(std::optional<IssueRow> issue,
                     FindIssue(t.db, number, row->at_hand));
    if (!issue.has_value() || !issue->next_attempt.has_value()) continue;
    issue->next_attempt = t.appender.ClockTime();
    RETURN_IF_ERROR(WriteIssue(t.db, *issue));
  }
  return absl::OkStatus();
}

v1::Digest ToProto(const DigestRow& row) {
  v1::Digest digest = row.digest;
  if (row.due.has_value()) SetTime(*row.due, digest.mutable_next_send_time());
  if (row.sent.has_value()) {
    SetTime(*row.sent, digest.mutable_last_send_time());
  }
  digest.set_last_error(row.last_error);
  return digest;
}

}  // namespace paperwire::digest
