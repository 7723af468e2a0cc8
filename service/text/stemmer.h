// Stems of English words, remembered.
//
//     Stemmer stemmer;
//     stemmer.Stem("bottlenecked");  // "bottleneck"
//
// Snowball's English stemmer (Porter 2), asked for one spelling of each word
// (variants.h), behind a table of the words seen last, because a few thousand
// words make up nearly all of a text. Bounded memory; not thread-safe.

#ifndef PAPERWIRE_SERVICE_TEXT_STEMMER_H_
#define PAPERWIRE_SERVICE_TEXT_STEMMER_H_

#include <string>
#include <string_view>
#include <vector>

struct sb_stemmer;

namespace paperwire::text {

class Stemmer {
 public:
  Stemmer();
  ~Stemmer();
  Stemmer(const Stemmer&) = delete;
  Stemmer& operator=(const Stemmer&) = delete;

  // Words of at most two letters, and words that are not of a to z alone,
  // are their own stem. Valid until the next call, and no longer than `form`.
  std::string_view Stem(std::string_view form);

 private:
  struct Slot {
    std::string form;
    std::string stem;
  };

  sb_stemmer* stemmer_;  // null when Snowball could not be set up
  std::vector<Slot> slots_;
  std::string word_;
};

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_STEMMER_H_
