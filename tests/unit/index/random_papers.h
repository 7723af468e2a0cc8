// Random documents and query trees over small vocabularies, so that they meet.

#ifndef PAPERWIRE_TESTS_UNIT_INDEX_RANDOM_PAPERS_H_
#define PAPERWIRE_TESTS_UNIT_INDEX_RANDOM_PAPERS_H_

#include <cstdint>
#include <random>
#include <string>

#include "service/index/document.h"
#include "service/query/query.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

class RandomPapers {
 public:
  explicit RandomPapers(uint64_t seed) : random_(seed) {}

  // A number in [0, n).
  int Below(int n) {
    return std::uniform_int_distribution<int>(0, n - 1)(random_);
  }
  bool OneIn(int n) { return Below(n) == 0; }

  Document MakeDocument(int64_t number, int64_t sequence);
  // In normal form, with up to some ten leaves.
  query::Query MakeQuery();

 private:
  std::string MakeWord();
  std::string MakeText(int max_words);
  // Of words and initials; may be empty.
  std::string MakeName();
  query::Word MakeQueryWord();
  query::Node MakeLeaf();
  query::Node MakeNode(int depth, bool may_be_not);

  std::mt19937_64 random_;
  text::Analyzer analyzer_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_TESTS_UNIT_INDEX_RANDOM_PAPERS_H_
