// The words of a text that make up the occurrences of a phrase (for
// highlights; phrase_count.h only counts them).

#ifndef PAPERWIRE_SERVICE_INDEX_PHRASE_PLACES_H_
#define PAPERWIRE_SERVICE_INDEX_PHRASE_PLACES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace paperwire::index {

// A word of the text that could be part of the phrase.
struct PlacedWord {
  uint32_t position;
  uint32_t id;                     // the caller's
  std::vector<uint32_t> could_be;  // words of the phrase, rising
};

// The ids of those that are part of an occurrence of the phrase of `size`
// words, as phrase_count.h defines it. `words` by rising position. Gives up
// the rest when text and phrase repeat themselves beyond measure: it is only
// for show.
std::vector<uint32_t> PhrasePlaces(const std::vector<PlacedWord>& words,
                                   size_t size, int slop);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PHRASE_PLACES_H_
