// Whether a word is few edits from another: inserting, deleting or replacing a
// code point, or swapping two neighbours, none edited twice (optimal string
// alignment).
//
//     const EditAutomaton automaton("transformer", 2);
//     EditAutomaton::State state = automaton.Start();
//     for (char32_t c : U"transfomer") state = automaton.Next(state, c);
//     automaton.Distance(state);  // 1
//
// A nondeterministic automaton with a bit for each prefix of the word, all of
// which are advanced at once (Wu and Manber, "Fast text searching allowing
// errors", 1992; swaps as Hyyrö, "A bit-vector algorithm for computing
// Levenshtein and Damerau edit distances", 2003). Immutable; any thread.

#ifndef PAPERWIRE_SERVICE_INDEX_EDIT_DISTANCE_H_
#define PAPERWIRE_SERVICE_INDEX_EDIT_DISTANCE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace paperwire::index {

class EditAutomaton {
 public:
  static constexpr int kMaxDistance = 2;
  // Of a longer word only so many code points are looked at. No word of a paper
  // is longer (text::kMaxTokenBytes).
  static constexpr size_t kMaxLetters = 64;

  // What is known after some code points.
  struct State {
    // Bit j of ends[e]: the first j + 1 code points of the word become what was
    // read by e edits, and perhaps by fewer.
    std::array<uint64_t, kMaxDistance + 1> ends{};
    // The same before the last code point, and where that stands in the word.
    std::array<uint64_t, kMaxDistance> before{};
    uint64_t last = 0;
    int read = 0;  // code points
  };

  // `distance` is at most kMaxDistance.
  EditAutomaton(std::string_view word, int distance);

  State Start() const;
  State Next(const State& state, char32_t letter) const;

  // How far what was read is from the word; distance + 1 when it is more.
  int Distance(const State& state) const;
  // Nothing that begins with what was read is near enough.
  bool IsDead(const State& state) const {
    return state.ends[static_cast<size_t>(distance_)] == 0 &&
           state.read > distance_;
  }

 private:
  // Moves ends to the next place in the word. The empty prefix has no bit: it
  // moves to the first place if it is still within the edits.
  static uint64_t Move(uint64_t ends, bool from_empty) {
    return ends << 1 | (from_empty ? 1 : 0);
  }
  // Where a letter stands in the word.
  uint64_t Places(char32_t letter) const {
    if (letter < ascii_.size()) return ascii_[letter];
    uint64_t places = 0;
    for (const auto& [other, place] : others_) {
      if (other == letter) places |= place;
    }
    return places;
  }

  const int distance_;
  size_t letters_ = 0;
  // Where letters stand in the word: bit j for code point j.
  std::array<uint64_t, 128> ascii_{};
  std::vector<std::pair<char32_t, uint64_t>> others_;
};

inline EditAutomaton::State EditAutomaton::Next(const State& state,
                                                char32_t letter) const {
  State next;
  next.last = Places(letter);
  next.read = state.read + 1;
  next.ends[0] = Move(state.ends[0], state.read == 0) & next.last;
  for (size_t e = 1; e <= static_cast<size_t>(distance_); ++e) {
    // The empty prefix, with all that was read inserted.
    const int fewer = static_cast<int>(e) - 1;
    const bool empty = state.read <= fewer;
    const uint64_t same =
        Move(state.ends[e], state.read <= fewer + 1) & next.last;
    const uint64_t inserted = state.ends[e - 1];
    const uint64_t replaced = Move(state.ends[e - 1], empty);
    const uint64_t deleted = Move(next.ends[e - 1], next.read <= fewer);
    const uint64_t swapped =
        Move(Move(state.before[e - 1], state.read - 1 <= fewer), false) &
        next.last << 1 & state.last;
    next.ends[e] = same | inserted | replaced | deleted | swapped;
    next.before[e - 1] = state.ends[e - 1];
  }
  return next;
}

// The distance of two words, or distance + 1 when it is more.
int EditDistance(std::string_view a, std::string_view b, int distance);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_EDIT_DISTANCE_H_
