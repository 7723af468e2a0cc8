// A recursive descent over the lexemes; the grammar stands in README.md.
// Recursion goes only as deep as brackets, which Limits bounds.

#include "service/query/parser.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/query/error.h"
#include "service/query/filters.h"
#include "service/query/leaves.h"
#include "service/query/lexer.h"
#include "service/query/normalize.h"
#include "service/text/utf8.h"

namespace paperwire::query {
namespace {

using Kind = Lexeme::Kind;

// One of the things that And joins.
struct Operand {
  Node node;
  // A bare word, or several joined by signs ("and/or"), all of them common.
  bool common = false;
};

bool IsCommon(const Node& node) {
  for (const Word& word : node.words) {
    if (!text::IsStopWord(word.form)) return false;
  }
  return true;
}

// Whether a paper must or may hold a word because of the node.
bool AsksForWord(const Node& node) {
  if (node.kind == Node::Kind::kNot) return false;
  if (node.Scores()) return true;
  for (const Node& child : node.children) {
    if (AsksForWord(child)) return true;
  }
  return false;
}

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits, text::Analyzer* analyzer)
      : text_(text),
        limits_(limits),
        analyzer_(analyzer),
        leaves_(text, analyzer) {}

  absl::StatusOr<Query> Run() {
    ASSIGN_OR_RETURN(lexemes_, Lex(text_, analyzer_));
    if (Peek().kind == Kind::kEnd) {
      return ErrorAt(text_, 0, "No word to search for",
                     "write letters or digits, or leave the text empty to "
                     "match every paper");
    }
    Query query;
    ASSIGN_OR_RETURN(query.root, ParseOr(Scope()));
    query.ignored_words = std::move(ignored_words_);
    return query;
  }

 private:
  const Lexeme& Peek() const { return lexemes_[next_]; }
  bool AtEndOfList() const {
    return Peek().kind == Kind::kEnd || Peek().kind == Kind::kClose;
  }

  absl::Status Dangling(const Lexeme& at, std::string_view name,
                        std::string_view side) const {
    return ErrorAt(text_, at.begin, StrCat(name, " with nothing ", side, " it"),
                   StrCat("write a word there, remove ", name,
                          ", or put it in quotes to search for the word"));
  }

  absl::StatusOr<Node> ParseOr(const Scope& scope) {
    std::vector<Node> alternatives;
    const Lexeme* last_or = nullptr;
    while (true) {
      if (Peek().kind == Kind::kOr && alternatives.empty()) {
        return Dangling(Peek(), "OR", "before");
      }
      if (last_or != nullptr && (AtEndOfList() || Peek().kind == Kind::kOr)) {
        return Dangling(*last_or, "OR", "behind");
      }
      ASSIGN_OR_RETURN(Node node, ParseAnd(scope));
      alternatives.push_back(std::move(node));
      if (Peek().kind != Kind::kOr) break;
      last_or = &Peek();
      ++next_;
    }
    if (alternatives.size() == 1) return std::move(alternatives[0]);
    return MakeOr(std::move(alternatives));
  }

  absl::StatusOr<Node> ParseAnd(const Scope& scope) {
    std::vector<Operand> operands;
    const Lexeme* last_and = nullptr;
    while (!AtEndOfList() && Peek().kind != Kind::kOr) {
      if (Peek().kind == Kind::kAnd) {
        if (operands.empty()) return Dangling(Peek(), "AND", "before");
        if (last_and != nullptr) return Dangling(*last_and, "AND", "behind");
        last_and = &Peek();
        ++next_;
        continue;
      }
      ASSIGN_OR_RETURN(Operand operand, ParseNot(scope));
      operands.push_back(std::move(operand));
      last_and = nullptr;
    }
    if (last_and != nullptr) return Dangling(*last_and, "AND", "behind");
    return Join(std::move(operands));
  }

  // Leaves common words aside when they stand beside others.
  Node Join(std::vector<Operand> operands) {
    bool others = false;
    for (const Operand& operand : operands) {
      others = others || (!operand.common && AsksForWord(operand.node));
    }
    std::vector<Node> children;
    for (Operand& operand : operands) {
      if (!operand.common || !others) {
        children.push_back(std::move(operand.node));
        continue;
      }
      for (Word& word : operand.node.words) {
        ignored_words_.push_back(std::move(word.form));
      }
    }
    if (children.size() == 1) return std::move(children[0]);
    return MakeAnd(std::move(children));
  }

  absl::StatusOr<Operand> ParseNot(const Scope& scope) {
    bool negative = false;
    const Lexeme* last_not = nullptr;
    while (Peek().kind == Kind::kNot || Peek().kind == Kind::kMinus) {
      negative = !negative;
      last_not = &Peek();
      ++next_;
    }
    if (last_not == nullptr) return ParsePrimary(scope);
    if (AtEndOfList() || Peek().kind == Kind::kAnd ||
        Peek().kind == Kind::kOr) {
      return Dangling(*last_not, last_not->kind == Kind::kNot ? "NOT" : "\"-\"",
                      "behind");
    }
    ASSIGN_OR_RETURN(Operand operand, ParsePrimary(scope));
    operand.common = false;
    if (negative) operand.node = MakeNot(std::move(operand.node));
    return operand;
  }

