#include "service/index/fuzzy_lookup.h"

#include <algorithm>
#include <array>
#include <bit>

#include "service/index/edit_distance.h"
#include "service/index/load.h"
#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

// Shared bytes are counted up to here: more than words have.
constexpr size_t kMost = 127;

constexpr uint8_t kAscii = 0x80;  // below it

bool Continues(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

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
    last = s;
  }
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
