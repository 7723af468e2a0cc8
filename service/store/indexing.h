// The index as the view of the journal that it is: opened, brought up to the
// journal's end, and told of what is new.
//
//     ASSIGN_OR_RETURN(auto index, OpenIndex(db, options, /*rebuild=*/false));
//     std::shared_ptr<const index::Segment> segment = IndexRun(run, *index);

#ifndef PAPERWIRE_SERVICE_STORE_INDEXING_H_
#define PAPERWIRE_SERVICE_STORE_INDEXING_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/index/index.h"
#include "service/index/segment.h"
#include "service/journal/change.h"
#include "service/journal/database.h"

namespace paperwire::store {

// Up to the journal's end. With `rebuild` the folder is emptied before; so it
// is when the index is ahead of the journal, which was put back to an older
// state.
absl::StatusOr<std::unique_ptr<index::Index>> OpenIndex(
    journal::Database& db, const index::IndexOptions& options, bool rebuild);

// Gives the index what the journal has after it, at some 10,000 entries a
// second.
absl::Status IndexTheRest(journal::Database& db, index::Index& index);

// Gives the index a run of changes (standing::SplitRuns), and returns the
// segment of its papers; null when it has none.
std::shared_ptr<const index::Segment> IndexRun(
    const std::vector<journal::Change>& run, index::Index& index);

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_INDEXING_H_
