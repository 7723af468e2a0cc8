// Cuts a query text into brackets, operators, fields, phrases and chunks.
//
//     Lex("title:(a OR \"b c\"~5) -d*", &analyzer)
//     // field title, open, chunk "a", or, phrase "b c" with suffix "~5",
//     // close, minus, chunk "d*", end
//
// Knows what is an operator and what is plain text, not how operators fit
// together. The views point into the text.

#ifndef PAPERWIRE_SERVICE_QUERY_LEXER_H_
#define PAPERWIRE_SERVICE_QUERY_LEXER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/query/fields.h"
#include "service/text/analyzer.h"

namespace paperwire::query {

struct Lexeme {
  enum class Kind : uint8_t {
    kOpen,   // (
    kClose,  // ), with the suffix behind it
    kAnd,
    kOr,
    kNot,     // NOT
    kMinus,   // - right before what it excludes
    kField,   // field:, the value follows
    kPhrase,  // body is what stands between the quotes
    kChunk,   // body is a run of other characters with operators in it
    kPlain,   // body is a run of other characters that is text alone
    kId,      // body is the value of id:, or as a whole "doi:..." and its
              // like, the address of a paper, an arXiv id, a DOI
    kEnd,
  };
  Kind kind = Kind::kEnd;
  Field field = Field::kNone;  // kField
  std::string_view body;
  std::string_view suffix;  // "~5^2" behind a quote, "^2" behind a bracket
  uint32_t begin = 0;       // bytes of the text
  uint32_t end = 0;
};

// INVALID_ARGUMENT for unclosed quotes, brackets that do not pair, unknown
// fields and "&&"; see error.h. Ends with a kEnd. Runs of punctuation are left
// out. `text` must be valid UTF-8.
absl::StatusOr<std::vector<Lexeme>> Lex(std::string_view text,
                                        text::Analyzer* analyzer);

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_LEXER_H_
