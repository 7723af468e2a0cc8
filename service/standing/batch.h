// A run of journal entries, ready to be matched against standing queries.
//
// A paper is news to a query when it matches after an entry and did not
// before. A batch holds, as index segments, the papers as its entries left
// them and as they were before; no paper stands in it twice, so that both are
// well defined. Matching is the search code itself, over these segments.

#ifndef PAPERWIRE_SERVICE_STANDING_BATCH_H_
#define PAPERWIRE_SERVICE_STANDING_BATCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "service/index/segment.h"
#include "service/journal/change.h"
#include "service/query/query.h"

namespace paperwire::standing {

// Immutable once made.
struct Batch {
  // The sequence numbers that it covers, both included.
  int64_t first = 0;
  int64_t last = 0;
  std::vector<journal::Change> entries;  // by rising sequence
  // Null when there are none.
  std::shared_ptr<const index::Segment> before;
  std::shared_ptr<const index::Segment> after;
};

// Splits entries, in journal order, into runs in which no paper stands twice.
std::vector<std::vector<journal::Change>> SplitRuns(std::vector<journal::Change> entries);

// Makes a batch of one run that covers (after_sequence, last]. `after` may
// give the segment of the run's papers, when the index has made it already.
std::shared_ptr<const Batch> MakeBatch(
    std::vector<journal::Change> run, int64_t after_sequence, int64_t last,
    std::shared_ptr<const index::Segment> after = nullptr);

// The entries, past `after_sequence`, whose paper starts to match. Any thread.
absl::StatusOr<std::vector<const journal::Change*>> NewMatches(
    const Batch& batch, const query::Query& query, int64_t after_sequence);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_BATCH_H_
