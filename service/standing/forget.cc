#include "service/standing/forget.h"

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"

namespace paperwire::standing {
namespace {

using journal::Database;
using journal::Statement;
using journal::Superseded;

absl::Status ForgetOne(Database& db, const Superseded::Old& old) {
  RETURN_IF_ERROR(db.Get("INSERT OR IGNORE INTO match_seen "
                         "SELECT number, ?2 FROM match WHERE sequence = ?1")
                      .Bind(1, old.sequence)
                      .Bind(2, old.number)
                      .Run());
  // What was delivered of the paper that was joined counts for the whole.
  if (old.other != 0) {
    RETURN_IF_ERROR(db.Get("INSERT OR IGNORE INTO match_seen "
                           "SELECT number, ?2 FROM match_seen WHERE paper = ?1")
                        .Bind(1, old.other)
                        .Bind(2, old.number)
                        .Run());
  }
  RETURN_IF_ERROR(
      db.Get("INSERT INTO match_lost "
             "SELECT number, sequence FROM match WHERE sequence = ?1 "
             "ON CONFLICT (number) DO UPDATE "
             "SET sequence = max(sequence, excluded.sequence)")
          .Bind(1, old.sequence)
          .Run());
  return db.Get("DELETE FROM match WHERE sequence = ?1")
      .Bind(1, old.sequence)
      .Run();
}

}  // namespace

absl::Status ForgetMatches(Database& db,
                           const std::vector<Superseded::Old>& entries) {
  for (const Superseded::Old& old : entries) {
    if (!journal::IsOfPaper(old.kind)) continue;
    RETURN_IF_ERROR(ForgetOne(db, old));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> LastLost(Database& db, int64_t subscription) {
  return db.Get("SELECT sequence FROM match_lost WHERE number = ?1")
      .Bind(1, subscription)
      .Number();
}

absl::Status CheckLost(Database& db, int64_t subscription, int64_t place) {
  ASSIGN_OR_RETURN(int64_t lost, LastLost(db, subscription));
  if (lost <= place) return absl::OkStatus();
  return WithReason(
      absl::OutOfRangeError(StrCat("Matches after ", place, ", up to ", lost,
                                   ", are no longer in the journal.")),
      "TOKEN_TOO_OLD");
}

absl::StatusOr<bool> AnySeen(Database& db, int64_t subscription,
                             const std::vector<int64_t>& papers) {
  for (const int64_t paper : papers) {
    ASSIGN_OR_RETURN(int64_t seen, db.Get("SELECT count(*) FROM match_seen "
                                          "WHERE number = ?1 AND paper = ?2")
                                       .Bind(1, subscription)
                                       .Bind(2, paper)
                                       .Number());
    if (seen > 0) return true;
  }
  return false;
}

}  // namespace paperwire::standing
