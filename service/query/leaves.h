// Makes the leaves of the tree: words, phrases, prefixes, keywords, ranges.
//
//     LeafBuilder leaves(text, &analyzer);
//     ASSIGN_OR_RETURN(Node leaf, leaves.FromChunk(lexeme, scope));
//
// Failures are INVALID_ARGUMENT with a position; see error.h.

#ifndef PAPERWIRE_SERVICE_QUERY_LEAVES_H_
#define PAPERWIRE_SERVICE_QUERY_LEAVES_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "service/query/lexer.h"
#include "service/query/query.h"
#include "service/text/analyzer.h"

namespace paperwire::query {

// What the prefixes around a leaf say of it.
struct Scope {
  Field field = Field::kNone;  // never kExact
  bool exact = false;
};

class LeafBuilder {
 public:
  // Both must outlive the builder.
  LeafBuilder(std::string_view text, text::Analyzer* analyzer)
      : text_(text), analyzer_(analyzer) {}

  // Of a kChunk, kPlain, kId or kPhrase.
  absl::StatusOr<Node> Make(const Lexeme& lexeme, const Scope& scope);

  // Multiplies the scores of a bracket by its suffix ("^2").
  absl::Status WeighBracket(const Lexeme& close, Node* node);

 private:
  absl::StatusOr<Node> MakeWords(const Lexeme& lexeme, const Scope& scope);
  absl::StatusOr<Node> MakePhrase(const Lexeme& lexeme, const Scope& scope);
  absl::StatusOr<Node> MakeKeyword(const Lexeme& lexeme, Keyword::Kind kind);
  absl::StatusOr<Node> MakeId(const Lexeme& lexeme);
  absl::StatusOr<Node> MakeRange(const Lexeme& lexeme, Field field);

  // A word or a phrase of the tokens of `part`, which may be none.
  Node FromTokens(std::string_view part, const Scope& scope);
  absl::StatusOr<float> ParseBoost(std::string_view number);
  // The value of a field: without quotes or the punctuation behind it.
  absl::StatusOr<std::string> ValueOf(const Lexeme& lexeme);
  absl::Status Error(std::string_view at, std::string_view problem,
                     std::string_view suggestion) const;

  std::string_view text_;
  text::Analyzer* analyzer_;
};

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_LEAVES_H_