  absl::StatusOr<Operand> ParsePrimary(Scope scope) {
    const size_t first = next_;
    while (Peek().kind == Kind::kField) {
      RETURN_IF_ERROR(Enter(Peek(), next_ > first, &scope));
      ++next_;
    }
    if (Peek().kind == Kind::kOpen) return ParseBracket(scope);
    if (++clauses_ > limits_.max_clauses) {
      return ErrorAt(
          text_, Peek().begin,
          StrCat("More than ", limits_.max_clauses, " words and conditions"),
          "shorten the query, or ask it in parts");
    }
    const Lexeme& lexeme = Peek();
    ++next_;
    ASSIGN_OR_RETURN(Node node, leaves_.Make(lexeme, scope));
    Operand operand{std::move(node), false};
    const bool bare =
        lexeme.kind == Kind::kChunk || lexeme.kind == Kind::kPlain;
    operand.common = bare && scope.field == Field::kNone && !scope.exact &&
                     (operand.node.kind == Node::Kind::kWord ||
                      operand.node.kind == Node::Kind::kPhrase) &&
                     operand.node.boost == 1 && IsCommon(operand.node);
    return operand;
  }

  // Steps into "field:".
  absl::Status Enter(const Lexeme& lexeme, bool stacked, Scope* scope) const {
    const std::string_view name = NameOfField(lexeme.field);
    const bool words =
        scope->field == Field::kNone || TextFieldsOf(scope->field).has_value();
    if (lexeme.field == Field::kExact) {
      if (!words) {
        return ErrorAt(
            text_, lexeme.begin,
            StrCat("exact: inside of ", NameOfField(scope->field), ":"),
            "only words have an exact form; remove it");
      }
      scope->exact = true;
      return absl::OkStatus();
    }
    if (stacked && scope->exact && !TextFieldsOf(lexeme.field).has_value()) {
      return ErrorAt(text_, lexeme.begin, StrCat(name, ": behind exact:"),
                     "only words have an exact form; remove exact:");
    }
    if (scope->field != Field::kNone && scope->field != lexeme.field) {
      return ErrorAt(
          text_, lexeme.begin,
          StrCat(name, ": inside of ", NameOfField(scope->field), ":"),
          "a word has one field; close the bracket before it, or "
          "remove one of the fields");
    }
    scope->field = lexeme.field;
    return absl::OkStatus();
  }

  absl::StatusOr<Operand> ParseBracket(const Scope& scope) {
    const Lexeme& open = Peek();
    if (++depth_ > limits_.max_depth) {
      return ErrorAt(text_, open.begin,
                     StrCat("More than ", limits_.max_depth,
                            " brackets inside of each other"),
                     "write the query with fewer");
    }
    ++next_;
    if (Peek().kind == Kind::kClose) {
      return ErrorAt(text_, open.begin, "Empty brackets",
                     "write words between them, or remove them");
    }
    ASSIGN_OR_RETURN(Node node, ParseOr(scope));
    // The lexer has paired the brackets.
    RETURN_IF_ERROR(leaves_.WeighBracket(Peek(), &node));
    ++next_;
    --depth_;
    return Operand{std::move(node), false};
  }

  std::string_view text_;
  Limits limits_;
  text::Analyzer* analyzer_;
  LeafBuilder leaves_;
  std::vector<Lexeme> lexemes_;
  size_t next_ = 0;
  int depth_ = 0;
  int clauses_ = 0;
  std::vector<std::string> ignored_words_;
};

absl::Status CheckText(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_text_bytes) {
    return InvalidField(
        "text", StrCat("The query has ", text.size(), " bytes; at most ",
                       limits.max_text_bytes, " are allowed"));
  }
  const size_t bad = text::FindInvalidUtf8(text);
  if (bad != std::string_view::npos) {
    return InvalidField("text", StrCat("Invalid UTF-8 at byte ", bad + 1,
                                       ": send the query in UTF-8"));
  }
  const size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    return InvalidField(
        "text", StrCat("A NUL character at byte ", nul + 1, ": remove it"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Query> Parse(const v1::Query& request, const Limits& limits) {
  const std::string_view text = request.text();
  RETURN_IF_ERROR(CheckText(text, limits));
  ASSIGN_OR_RETURN(std::vector<Node> conditions, MakeFilters(request));
  Query query;
  if (!absl::StripAsciiWhitespace(ToAbsl(text)).empty()) {
    // An Analyzer is costly to make and not to be shared between threads.
    thread_local text::Analyzer analyzer;
    ASSIGN_OR_RETURN(query, Parser(text, limits, &analyzer).Run());
    conditions.insert(conditions.begin(), std::move(query.root));
  }
  query.root = Normalize(MakeAnd(std::move(conditions)));
  return query;
}

}  // namespace paperwire::query
