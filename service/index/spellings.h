// Which spellings of a segment a word of a query stands for.
//
// A plain word stands for every spelling of its stem; exact:, prefix* and
// fuzzy~ speak of spellings one by one. Both come down to a list of stems,
// each with the ordinals of the spellings that count.

#ifndef PAPERWIRE_SERVICE_INDEX_SPELLINGS_H_
#define PAPERWIRE_SERVICE_INDEX_SPELLINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "service/index/segment.h"
#include "service/query/query.h"

namespace paperwire::index {

// A stem, and which of its spellings count.
struct AcceptedTerm {
  uint32_t term = 0;
  bool all = false;
  std::vector<bool> ordinals;  // unless all

  bool Accepts(uint32_t ordinal) const { return all || ordinals[ordinal]; }
};

// What a word (not of a prefix or fuzzy leaf) stands for; `term` is kNotFound
// when the segment has no such word.
AcceptedTerm AcceptWord(const Segment& segment, const query::Word& word);

// The spellings that a kPrefix or kFuzzy leaf stands for, rising.
std::vector<uint32_t> ExpandForms(const Segment& segment,
                                  const query::Node& leaf);

// The same by stem, rising.
std::vector<AcceptedTerm> GroupByTerm(const Segment& segment,
                                      const std::vector<uint32_t>& forms);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SPELLINGS_H_
