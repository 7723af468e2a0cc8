// Finds the strings of a sorted table that are few edits from a word.

#ifndef PAPERWIRE_SERVICE_INDEX_FUZZY_SCAN_H_
#define PAPERWIRE_SERVICE_INDEX_FUZZY_SCAN_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "service/index/string_table.h"

namespace paperwire::index {

// The places of the strings at a distance of at most `distance` from `word`,
// rising. The distance is that of optimal string alignment: inserting,
// deleting or replacing a code point, or swapping two neighbours (no code
// point is edited twice).
std::vector<uint32_t> FuzzyScan(const StringTable& table, std::string_view word,
                                int distance);

// The distance of two words, or distance + 1 when it is more.
int EditDistance(std::string_view a, std::string_view b, int distance);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FUZZY_SCAN_H_
