// Finds a string of a table in one or two steps: an open-addressing hash table
// over the strings as they lie, made when first asked, or before that by
// whoever has the time: of a large table it takes milliseconds.
//
//     StringLookup lookup;                  // beside the table
//     lookup.Prepare(table);                // or not
//     uint32_t i = lookup.Find(table, s);   // kNotFound when it is not there
//
// Any thread. 7 to 14 bytes a string, in memory only.

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
  void Prepare(const StringTable& table) const {
    if (table.size() > kSmall) std::call_once(once_, [&] { Make(table); });
  }

  uint32_t Find(const StringTable& table, std::string_view s) const {
    if (table.size() <= kSmall) return table.Find(s);
    Prepare(table);
    const size_t mask = slots_.size() - 1;
    const size_t hash = Hash(s);
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
      const uint32_t slot = slots_[i];
      if (slot == kNotFound) return slot;
      if (tags_[i] == Tag(hash) && table[slot] == s) return slot;
    }
  }

 private:
  // Tables of so few strings are searched as they are.
  static constexpr uint32_t kSmall = 4096;

  static size_t Hash(std::string_view s) {
    return std::hash<std::string_view>()(s);
  }
  // Bits of the hash that tell most strings of a slot apart without a look.
  static uint8_t Tag(size_t hash) { return static_cast<uint8_t>(hash >> 56); }
  void Make(const StringTable& table) const {
    slots_.assign(std::bit_ceil(size_t{table.size()} * 3 / 2), kNotFound);
    tags_.resize(slots_.size());
    const size_t mask = slots_.size() - 1;
    for (uint32_t t = 0; t < table.size(); ++t) {
      const size_t hash = Hash(table[t]);
      size_t i = hash & mask;
      while (slots_[i] != kNotFound) i = (i + 1) & mask;
      slots_[i] = t;
      tags_[i] = Tag(hash);
    }
  }

  mutable std::once_flag once_;
  mutable std::vector<uint32_t> slots_;  // kNotFound: free
  mutable std::vector<uint8_t> tags_;    // by slot
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_STRING_LOOKUP_H_
