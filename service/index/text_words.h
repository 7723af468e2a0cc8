// The words of a text, kept: it can be marked for query after query without
// being cut up again.
//
//     const TextWords words(paper.abstract(), analyzer);
//     const uint32_t hash = TextWords::StemHash("bottleneck");
//     for (uint32_t word = words.FirstWithStemHash(hash);
//          words.HasStemHash(word, hash); ++word) {
//       if (words.Stem(word) == "bottleneck") ... words.Places(word) ...
//     }
//
// Each different word is kept once, sorted by a hash of its stem, and with it
// the places where it stands; what is not asked for is not looked at. All of it
// lies in one piece of memory: a look-up in a text that was not touched for
// long waits for a few cache lines of one or two pages. Four times the size of
// the text. Immutable; any thread.

#ifndef PAPERWIRE_SERVICE_INDEX_TEXT_WORDS_H_
#define PAPERWIRE_SERVICE_INDEX_TEXT_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

class TextWords {
 public:
  // Where a word stands. `begin` and `end` count code points of the text.
  struct Place {
    uint32_t position;  // as text::Token has it
    int32_t begin;
    int32_t end;
  };

  // The first kMaxFieldWords words of `text`, which need not outlive this.
  TextWords(std::string_view text, text::Analyzer& analyzer);

  // The different words are numbered 0 to size() - 1.
  uint32_t size() const { return size_; }
  std::string_view Form(uint32_t word) const;
  std::string_view Stem(uint32_t word) const;
  // In the order of the text.
  absl::Span<const Place> Places(uint32_t word) const;

  // The first word whose stem may have this hash; compare until HasStemHash
  // says no.
  uint32_t FirstWithStemHash(uint32_t hash) const;
  bool HasStemHash(uint32_t word, uint32_t hash) const {
    return word < size_ && hashes()[word] == hash;
  }
  static uint32_t StemHash(std::string_view stem);

  // Whether the text is ASCII: its code points are its bytes.
  bool ascii() const { return ascii_; }

  // Begins to load what look-ups read first. For texts that lie far apart: the
  // processor then waits for all of them at once, not for each.
  void Prefetch() const;

  // Memory held.
  size_t bytes() const;

 private:
  struct Word {
    uint32_t form : 24;  // where it begins in the letters
    uint32_t form_size : 8;
    uint32_t stem : 24;
    uint32_t stem_size : 8;
    uint32_t places;  // where they begin
  };
  static_assert(sizeof(Word) == 12 && alignof(Word) == alignof(uint32_t));
  static_assert(sizeof(Place) == 12 && alignof(Place) == alignof(uint32_t));

  // Of the stems, rising.
  const uint16_t* hashes() const {
    return reinterpret_cast<const uint16_t*>(memory_.data());
  }
  // In the same order.
  const Word* words() const {
    return reinterpret_cast<const Word*>(memory_.data() + (size_ + 1) / 2);
  }
  // By word.
  const Place* places() const {
    return reinterpret_cast<const Place*>(words() + size_);
  }
  const char* letters() const {
    return reinterpret_cast<const char*>(places() + places_);
  }

  bool ascii_;
  uint32_t size_ = 0;
  uint32_t places_ = 0;
  std::vector<uint32_t> memory_;  // hashes, words, places, letters
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_TEXT_WORDS_H_
