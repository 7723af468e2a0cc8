// What a query may cost before it is refused.
//
//     RETURN_IF_ERROR(CheckBudget(snapshot, root, check, &caches));
//
// A word costs a look-up, and there are at most as many as query::Limits has
// clauses. A prefix or a fuzzy word costs as much as the spellings that it
// stands for together, and a fuzzy word a pass over the dictionary besides:
// these are counted before any document is looked at. What is left takes time
// in proportion to the papers, and ends with the caller's deadline
// (SearchOptions::check).

#ifndef PAPERWIRE_SERVICE_INDEX_BUDGET_H_
#define PAPERWIRE_SERVICE_INDEX_BUDGET_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "service/index/plan.h"
#include "service/index/snapshot.h"
#include "service/query/query.h"

namespace paperwire::index {

// Spellings of living documents, of one prefix or fuzzy word and of all.
inline constexpr int kMaxExpansions = 4096;
inline constexpr int kMaxExpansionsInAll = 4 * kMaxExpansions;
// Fuzzy words in one query.
inline constexpr int kMaxFuzzyWords = 64;

// INVALID_ARGUMENT (base/error_details.h: field "text", reason
// QUERY_TOO_COSTLY) when the tree goes over a limit, also under a Not; says
// which part costs most, and what to write instead. Else what `check` returns,
// which is asked before each such word and may be null. `caches` has a
// LeafCache for each segment, and keeps what was found.
absl::Status CheckBudget(const Snapshot& snapshot, const query::Node& root,
                         const std::function<absl::Status()>& check,
                         std::vector<LeafCache>* caches);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_BUDGET_H_
