// Journal entries as changes: with the paper that was there before.

#ifndef PAPERWIRE_SERVICE_STANDING_READ_CHANGE_H_
#define PAPERWIRE_SERVICE_STANDING_READ_CHANGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "service/journal/change.h"
#include "service/journal/database.h"
#include "service/journal/journal.h"

namespace paperwire::standing {

// Of a paper, reads what was there before as well; one that the journal no
// longer holds is taken for none.
absl::StatusOr<journal::Change> ReadChange(journal::Database& db,
                                           journal::Entry entry);

// What a paper was before an entry of it.
struct Lineage {
  // The entries that the journal holds, of the paper and of those that it had
  // absorbed by then.
  std::vector<int64_t> sequences;
  // Their numbers, its own first.
  std::vector<int64_t> papers;
};
absl::StatusOr<Lineage> ReadLineage(journal::Database& db, int64_t sequence);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_READ_CHANGE_H_
