// Where the words of a query stand in a text.
//
//     Highlighter highlighter(query);
//     FieldHighlight h = highlighter.Mark(query::TextField::kTitle, title,
//                                         TextWords(title, analyzer));
//
// A text of 200 words that is cut up already takes about a microsecond.

#ifndef PAPERWIRE_SERVICE_INDEX_HIGHLIGHT_H_
#define PAPERWIRE_SERVICE_INDEX_HIGHLIGHT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/index/text_words.h"
#include "service/query/names.h"
#include "service/query/query.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

// A part of a text in Unicode code points: [begin, end).
struct CharSpan {
  int32_t begin = 0;
  int32_t end = 0;
};

struct FieldHighlight {
  query::TextField field = query::TextField::kTitle;
  // The whole field, or the piece with the most matching words of an
  // abstract, cut at words, about 300 characters; without a match its
  // beginning.
  std::string snippet;
  int32_t snippet_begin = 0;    // in code points of the field
  std::vector<CharSpan> spans;  // of the field, in order, no overlap
};

// Marks texts for one query. Not thread-safe: it reuses its buffers.
class Highlighter {
 public:
  // The query must outlive this.
  explicit Highlighter(const query::Query& query);

  // Marks every word of `text` that a scoring leaf of the query, not under a
  // Not and open to `field`, stands for; the words of a phrase only where the
  // phrase stands. `words` are those of `text`.
  FieldHighlight Mark(query::TextField field, std::string_view text,
                      const TextWords& words);

 private:
  struct Leaf {
    const query::Node* node;
    std::vector<uint32_t> stem_hashes;  // of node->words
  };

  void MarkLeaf(const Leaf& leaf, const TextWords& words);
  void MarkPhrase(const Leaf& leaf, const TextWords& words);
  std::vector<CharSpan> Spans();

  const query::Evaluated tree_;
  std::vector<Leaf> leaves_;      // of the tree
  std::vector<CharSpan> marked_;  // of the text at hand, in no order
};

// The same for a text that is seen once.
FieldHighlight Highlight(const query::Query& query, query::TextField field,
                         std::string_view text, text::Analyzer& analyzer);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_HIGHLIGHT_H_
