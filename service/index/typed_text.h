// What stands in a search box while someone types.
//
//     TypedText typed = ReadTyped("Concept bott", &analyzer);
//     typed.words;     // "concept"
//     typed.fragment;  // "bott", the beginning of a word

#ifndef PAPERWIRE_SERVICE_INDEX_TYPED_TEXT_H_
#define PAPERWIRE_SERVICE_INDEX_TYPED_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "service/query/query.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

struct TypedText {
  // Those that are complete: something follows them, if only a blank.
  std::vector<query::Word> words;
  // The beginning of a word, folded; empty when the last one is complete.
  std::string fragment;
};

// Reads plain words: what is an operator in a query is none here.
TypedText ReadTyped(std::string_view utf8, text::Analyzer* analyzer);

// Whether a text has all the words, and a word that begins with the fragment,
// in this spelling.
bool HasTyped(const TypedText& typed, std::string_view utf8,
              text::Analyzer* analyzer);

// The words of `typed` that tell papers apart: without common ones ("of").
std::vector<query::Word> TellingWords(const TypedText& typed);

// A search-box text that finds `utf8` word by word in a field: its words in
// quotes behind `prefix` ("title:"). As written, if that parses to what it
// says, else as `words`, which are those of it, folded, and must not be empty.
std::string QuotedQuery(std::string_view prefix, std::string_view utf8,
                        std::string_view words);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_TYPED_TEXT_H_
