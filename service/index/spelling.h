// The words of a snapshot that another one may be a misspelling of.
//
//     SpellingBook book(*snapshot);
//     book.Documents("transfomer");             // 3
//     book.Corrections("transfomer", 3, check);  // "transformer", ...
//
// Documents are counted with those that were deleted but not merged away yet.
// Not thread-safe; the snapshot must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_SPELLING_H_
#define PAPERWIRE_SERVICE_INDEX_SPELLING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/index/snapshot.h"
#include "service/query/query.h"

namespace paperwire::index {

// Words that may stand in the place of another.
struct Correction {
  std::vector<query::Word> words;  // one, or two that it was joined of
  int edits = 1;
  int64_t documents = 0;  // of the rarer word
};

class SpellingBook {
 public:
  explicit SpellingBook(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // Papers with this spelling.
  int64_t Documents(std::string_view form) const;
  // Papers with the word in the sense of a query: any form, unless exact.
  int64_t Documents(const query::Word& word) const;

  // Whether so few papers have a word that it may be a slip. Papers have
  // misspellings, too.
  bool IsRare(int64_t documents) const {
    return documents <= snapshot_.documents() / 10000;
  }

  // Words one edit from this one, or two if it has six letters or more and the
  // first is right, as it is in almost all misspellings; one spelling of a
  // stem, with the same digits, that at least 20 times as many papers have;
  // rare ones only if there are no others. By edits, then by documents. Takes
  // some tenths of a millisecond with a large dictionary.
  std::vector<Correction> Corrections(const query::Word& word,
                                      size_t limit) const;

  // The two words that this one is, with the blank left out; the two rarer
  // ones of which are the most frequent first.
  std::vector<Correction> Splits(const query::Word& word, size_t limit) const;

 private:
  const Snapshot& snapshot_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SPELLING_H_
