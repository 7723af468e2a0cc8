// Where digests and their messages are kept, in the journal's file.
//
//     digest              number -> one digest: what was asked, how far it is
//     digest_issue        digest, issue -> one message: at hand, or history
//     digest_seen         digest, paper -> it was in a message
//     digest_key          what links are signed with
//
// What is known of addresses stands in consent_tables.h.
//
// They are changed inside transactions of the writer, as everything is, and are
// no entries of the journal: whoever reads the journal must not read addresses,
// and one that is deleted must be gone. What a digest asks for does stand
// there, as a subscription of the digest's name (standing/subscriptions.h).
//
// A message is a row before its first attempt, and its papers and Message-ID
// stay as they are in the row, whatever crashes.

#ifndef PAPERWIRE_SERVICE_DIGEST_TABLES_H_
#define PAPERWIRE_SERVICE_DIGEST_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/digest.pb.h"
#include "service/journal/database.h"
#include "service/store/store.h"

namespace paperwire::digest {

using DigestState = v1::Digest::State;
using IssueState = v1::DigestIssue::State;
using IssueKind = v1::DigestIssue::Kind;

struct DigestRow {
  int64_t number = 0;
  // As stored: what was asked, times, etag, state. Without what sending
  // changes (next_send_time, last_send_time, last_error).
  v1::Digest digest;
  int64_t subscription = 0;  // the number of its query's; 0: it has none
  int64_t sequence = 0;      // matches up to here were sent
  std::optional<absl::Time> due;
  std::optional<absl::Time> sent;  // the last message with papers, or note
  int64_t at_hand = 0;             // the issue that is not sent yet; 0: none
  int64_t last_issue = 0;
  int refused = 0;  // messages in a row that were refused, or came back
  std::optional<absl::Time> expires;  // of one that is not confirmed
  std::string last_error;
};

struct IssueRow {
  int64_t digest = 0;
  int64_t issue = 0;
  IssueKind kind = v1::DigestIssue::KIND_PAPERS;
  IssueState state = v1::DigestIssue::STATE_PENDING;
  absl::Time due;
  int64_t after = 0;            // matches after this ...
  int64_t sequence = 0;         // ... up to here were looked at
  std::vector<int64_t> papers;  // by number, best first
  int matches = 0;              // so many of them are matches; then the board
  int64_t more = 0;
  bool lost = false;  // the journal no longer held some matches
  int attempts = 0;
  std::optional<absl::Time> attempted;
  std::optional<absl::Time> next_attempt;
  std::string error;
};

// The tables as the store keeps them: made at its opening.
store::SideTables DigestTables();

// What links are signed with; made by DigestTables.
absl::StatusOr<std::string> ReadKey(journal::Database& db);

// Reading. Any connection.

absl::StatusOr<std::optional<DigestRow>> FindDigest(journal::Database& db,
                                                    int64_t number);
absl::StatusOr<std::optional<DigestRow>> FindDigest(journal::Database& db,
                                                    std::string_view name);
// As FindDigest; NOT_FOUND, with what to do, when there is none.
absl::StatusOr<DigestRow> NeedDigest(journal::Database& db,
                                     std::string_view name);
// Those of an owner with names after `after`, by name.
absl::StatusOr<std::vector<DigestRow>> ListOwned(journal::Database& db,
                                                 std::string_view parent,
                                                 std::string_view after,
                                                 int limit);
absl::StatusOr<std::vector<int64_t>> ListByAddress(journal::Database& db,
                                                   std::string_view address);
// Active ones that are due at `now` or before and have no issue at hand.
absl::StatusOr<std::vector<int64_t>> ListDue(journal::Database& db,
                                             absl::Time now, int limit);
// Pending issues whose next attempt is due, as their digests; the longest
// waiting first.
absl::StatusOr<std::vector<int64_t>> ListToSend(journal::Database& db,
                                                absl::Time now, int limit);
// Unconfirmed ones that expire at `now` or before.
absl::StatusOr<std::vector<int64_t>> ListExpired(journal::Database& db,
                                                 absl::Time now, int limit);
// Those of the first two that are due after `time`: later than they can be,
// unless the clock was put back.
absl::StatusOr<std::vector<int64_t>> ListBeyond(journal::Database& db,
                                                absl::Time time, int limit);
// When the first of these three has something. Nothing: never.
absl::StatusOr<std::optional<absl::Time>> NextTime(journal::Database& db);

absl::StatusOr<std::optional<IssueRow>> FindIssue(journal::Database& db,
                                                  int64_t digest,
                                                  int64_t issue);
// Newest first, those before `before`.
absl::StatusOr<std::vector<IssueRow>> ListIssues(journal::Database& db,
                                                 int64_t digest, int64_t before,
                                                 int limit);
// Whether one of these papers was in a message of a digest.
absl::StatusOr<bool> WasSent(journal::Database& db, int64_t digest,
                             const std::vector<int64_t>& papers);
absl::StatusOr<std::optional<int64_t>> FindRequest(journal::Database& db,
                                                   std::string_view parent,
                                                   std::string_view request_id);
absl::StatusOr<int64_t> LastNumber(journal::Database& db);

// Writing. Inside a transaction of the writer.

// All of a row; a new number makes a new one.
absl::Status WriteDigest(journal::Database& db, const DigestRow& row);
// With its issues and all else that is known of it.
absl::Status EraseDigest(journal::Database& db, int64_t number);
// All of a row. Of a digest, the last 100 are kept.
absl::Status WriteIssue(journal::Database& db, const IssueRow& row);
absl::Status EraseIssue(journal::Database& db, int64_t digest, int64_t issue);
absl::Status NoteSent(journal::Database& db, int64_t digest,
                      const std::vector<int64_t>& papers);
absl::Status NoteRequest(journal::Database& db, std::string_view parent,
                         std::string_view request_id, int64_t digest);
}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_TABLES_H_
