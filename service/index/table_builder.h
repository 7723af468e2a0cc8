// Turns strings that arrive in any order into a sorted table.

#ifndef PAPERWIRE_SERVICE_INDEX_TABLE_BUILDER_H_
#define PAPERWIRE_SERVICE_INDEX_TABLE_BUILDER_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/index/string_arena.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

// Gives each distinct string a provisional number as it comes; Ranked then
// tells its place in byte order.
class TableBuilder {
 public:
  // The provisional number of `s`, and whether it is new.
  std::pair<uint32_t, bool> Add(std::string_view s);
  // The same, faster, for the form of a token: text::kReadableFormBytes may be
  // read of it, however short it is.
  std::pair<uint32_t, bool> AddForm(std::string_view form);

  uint32_t size() const { return static_cast<uint32_t>(strings_.size()); }
  std::string_view operator[](uint32_t i) const { return strings_[i]; }

  // The provisional numbers in byte order of their strings.
  std::vector<uint32_t> Sorted() const;

  // The strings in byte order, and the rank of each provisional number.
  std::vector<std::string_view> Ranked(std::vector<uint32_t>* ranks) const;

 private:
  // A short string that came lately, with zeros behind it. Most words of a text
  // are such, and to compare two registers is faster than to look into the map.
  struct Recent {
    uint64_t head = 0;
    uint64_t tail = 0;
    uint32_t size = 0;  // 0: none yet
    uint32_t number = 0;
  };

  static constexpr size_t kRecentBytes = sizeof(uint64_t) * 2;
  static_assert(text::kReadableFormBytes >= kRecentBytes);

  bool MayBeRecent(std::string_view s) const {
    return !s.empty() && s.size() <= kRecentBytes && !recent_.empty();
  }
  // Of such an `s`, which `block` begins with: kRecentBytes.
  std::pair<uint32_t, bool> AddShort(const char* block, std::string_view s);
  std::pair<uint32_t, bool> FindOrAdd(std::string_view s);

  StringArena arena_;
  std::vector<std::string_view> strings_;
  absl::flat_hash_map<std::string_view, uint32_t> numbers_;
  std::vector<Recent> recent_;  // by hash; empty as long as strings are few
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_TABLE_BUILDER_H_
