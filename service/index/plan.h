// A query, made ready for one segment: every leaf looked up once.
//
//     LeafCache cache;
//     std::unique_ptr<Matcher> m = MakeMatcher(segment, query.root, &cache);
//
// Spellings of prefix, fuzzy and exact leaves are counted once for each
// segment and shared by matching, scoring and statistics.

#ifndef PAPERWIRE_SERVICE_INDEX_PLAN_H_
#define PAPERWIRE_SERVICE_INDEX_PLAN_H_

#include <memory>

#include "absl/container/flat_hash_map.h"
#include "service/index/counts_matcher.h"
#include "service/index/matcher.h"
#include "service/index/segment.h"
#include "service/query/query.h"

namespace paperwire::index {

// By leaf; of one segment.
using LeafCache = absl::flat_hash_map<const query::Node*,
                                      std::shared_ptr<const SpellingCounts>>;

// The counts of a kPrefix, kFuzzy or exact kWord leaf.
std::shared_ptr<const SpellingCounts> LeafCounts(const Segment& segment,
                                                 const query::Node& leaf,
                                                 LeafCache* cache);

// Null when the leaf is true of no document of the segment.
std::unique_ptr<LeafMatcher> MakeLeafMatcher(const Segment& segment,
                                             const query::Node& leaf,
                                             LeafCache* cache);

// Never null.
std::unique_ptr<Matcher> MakeMatcher(const Segment& segment,
                                     const query::Node& node, LeafCache* cache);

// Whether a matcher is known to be true of nothing.
bool MatchesNothing(const Matcher& matcher);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PLAN_H_
