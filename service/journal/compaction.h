// Forgetting the past of the journal: what entries say that later ones said
// better.
//
//     ASSIGN_OR_RETURN(Superseded old, FindSuperseded(db, up_to, 1000));
//     ... whoever has notes of these entries moves them ...
//     RETURN_IF_ERROR(Drop(db, old));
//
// The journal is complete from CompleteFrom on. When that moves past an
// entry, the older entries of the same paper or subscription go. So what is
// left before it is the newest state of everything, from which every view can
// still be made; what is left from it on is whole, each with the entry before
// it, so that whoever follows can tell what changed.
//
// An entry that undid a merge stays: it is what keeps the two papers apart.

#ifndef PAPERWIRE_SERVICE_JOURNAL_COMPACTION_H_
#define PAPERWIRE_SERVICE_JOURNAL_COMPACTION_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/journal/database.h"
#include "service/journal/journal.h"

namespace paperwire::journal {

struct Superseded {
  struct Old {
    int64_t sequence = 0;
    Kind kind = Kind::kCreated;
    int64_t number = 0;  // of the paper or the subscription
    int64_t other = 0;   // kMerged: the paper that was joined to it, or 0
    bool stays = false;  // it undid a merge
  };
  std::vector<Old> entries;   // by rising sequence
  int64_t complete_from = 1;  // what CompleteFrom will be
};

// What can go when CompleteFrom moves past up to `limit` more entries, none of
// them after `up_to`. It reads them, at some 10 microseconds each. With
// complete_from as it is, there is nothing to be done.
absl::StatusOr<Superseded> FindSuperseded(Database& db, int64_t up_to,
                                          int limit);

// Deletes these entries and moves CompleteFrom. Inside the caller's
// transaction, the one of FindSuperseded.
absl::Status Drop(Database& db, const Superseded& superseded);

// Bytes of the file that hold something; what was freed is used again before
// the file grows.
absl::StatusOr<int64_t> LiveBytes(Database& db);

// Gives up to `pages` freed pages back to the file system. Files made before
// data version 3 keep theirs.
absl::Status Shrink(Database& db, int pages);

}  // namespace paperwire::journal

#endif  // PAPERWIRE_SERVICE_JOURNAL_COMPACTION_H_
