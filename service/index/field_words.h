// Where the words of a field stand: the text of a field is a list of values,
// separated by '\n', and positions run on over them with a gap that no phrase
// reaches across.

#ifndef PAPERWIRE_SERVICE_INDEX_FIELD_WORDS_H_
#define PAPERWIRE_SERVICE_INDEX_FIELD_WORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/text/analyzer.h"
#include "service/text/names.h"

namespace paperwire::index {

// What comes after this many words in one field is not indexed.
inline constexpr uint32_t kMaxFieldWords = UINT16_MAX;
// Between the last word of a value and the first of the next. More than any
// phrase spans (a query's text holds at most 8,192 words), and positions stay
// below 2^31.
inline constexpr uint32_t kValueGap = 1u << 14;
// What Node::slop counts for at most.
inline constexpr int kMaxSlop = 1000;

// Calls visit(token, position) for each word; returns how many there were.
template <typename Visit>
uint32_t ForEachWord(text::Analyzer& analyzer, std::string_view text,
                     Visit visit) {
  uint32_t words = 0;
  uint32_t base = 0;
  while (!text.empty() && words < kMaxFieldWords) {
    const size_t end = text.find('\n');
    const std::string_view value = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    uint32_t last = 0;
    bool any = false;
    for (const text::Token& token : analyzer.Tokenize(value)) {
      if (words == kMaxFieldWords) break;
      visit(token, base + token.position);
      last = base + token.position;
      any = true;
      ++words;
    }
    if (any) base = last + kValueGap;
  }
  return words;
}

// Calls visit(initial, position) for the initial and the bare initial
// (text/names.h) of each forename among `names`, the text of the field of
// authors.
template <typename Visit>
void ForEachInitial(text::Analyzer& analyzer, std::string_view names,
                    Visit visit) {
  uint32_t words = 0;
  uint32_t base = 0;
  while (!names.empty()) {
    const size_t end = names.find('\n');
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
    const std::vector<text::Token>& tokens = analyzer.Tokenize(name);
    words += static_cast<uint32_t>(tokens.size());
    if (words > kMaxFieldWords) return;
    text::ForEachForename(name, tokens, [&](const text::Token& token) {
      for (const std::string& initial :
           {text::Initial(token.form), text::BareInitial(token.form)}) {
        if (!initial.empty()) visit(initial, base + token.position);
      }
    });
    if (!tokens.empty()) base += tokens.back().position + kValueGap;
  }
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FIELD_WORDS_H_
