#include "service/index/table_builder.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace paperwire::index {

std::pair<uint32_t, bool> TableBuilder::Add(std::string_view s) {
  const auto it = numbers_.find(s);
  if (it != numbers_.end()) return {it->second, false};
  const uint32_t number = size();
  strings_.push_back(arena_.Copy(s));
  numbers_.emplace(strings_.back(), number);
  return {number, true};
}

std::vector<uint32_t> TableBuilder::Sorted() const {
  // Most pairs are told apart by their first eight bytes, compared at once.
  struct Key {
    uint64_t head;
    uint32_t number;
  };
  std::vector<Key> keys(strings_.size());
  for (uint32_t i = 0; i < keys.size(); ++i) {
    uint64_t head = 0;
    if (!strings_[i].empty()) {
      std::memcpy(&head, strings_[i].data(),
                  std::min(sizeof(head), strings_[i].size()));
    }
    keys[i] = {__builtin_bswap64(head), i};
  }
  std::sort(keys.begin(), keys.end(), [this](const Key& a, const Key& b) {
    return a.head != b.head ? a.head < b.head
                            : strings_[a.number] < strings_[b.number];
  });
  std::vector<uint32_t> sorted(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) sorted[i] = keys[i].number;
  return sorted;
}

std::vector<std::string_view> TableBuilder::Ranked(
    std::vector<uint32_t>* ranks) const {
  std::vector<std::string_view> ranked;
  ranked.reserve(strings_.size());
  ranks->resize(strings_.size());
  for (const uint32_t number : Sorted()) {
    (*ranks)[number] = static_cast<uint32_t>(ranked.size());
    ranked.push_back(strings_[number]);
  }
  return ranked;
}

}  // namespace paperwire::index
