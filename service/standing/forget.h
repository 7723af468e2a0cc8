// What becomes of noted matches whose entries the journal forgets
// (journal/compaction.h).
//
//     ASSIGN_OR_RETURN(journal::Superseded old, FindSuperseded(db, up_to, 1000));
//     RETURN_IF_ERROR(ForgetMatches(db, old.entries));
//     RETURN_IF_ERROR(Drop(db, old));
//
// The match goes, for there is no paper any more to deliver. Two things stay:
//
//     match_seen  number, paper: it was delivered, and never will be again
//     match_lost  number, sequence: of the last match that went. Whoever reads
//                 from before it is told, and does not silently miss it.

#ifndef PAPERWIRE_SERVICE_STANDING_FORGET_H_
#define PAPERWIRE_SERVICE_STANDING_FORGET_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/journal/compaction.h"
#include "service/journal/database.h"

namespace paperwire::standing {

// Entries by rising sequence. Inside the caller's transaction.
absl::Status ForgetMatches(journal::Database& db,
                           const std::vector<journal::Superseded::Old>& entries);

// Of the last match of a subscription that went; 0 for none. Everything after
// it can still be read.
absl::StatusOr<int64_t> LastLost(journal::Database& db, int64_t subscription);

// OUT_OF_RANGE with reason TOKEN_TOO_OLD when matches after `place` are gone.
// To be asked after the matches were read, since they may go meanwhile.
absl::Status CheckLost(journal::Database& db, int64_t subscription,
                       int64_t place);

// Whether one of these papers was delivered under an entry that went.
absl::StatusOr<bool> AnySeen(journal::Database& db, int64_t subscription,
                             const std::vector<int64_t>& papers);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_FORGET_H_
