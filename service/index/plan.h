// A query, made ready for one segment: every leaf looked up once.
//
//     LeafCache cache;
//     std::unique_ptr<Matcher> m = MakeMatcher(segment, query.root, &cache);
//
// Spellings of prefix, fuzzy and exact leaves are counted once for each
// segment and shared by matching, scoring and statistics.

#ifndef PAPERWIRE_SERVICE_INDEX_PLAN_H_
#define PAPERWIRE_SERVICE_INDEX_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/index/counts_matcher.h"
#include "service/index/matcher.h"
#include "service/index/phrase_matcher.h"
#include "service/index/segment.h"
#include "service/index/spellings.h"
#include "service/query/query.h"

namespace paperwire::index {

// What is known of a leaf in one segment.
struct KnownLeaf {
  // kWord: its stem, once looked up.
  std::optional<AcceptedTerm> word;
  // kPhrase: those of its words, once looked up.
  std::vector<AcceptedTerm> words;
  // kPrefix, kFuzzy: the spellings that it stands for.
  std::shared_ptr<const std::vector<uint32_t>> forms;
  // kPrefix, kFuzzy, exact kWord: where they stand.
  std::shared_ptr<const SpellingCounts> counts;
  std::shared_ptr<PhraseMemo> phrase;
  // The matcher, once made; null also when the leaf is true of nothing.
  std::shared_ptr<LeafMatcher> matcher;
  bool is_made = false;
};
// By leaf; of one segment.
using LeafCache = absl::flat_hash_map<const query::Node*, KnownLeaf>;

// The spellings of a kPrefix or kFuzzy leaf.
const std::vector<uint32_t>& LeafForms(const Segment& segment,
                                       const query::Node& leaf,
                                       LeafCache* cache);

// The counts of a kPrefix, kFuzzy or exact kWord leaf.
std::shared_ptr<const SpellingCounts> LeafCounts(const Segment& segment,
                                                 const query::Node& leaf,
                                                 LeafCache* cache);

// What a kWord leaf stands for.
const AcceptedTerm& LeafWord(const Segment& segment, const query::Node& leaf,
                             LeafCache* cache);

// What the words of a kPhrase leaf stand for, in order.
const std::vector<AcceptedTerm>& LeafWords(const Segment& segment,
                                           const query::Node& leaf,
                                           LeafCache* cache);

// How many documents of the segment, deleted ones included, a node is true of
// that is a word in any spelling and field; of others -1.
int64_t KnownCount(const Segment& segment, const query::Node& node,
                   LeafCache* cache);

// The matcher of a leaf, shared by all who ask with one cache. Null when the
// leaf is true of no document of the segment.
std::shared_ptr<LeafMatcher> LeafMatcherOf(const Segment& segment,
                                           const query::Node& leaf,
                                           LeafCache* cache);

// Never null.
std::unique_ptr<Matcher> MakeMatcher(const Segment& segment,
                                     const query::Node& node, LeafCache* cache);

// Whether a matcher is known to be true of nothing.
bool MatchesNothing(const Matcher& matcher);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PLAN_H_
