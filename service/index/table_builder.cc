#include "service/index/table_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include "service/base/priority.h"

namespace paperwire::index {

namespace {

constexpr size_t kRecent = 8192;
constexpr size_t kFew = 1024;  // strings, for which room would be a waste

// The first `size` bytes of those that a number consists of.
constexpr uint64_t FirstBytes(size_t size) {
  return size >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * size)) - 1;
}

}  // namespace

std::pair<uint32_t, bool> TableBuilder::Add(std::string_view s) {
  if (!MayBeRecent(s)) return FindOrAdd(s);
  char block[kRecentBytes] = {};
  s.copy(block, s.size());
  return AddShort(block, s);
}

std::pair<uint32_t, bool> TableBuilder::AddForm(std::string_view form) {
  return MayBeRecent(form) ? AddShort(form.data(), form) : FindOrAdd(form);
}

std::pair<uint32_t, bool> TableBuilder::AddShort(const char* block,
                                                 std::string_view s) {
  // Without a branch on the size, which of a word nobody can guess.
  Recent key;
  std::memcpy(&key.head, block, sizeof(key.head));
  std::memcpy(&key.tail, block + sizeof(key.head), sizeof(key.tail));
  key.head &= FirstBytes(s.size());
  key.tail &= FirstBytes(std::max(s.size(), size_t{8}) - 8);
  key.size = static_cast<uint32_t>(s.size());
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;  // Fibonacci hashing
  const uint64_t mixed =
      (key.head ^ std::rotl(key.tail, 29) ^ key.size) * kMultiplier;
  Recent& recent = recent_[mixed >> (64 - std::countr_zero(kRecent))];
  if (recent.head == key.head && recent.tail == key.tail &&
      recent.size == key.size) {
    return {recent.number, false};
  }
  const auto [number, is_new] = FindOrAdd(s);
  key.number = number;
  recent = key;
  return {number, is_new};
}

std::pair<uint32_t, bool> TableBuilder::FindOrAdd(std::string_view s) {
  const auto it = numbers_.find(s);
  if (it != numbers_.end()) return {it->second, false};
  const uint32_t number = size();
  strings_.push_back(arena_.Copy(s));
  numbers_.emplace(strings_.back(), number);
  if (strings_.size() == kFew) recent_.resize(kRecent);
  return {number, true};
}

std::vector<uint32_t> TableBuilder::Sorted() const {
  // Most pairs are told apart by their first eight bytes, compared at once.
  struct Key {
    uint64_t head;
    uint32_t number;
    size_t first_byte() const { return head >> 56; }
  };
  const auto key = [this](uint32_t i) {
    uint64_t head = 0;
    if (!strings_[i].empty()) {
      std::memcpy(&head, strings_[i].data(),
                  std::min(sizeof(head), strings_[i].size()));
    }
    return Key{__builtin_bswap64(head), i};
  };
  const auto less = [this](const Key& a, const Key& b) {
    return a.head != b.head ? a.head < b.head
                            : strings_[a.number] < strings_[b.number];
  };
  // First by the first byte alone: what is left is in pieces, between which
  // others can run.
  std::array<ptrdiff_t, 257> begins{};
  for (uint32_t i = 0; i < size(); ++i) ++begins[key(i).first_byte() + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<Key> keys(size());
  auto next = begins;
  for (uint32_t i = 0; i < size(); ++i) {
    const Key k = key(i);
    keys[static_cast<size_t>(next[k.first_byte()]++)] = k;
  }
  for (size_t byte = 0; byte + 1 < begins.size(); ++byte) {
    GiveWay();
    std::sort(keys.begin() + begins[byte], keys.begin() + begins[byte + 1],
              less);
  }
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
