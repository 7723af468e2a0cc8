// Turns strings that arrive in any order into a sorted table.

#ifndef PAPERWIRE_SERVICE_INDEX_TABLE_BUILDER_H_
#define PAPERWIRE_SERVICE_INDEX_TABLE_BUILDER_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/index/string_arena.h"

namespace paperwire::index {

// Gives each distinct string a provisional number as it comes; Ranked then
// tells its place in byte order.
class TableBuilder {
 public:
  // The provisional number of `s`, and whether it is new.
  std::pair<uint32_t, bool> Add(std::string_view s);

  uint32_t size() const { return static_cast<uint32_t>(strings_.size()); }
  std::string_view operator[](uint32_t i) const { return strings_[i]; }

  // The provisional numbers in byte order of their strings.
  std::vector<uint32_t> Sorted() const;

  // The strings in byte order, and the rank of each provisional number.
  std::vector<std::string_view> Ranked(std::vector<uint32_t>* ranks) const;

 private:
  // A short string that came lately. Most words of a text are such, and to
  // compare two registers is faster than to look into the map.
  struct Recent {
    uint64_t head = 0;
    uint64_t tail = 0;
    uint32_t size = 0;  // 0: none yet
    uint32_t number = 0;
  };
  static constexpr size_t kMaxRecentBytes = 16;
  // Where the string is, if it came lately; its key is filled in.
  Recent& Lately(std::string_view s, Recent* key);

  StringArena arena_;
  std::vector<std::string_view> strings_;
  absl::flat_hash_map<std::string_view, uint32_t> numbers_;
  std::vector<Recent> recent_;  // by hash; empty as long as strings are few
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_TABLE_BUILDER_H_
