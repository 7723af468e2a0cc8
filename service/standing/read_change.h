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

// The sequence numbers of everything that the journal holds of a paper before
// an entry of it, and of the papers that it had absorbed by then.
absl::StatusOr<std::vector<int64_t>> ReadLineage(journal::Database& db,
                                                 int64_t sequence);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_READ_CHANGE_H_
