// How often a phrase stands in a field, given where its words stand.
//
// Without slop: the number of positions p such that word i stands at p + i.
//
// With slop s, n words in any order: the number of positions p such that the
// n words stand at n different places of [p, p + n - 1 + s], one of them at p.
// That is Hall's question of distinct representatives; as one stem's
// spellings are either a single one or all of them, the sets of places nest,
// and counting answers it: a window will do if each spelling is there as
// often as it is asked for, and each stem as often as all its words.

#ifndef PAPERWIRE_SERVICE_INDEX_PHRASE_COUNT_H_
#define PAPERWIRE_SERVICE_INDEX_PHRASE_COUNT_H_

#include <cstdint>
#include <span>
#include <vector>

namespace paperwire::index {

// A place of a word, for PhraseCounter.
struct PhrasePlace {
  uint32_t position;
  uint32_t spelling;  // any number that tells the spellings of a stem apart
};

// A word of a phrase.
struct PhraseWord {
  // The same number for words of one stem.
  size_t stem = 0;
  // The one spelling that counts, or kAnySpelling.
  uint32_t spelling = kAnySpelling;
  // Where the stem stands in the field, rising, in all its spellings.
  std::span<const PhrasePlace> places;

  static constexpr uint32_t kAnySpelling = UINT32_MAX;
  bool Accepts(uint32_t s) const {
    return spelling == kAnySpelling || spelling == s;
  }
};

// Keeps its buffers from call to call. Time: linear in the places, times
// their logarithm.
class PhraseCounter {
 public:
  uint32_t Count(const std::vector<PhraseWord>& words, int slop);

 private:
  uint32_t CountExact(const std::vector<PhraseWord>& words);
  uint32_t CountNear(const std::vector<PhraseWord>& words, int slop);

  // Something that a window must hold often enough: a stem as a whole, or one
  // spelling of it.
  struct Demand {
    size_t stem;
    uint32_t spelling;  // kAnySpelling: the stem
    uint32_t needed;
    uint32_t have;
  };
  struct Event {
    uint32_t position;
    uint32_t spelling;
    size_t stem;
    bool operator<(const Event& other) const {
      return position < other.position;
    }
  };
  std::vector<Demand> demands_;
  std::vector<Event> events_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PHRASE_COUNT_H_
