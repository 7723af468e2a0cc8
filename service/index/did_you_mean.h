// What a query that finds nothing was probably meant to say.
//
//     ASSIGN_OR_RETURN(std::vector<v1::QueryRewrite> meant,
//                      DidYouMean(*snapshot, request, 0, check));
//     // "transfomer kvcache" -> "transformer \"kv cache\""
//
// A word is doubted when no paper has it, or nearly none. In its place are
// tried the words of the dictionary that are one or two edits away, two words
// that it may have been joined of, and the one that it makes with its
// neighbour. Numbers are never changed, nor what stands below a NOT.

#ifndef PAPERWIRE_SERVICE_INDEX_DID_YOU_MEAN_H_
#define PAPERWIRE_SERVICE_INDEX_DID_YOU_MEAN_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/search_service.pb.h"
#include "service/index/snapshot.h"
#include "service/query/query.h"

namespace paperwire::index {

inline constexpr size_t kMaxMeanings = 3;

// Queries with words changed that match more papers than `matches`, what the
// request matches itself; the least changed first, then those with the more
// frequent words. `request` must have been parsed before.
//
// Any thread. Costs looking through the dictionary for up to four doubtful
// words, some tenths of a millisecond each with 150,000 papers, and a dozen
// counting searches. Errors: what `check` returns.
absl::StatusOr<std::vector<v1::QueryRewrite>> DidYouMean(
    const Snapshot& snapshot, const v1::Query& request, int64_t matches,
    const std::function<absl::Status()>& check);

// Whether the query asks for a word that no segment knows. Cheap.
bool HasUnknownWord(const Snapshot& snapshot, const query::Node& root);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_DID_YOU_MEAN_H_
