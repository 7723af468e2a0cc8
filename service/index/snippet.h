// Chooses the piece of a text that shows most of the words that matched.

#ifndef PAPERWIRE_SERVICE_INDEX_SNIPPET_H_
#define PAPERWIRE_SERVICE_INDEX_SNIPPET_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/index/highlight.h"

namespace paperwire::index {

inline constexpr int32_t kSnippetCharacters = 300;

struct Snippet {
  std::string text;   // line breaks are spaces
  int32_t begin = 0;  // in code points of the whole text
};

// At most kSnippetCharacters of `text`, cut at spaces, that hold as many of
// `spans` as possible; the whole text when it is no longer, its beginning when
// there are no spans. `ascii`: whether the text is known to be ASCII.
Snippet ChooseSnippet(std::string_view text, bool ascii,
                      const std::vector<CharSpan>& spans);

// Snippets are one line.
void BreaksToSpaces(std::string* text);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SNIPPET_H_
