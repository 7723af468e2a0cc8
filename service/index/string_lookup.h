// Finds a string of a table in one or two steps: an open-addressing hash table
// over the strings as they lie, made when first asked.
//
//     StringLookup lookup;                  // beside the table
//     uint32_t i = lookup.Find(table, s);   // kNotFound when it is not there
//
// Any thread. 4 to 8 bytes a string, in memory only.

#ifndef PAPERWIRE_SERVICE_INDEX_STRING_LOOKUP_H_
#define PAPERWIRE_SERVICE_INDEX_STRING_LOOKUP_H_

#include <bit>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "service/index/string_table.h"

namespace paperwire::index {

class StringLookup {
 public:
  uint32_t Find(const StringTable& table, std::string_view s) const {
    if (table.size() <= kSmall) return table.Find(s);
    std::call_once(once_, [&] { Make(table); });
    const size_t mask = slots_.size() - 1;
    for (size_t i = Hash(s) & mask;; i = (i + 1) & mask) {
      const uint32_t slot = slots_[i];
      if (slot == kNotFound || table[slot] == s) return slot;
    }
  }

 private:
  // Tables of so few strings are searched as they are.
  static constexpr uint32_t kSmall = 4096;

  static size_t Hash(std::string_view s) {
    return std::hash<std::string_view>()(s);
  }
  void Make(const StringTable& table) const {
    slots_.assign(std::bit_ceil(size_t{table.size()} * 3 / 2), kNotFound);
    const size_t mask = slots_.size() - 1;
    for (uint32_t t = 0; t < table.size(); ++t) {
      size_t i = Hash(table[t]) & mask;
      while (slots_[i] != kNotFound) i = (i + 1) & mask;
      slots_[i] = t;
    }
  }

  mutable std::once_flag once_;
  mutable std::vector<uint32_t> slots_;  // kNotFound: free
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_STRING_LOOKUP_H_
