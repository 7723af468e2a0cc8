#include "service/index/edit_distance.h"

#include <algorithm>

#include "service/text/analyzer.h"
#include "service/text/utf8.h"

namespace paperwire::index {

static_assert(EditAutomaton::kMaxLetters >= text::kMaxTokenBytes);

EditAutomaton::EditAutomaton(std::string_view word, int distance)
    : distance_(distance) {
  for (size_t at = 0; at < word.size() && letters_ < kMaxLetters; ++letters_) {
    const text::CodePoint c = text::DecodeAt(word, at);
    at += c.size;
    const uint64_t bit = uint64_t{1} << letters_;
    if (c.value < ascii_.size()) {
      ascii_[c.value] |= bit;
    } else {
      others_.emplace_back(c.value, bit);
    }
  }
}

EditAutomaton::State EditAutomaton::Start() const {
  State state;  // prefixes of e letters, all deleted
  for (size_t e = 0; e < state.ends.size(); ++e) {
    state.ends[e] = (uint64_t{1} << e) - 1;
  }
  return state;
}

int EditAutomaton::Distance(const State& state) const {
  if (letters_ == 0) return std::min(state.read, distance_ + 1);
  for (int e = 0; e <= distance_; ++e) {
    const uint64_t ends = state.ends[static_cast<size_t>(e)];
    if ((ends >> (letters_ - 1) & 1) != 0) return e;
  }
  return distance_ + 1;
}

int EditDistance(std::string_view a, std::string_view b, int distance) {
  const EditAutomaton automaton(b, distance);
  EditAutomaton::State state = automaton.Start();
  for (size_t at = 0; at < a.size() && !automaton.IsDead(state);) {
    const text::CodePoint c = text::DecodeAt(a, at);
    at += c.size;
    state = automaton.Next(state, c.value);
  }
  return automaton.IsDead(state) ? distance + 1 : automaton.Distance(state);
}

}  // namespace paperwire::index
