#include "service/digest/outcome.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/consent_tables.h"
#include "service/digest/decide.h"
#include "service/digest/schedule.h"

namespace paperwire::digest {
namespace {

using store::Transaction;
using v1::DigestIssue;

// Counts a message that its server does not want; whether that is enough to
// stop. The row is written in any case.
absl::StatusOr<bool> CountRefused(DigestRow row, std::string_view why,
                                  Transaction& t) {
  ++row.refused;
  row.last_error = std::string(why);
  RETURN_IF_ERROR(WriteDigest(t.db, row));
  if (row.refused < kRefusedInARow) return false;
  RETURN_IF_ERROR(Suppress(row.digest.address(),
                           v1::Suppression::REASON_BOUNCED,
                           StrCat(row.refused,
                                  " messages in a row were refused; the last "
                                  "time: ",
                                  why),
                           t));
  return true;
}

absl::Status NoteTaken(DigestRow row, IssueRow issue, absl::Time now,
                       Transaction& t) {
  issue.state = DigestIssue::STATE_SENT;
  RETURN_IF_ERROR(WriteIssue(t.db, issue));
  if (row.at_hand == issue.issue) row.at_hand = 0;
  row.last_error.clear();
  if (issue.kind != DigestIssue::KIND_CONFIRMATION) {
    // Of this one nobody knows yet whether it comes back.
    ASSIGN_OR_RETURN(std::optional<IssueRow> last,
                     FindIssue(t.db, row.number, issue.issue - 1));
    if (last.has_value() && last->state == DigestIssue::STATE_SENT) {
      row.refused = 0;
    }
    row.sent = now;
    row.sequence = std::max(row.sequence, issue.sequence);
    RETURN_IF_ERROR(NoteSent(t.db, row.number, issue.papers));
  }
  return WriteDigest(t.db, row);
}

absl::Status NoteGivenUp(DigestRow row, IssueRow issue,
                         const MailAnswer& answer, Transaction& t) {
  issue.state = DigestIssue::STATE_FAILED;
  if (row.at_hand == issue.issue) row.at_hand = 0;
  row.last_error = answer.error;
  RETURN_IF_ERROR(WriteDigest(t.db, row));
  if (answer.kind == MailAnswer::kNoMailbox) {
    RETURN_IF_ERROR(Suppress(row.digest.address(),
                             v1::Suppression::REASON_BOUNCED, answer.error, t));
  } else if (answer.kind == MailAnswer::kRefused) {
    RETURN_IF_ERROR(CountRefused(std::move(row), answer.error, t).status());
  }
  return WriteIssue(t.db, issue);
}

}  // namespace

absl::Status NoteOutcome(const IssueRow& sent, const MailAnswer& answer,
                         absl::Time began, double random, Transaction& t) {
  ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, sent.digest));
  if (!row.has_value()) return absl::OkStatus();
  const absl::Time now = t.appender.ClockTime();
  const bool at_hand = row->at_hand == sent.issue;
  IssueRow issue = sent;
  issue.attempted = began;
  issue.error = answer.error;
  issue.next_attempt.reset();
  if (answer.kind == MailAnswer::kTaken) {
    ++issue.attempts;
    return NoteTaken(*std::move(row), std::move(issue), now, t);
  }
  if (!at_hand) return absl::OkStatus();  // it was taken back
  if (answer.kind == MailAnswer::kNoServer) {
    issue.next_attempt = now;  // the sender holds it
  } else {
    ++issue.attempts;
    if (answer.kind == MailAnswer::kLater) {
      issue.next_attempt = NextAttempt(issue.due, issue.attempts, now, random);
    }
  }
  if (!issue.next_attempt.has_value()) {
    return NoteGivenUp(*std::move(row), std::move(issue), answer, t);
  }
  row->last_error = answer.error;
  RETURN_IF_ERROR(WriteDigest(t.db, *row));
  return WriteIssue(t.db, issue);
}

absl::StatusOr<std::string> NoteBounce(int64_t digest, int64_t number,
                                       bool no_mailbox, std::string_view detail,
                                       Transaction& t) {
  ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, digest));
  if (!row.has_value()) return std::string();
  const std::string address = row->digest.address();
  ASSIGN_OR_RETURN(std::optional<IssueRow> issue,
                   FindIssue(t.db, digest, number));
  // Reported before.
  if (issue.has_value() && issue->state == DigestIssue::STATE_BOUNCED) {
    ASSIGN_OR_RETURN(std::optional<SuppressionRow> suppression,
                     FindSuppression(t.db, address));
    return suppression.has_value() ? address : std::string();
  }
  if (issue.has_value()) {
    issue->state = DigestIssue::STATE_BOUNCED;
    issue->error = std::string(detail);
    issue->next_attempt.reset();
    RETURN_IF_ERROR(WriteIssue(t.db, *issue));
    if (row->at_hand == number) row->at_hand = 0;
  }
  if (no_mailbox) {
    RETURN_IF_ERROR(WriteDigest(t.db, *row));
    RETURN_IF_ERROR(
        Suppress(address, v1::Suppression::REASON_BOUNCED, detail, t));
    return address;
  }
  ASSIGN_OR_RETURN(bool stopped, CountRefused(*std::move(row), detail, t));
  return stopped ? address : std::string();
}

}  // namespace paperwire::digest
