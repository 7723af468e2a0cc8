#include "service/index/typed_text.h"

#include <algorithm>
#include <utility>

#include "paperwire/v1/query.pb.h"
#include "service/base/strings.h"
#include "service/query/parser.h"

namespace paperwire::index {

TypedText ReadTyped(std::string_view utf8, text::Analyzer* analyzer) {
  TypedText typed;
  for (const text::Token& token : analyzer->Tokenize(utf8)) {
    if (token.end == utf8.size()) {
      typed.fragment = std::string(token.form);
    } else {
      typed.words.emplace_back().form = std::string(token.form);
    }
  }
  for (query::Word& word : typed.words) {
    word.stem = std::string(analyzer->Stem(word.form));
  }
  return typed;
}

bool HasTyped(const TypedText& typed, std::string_view utf8,
              text::Analyzer* analyzer) {
  const std::vector<text::Token>& tokens = analyzer->Tokenize(utf8);
  const auto any = [&](auto is) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&](const text::Token& t) { return is(t.form); });
  };
  return any([&](std::string_view form) {
           return form.starts_with(typed.fragment);
         }) &&
         std::all_of(typed.words.begin(), typed.words.end(),
                     [&](const query::Word& word) {
                       return any([&](std::string_view form) {
                         return form == word.form;
                       });
                     });
}

std::vector<query::Word> TellingWords(const TypedText& typed) {
  std::vector<query::Word> words;
  for (const query::Word& word : typed.words) {
    if (!text::IsStopWord(word.form)) words.push_back(word);
  }
  return words;
}

std::string QuotedQuery(std::string_view prefix, std::string_view utf8,
                        std::string_view words) {
  std::string folded = StrCat(prefix, "\"", words, "\"");
  std::string written = StrCat(prefix, "\"", utf8, "\"");
  v1::Query request;
  request.set_text(folded);
  const absl::StatusOr<query::Query> meant = query::Parse(request);
  request.set_text(written);
  const absl::StatusOr<query::Query> said = query::Parse(request);
  if (!meant.ok() || !said.ok() || !(meant->root == said->root)) return folded;
  return written;
}

}  // namespace paperwire::index
