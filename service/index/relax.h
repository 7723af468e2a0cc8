// Wider queries for when nothing matches.
//
//     ASSIGN_OR_RETURN(std::vector<v1::QueryRewrite> wider,
//                      Relax(*snapshot, request, check));
//     // "without quotes: 12 papers"
//
// Each takes back one thing that was asked for: an exact form, quotes, a
// field, a filter, an exclusion, or that all words must be there. They are
// offers, with their exact counts; nothing here changes what a search
// returns.

#ifndef PAPERWIRE_SERVICE_INDEX_RELAX_H_
#define PAPERWIRE_SERVICE_INDEX_RELAX_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/search_service.pb.h"
#include "service/index/snapshot.h"

namespace paperwire::index {

inline constexpr size_t kMaxRelaxations = 5;

// The nearest to `request` first; those that match nothing, or everything
// there is, are left out. `request` must have been parsed before. Any thread.
// Costs at most some fifteen counting searches. Errors: what `check` returns.
absl::StatusOr<std::vector<v1::QueryRewrite>> Relax(
    const Snapshot& snapshot, const v1::Query& request,
    const std::function<absl::Status()>& check);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_RELAX_H_
