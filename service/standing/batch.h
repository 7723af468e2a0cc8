// A run of journal entries, ready to be matched against standing queries.
//
// A paper is news to a query when it matches after an entry and did not
// before. A batch holds, as index segments, the papers as its entries left
// them and as they were before; no paper stands in it twice, so that both are
// well defined. Matching is the search code itself, over these segments.
//
// A batch of changes of subscriptions has neither; it only counts up.

#ifndef PAPERWIRE_SERVICE_STANDING_BATCH_H_
#define PAPERWIRE_SERVICE_STANDING_BATCH_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "service/index/segment.h"
#include "service/journal/change.h"
#include "service/query/query.h"

namespace paperwire::standing {

// That an entry of a batch is news to a standing query.
struct News {
  int64_t query = 0;   // a subscription's number, or a listener's
  uint32_t entry = 0;  // in Batch::entries
  bool new_version = false;

  friend auto operator<=>(const News&, const News&) = default;
};

// Immutable once it is shared.
struct Batch {
  // The sequence numbers that it covers, both included.
  int64_t first = 0;
  int64_t last = 0;
  std::vector<journal::Change> entries;  // of papers, by rising sequence
  // Null when there are none.
  std::shared_ptr<const index::Segment> before;
  std::shared_ptr<const index::Segment> after;
  // To whom it is news, sorted; only when `matched`.
  std::vector<News> news;
  bool matched = false;

  std::span<const News> NewsOf(int64_t query) const;
};

// Splits entries, in journal order, into runs in which no paper stands twice,
// and which are either of papers or of subscriptions.
std::vector<std::vector<journal::Change>> SplitRuns(
    std::vector<journal::Change> entries);

// Makes a batch of one run that covers (after_sequence, last]. `after` may
// give the segment of the run's papers, when the index has made it already.
std::shared_ptr<Batch> MakeBatch(
    std::vector<journal::Change> run, int64_t after_sequence, int64_t last,
    std::shared_ptr<const index::Segment> after = nullptr);

// The entries, past `after_sequence`, whose paper starts to match. Any thread.
absl::StatusOr<std::vector<const journal::Change*>> NewMatches(
    const Batch& batch, const query::Query& query, int64_t after_sequence);

// Whether the source calls it a new version of the paper.
bool IsNewVersion(const v1::Paper& before, const v1::Paper& after);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_BATCH_H_
