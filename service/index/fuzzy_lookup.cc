#include "service/index/fuzzy_lookup.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "service/index/edit_distance.h"
#include "service/index/load.h"
#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

// Shared bytes are counted up to here: more than words have.
constexpr size_t kMost = 127;

constexpr uint8_t kAscii = 0x80;  // below it

bool Continues(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

std::string_view FirstLetter(std::string_view s) {
  return s.empty() ? s : s.substr(0, text::DecodeAt(s, 0).size);
}

// The string of [begin, end) that is `tail` behind its first `skip` bytes, in
// which all of them are the same; `end` when there is none.
uint32_t FindTail(const StringTable& table, uint32_t begin, uint32_t end,
                  size_t skip, std::string_view tail) {
  uint32_t low = begin;
  uint32_t high = end;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const int order = table[middle].substr(skip).compare(tail);
    if (order == 0) return middle;
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return end;
}

}  // namespace

void FuzzyLookup::Make(const StringTable& table) const {
  shared_.assign(size_t{table.size()} + sizeof(uint64_t), 0);
  next_.resize(table.size());
  std::string_view last;
  for (uint32_t i = 0; i < table.size(); ++i) {
    const std::string_view s = table[i];
    const auto end =
        std::mismatch(s.begin(), s.end(), last.begin(), last.end());
    shared_[i] = static_cast<uint8_t>(
        std::min(static_cast<size_t>(end.first - s.begin()), kMost));
    next_[i] = static_cast<uint8_t>(end.first != s.end() ? *end.first : 0);
    if (!s.empty() && !last.starts_with(FirstLetter(s))) initials_.push_back(i);
    last = s;
  }
  initials_.push_back(table.size());
}

uint32_t FuzzyLookup::NextBelow(uint32_t i, uint8_t bytes) const {
  constexpr uint64_t kOnes = ~uint64_t{0} / 255;
  // The highest bit of each byte that is less (Mycroft 1987); where it borrows
  // from the next one, the lower of the two is right.
  for (;; i += sizeof(uint64_t)) {
    const auto eight = LoadAs<uint64_t>(shared_.data() + i);
    const uint64_t less = (eight - kOnes * bytes) & ~eight & kOnes * 128;
    if (less != 0) return i + static_cast<uint32_t>(std::countr_zero(less)) / 8;
  }
}

std::vector<uint32_t> FuzzyLookup::Find(const StringTable& table,
                                        std::string_view word, int distance,
                                        std::string_view prefix) const {
  std::call_once(once_, [&] { Make(table); });
  if (distance != 1 || !prefix.empty() || word.empty()) {
    return FindFrom(table, word, distance, prefix);
  }
  std::vector<uint32_t> found = FindFrom(table, word, 1, FirstLetter(word));
  FindOtherInitials(table, word, &found);
  std::sort(found.begin(), found.end());
  return found;
}

void FuzzyLookup::FindOtherInitials(const StringTable& table,
                                    std::string_view word,
                                    std::vector<uint32_t>* found) const {
  const std::string_view first = FirstLetter(word);
  const std::string_view rest = word.substr(first.size());
  const auto look_up = [&](std::string_view s) {
    const uint32_t i = table.Find(s);
    if (i != kNotFound) found->push_back(i);
  };
  // Without the first letter; with the first two swapped.
  const std::string_view second = FirstLetter(rest);
  if (second != first) {
    look_up(rest);
    if (!second.empty()) {
      std::string swapped(second);
      swapped += first;
      swapped += rest.substr(second.size());
      look_up(swapped);
    }
  }
  // With another one instead of it, or before it.
  for (size_t k = 0; k + 1 < initials_.size(); ++k) {
    const uint32_t begin = initials_[k];
    const uint32_t end = initials_[k + 1];
    const std::string_view initial = FirstLetter(table[begin]);
    if (initial == first) continue;
    for (const std::string_view tail : {rest, word}) {
      const uint32_t i = FindTail(table, begin, end, initial.size(), tail);
      if (i != end) found->push_back(i);
    }
  }
}

std::vector<uint32_t> FuzzyLookup::FindFrom(const StringTable& table,
                                            std::string_view word, int distance,
                                            std::string_view prefix) const {
  const EditAutomaton automaton(word, distance);
  // By byte of the string at hand: before the code point that begins there.
  std::array<EditAutomaton::State, kMost + 1> states;
  states[0] = automaton.Start();
  std::vector<uint32_t> found;
  const uint32_t begin = table.LowerBound(prefix);
  if (begin == table.size() || !table[begin].starts_with(prefix)) return found;
  for (uint32_t i = begin; i < table.size();) {
    size_t at = i == begin ? 0 : shared_[i];
    if (i != begin && at < prefix.size()) break;
    // Of most strings the byte that tells them from the one before is enough.
    if (i != begin && at < kMost && next_[i] < kAscii &&
        automaton.IsDead(automaton.Next(states[at], next_[i]))) {
      i = NextBelow(i + 1, static_cast<uint8_t>(at + 1));
      continue;
    }
    const std::string_view s = table[i].substr(0, kMost);
    while (at > 0 && at < s.size() && Continues(s[at])) --at;
    bool dead = false;
    while (at < s.size() && !dead) {
      const text::CodePoint c = text::DecodeAt(s, at);
      states[at + c.size] = automaton.Next(states[at], c.value);
      at += c.size;
      dead = automaton.IsDead(states[at]);
    }
    if (dead) {
      i = NextBelow(i + 1, static_cast<uint8_t>(at));
    } else {
      if (automaton.Distance(states[at]) <= distance) found.push_back(i);
      ++i;
    }
  }
  return found;
}

}  // namespace paperwire::index
