#include "service/index/table_builder.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace paperwire::index {

namespace {

constexpr size_t kRecent = 8192;
constexpr size_t kFew = 1024;  // strings, for which room would be a waste

template <typename T>
uint64_t Load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

}  // namespace

TableBuilder::Recent& TableBuilder::Lately(std::string_view s, Recent* key) {
  // Two loads, which may overlap, have all bytes of a string of known size.
  const char* const begin = s.data();
  const char* const end = begin + s.size();
  key->size = static_cast<uint32_t>(s.size());
  if (s.size() >= 8) {
    key->head = Load<uint64_t>(begin);
    key->tail = Load<uint64_t>(end - 8);
  } else if (s.size() >= 4) {
    key->head = Load<uint32_t>(begin);
    key->tail = Load<uint32_t>(end - 4);
  } else {
    key->head = Load<uint8_t>(begin) | Load<uint8_t>(end - 1) << 8;
    key->tail = Load<uint8_t>(begin + s.size() / 2);
  }
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;  // Fibonacci hashing
  const uint64_t mixed =
      (key->head ^ std::rotl(key->tail, 29) ^ key->size) * kMultiplier;
  return recent_[mixed >> (64 - std::countr_zero(kRecent))];
}

std::pair<uint32_t, bool> TableBuilder::Add(std::string_view s) {
  Recent key;
  Recent* recent = nullptr;
  if (!recent_.empty() && !s.empty() && s.size() <= kMaxRecentBytes) {
    recent = &Lately(s, &key);
    if (recent->head == key.head && recent->tail == key.tail &&
        recent->size == key.size) {
      return {recent->number, false};
    }
  }
  const auto it = numbers_.find(s);
  const bool is_new = it == numbers_.end();
  key.number = is_new ? size() : it->second;
  if (is_new) {
    strings_.push_back(arena_.Copy(s));
    numbers_.emplace(strings_.back(), key.number);
    if (strings_.size() == kFew) recent_.resize(kRecent);
  }
  if (recent != nullptr) *recent = key;
  return {key.number, is_new};
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
