// Finds the strings of a sorted table that are few edits from a word.
//
//     FuzzyLookup lookup;              // beside the table
//     lookup.Find(table, "bert", 1);   // the places of "beat", "bert", "berta"
//
// Neighbours share their first bytes. How many, and which byte comes then, is
// kept for each string. So the automaton (edit_distance.h) reads only what
// differs from the string before, of most strings that one byte; and when
// nothing that begins so can be near enough, the others that do are passed over
// eight at a time. A single edit of the first letter leaves the others as they
// are: what begins with another letter is looked up.
//
// Any thread. Two bytes a string, in memory only, made when first asked, which
// takes milliseconds for a large table.

#ifndef PAPERWIRE_SERVICE_INDEX_FUZZY_LOOKUP_H_
#define PAPERWIRE_SERVICE_INDEX_FUZZY_LOOKUP_H_

#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "service/index/string_table.h"

namespace paperwire::index {

class FuzzyLookup {
 public:
  // The places of the strings at a distance of at most `distance` from `word`
  // that begin with `prefix`, rising. One edit is found some ten times as fast
  // as two with a letter for a prefix, and these so as two without.
  std::vector<uint32_t> Find(const StringTable& table, std::string_view word,
                             int distance, std::string_view prefix = "") const;

 private:
  void Make(const StringTable& table) const;
  std::vector<uint32_t> FindFrom(const StringTable& table,
                                 std::string_view word, int distance,
                                 std::string_view prefix) const;
  // Adds the strings at one edit that begin with another letter.
  void FindOtherInitials(const StringTable& table, std::string_view word,
                         std::vector<uint32_t>* found) const;
  // The first string from `i` on that shares fewer bytes with the one before.
  uint32_t NextBelow(uint32_t i, uint8_t bytes) const;

  mutable std::once_flag once_;
  // By string: how many bytes it shares with the one before, kMost at the most,
  // and behind all of them 8 zeros; then the byte that comes next.
  mutable std::vector<uint8_t> shared_;
  mutable std::vector<uint8_t> next_;
  // The first string of each initial code point, and how many there are in all.
  mutable std::vector<uint32_t> initials_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FUZZY_LOOKUP_H_
