// Where the words of a query stand in a text.

#ifndef PAPERWIRE_SERVICE_INDEX_HIGHLIGHT_H_
#define PAPERWIRE_SERVICE_INDEX_HIGHLIGHT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
  // abstract, cut at words, about 300 characters.
  std::string snippet;
  int32_t snippet_begin = 0;    // in code points of the field
  std::vector<CharSpan> spans;  // of the field, in order, no overlap
};

// Marks every word of `text` that a scoring leaf of the query, not under a
// Not and open to `field`, stands for; the words of a phrase only where the
// phrase stands. Empty spans: nothing matched; the snippet is the beginning.
FieldHighlight Highlight(const query::Query& query, query::TextField field,
                         std::string_view text, text::Analyzer& analyzer);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_HIGHLIGHT_H_
