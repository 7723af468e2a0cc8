#include "service/query/leaves.h"

#include <charconv>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/query/dates.h"
#include "service/query/error.h"
#include "service/query/names.h"
#include "service/text/external_id.h"
#include "service/text/utf8.h"

namespace paperwire::query {
namespace {

constexpr float kMinBoost = 0.01f;
constexpr float kMaxBoost = 100;
constexpr int kMaxSlop = 1000;
constexpr size_t kMaxPhraseWords = 256;
constexpr size_t kMinFuzzyLetters = 3;
constexpr size_t kTwoTypoLetters = 6;

std::string_view StripTrailing(std::string_view part, std::string_view signs) {
  while (!part.empty() && signs.find(part.back()) != signs.npos) {
    part.remove_suffix(1);
  }
  return part;
}

size_t CountCodePoints(std::string_view part) {
  size_t count = 0;
  for (char c : part) count += (c & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

// A whole number of at most four digits, or -1.
int SmallNumber(std::string_view digits) {
  int value = 0;
  if (digits.empty() || digits.size() > 4) return -1;
  for (char c : digits) {
    if (!absl::ascii_isdigit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool HasScore(const Node& node) {
  if (node.HasWords()) return true;
  for (const Node& child : node.children) {
    if (HasScore(child)) return true;
  }
  return false;
}

// False when a product leaves the range of boosts.
bool Multiply(float boost, Node* node) {
  if (node->HasWords()) {
    node->boost *= boost;
    if (node->boost < kMinBoost || node->boost > kMaxBoost) return false;
  }
  for (Node& child : node->children) {
    if (!Multiply(boost, &child)) return false;
  }
  return true;
}

}  // namespace

absl::Status LeafBuilder::Error(std::string_view at, std::string_view problem,
                                std::string_view suggestion) const {
  return ErrorAt(text_, static_cast<size_t>(at.data() - text_.data()), problem,
                 suggestion);
}

absl::StatusOr<Node> LeafBuilder::Make(const Lexeme& lexeme,
                                       const Scope& scope) {
  absl::StatusOr<Node> node;
  switch (scope.field) {
    case Field::kCategory:
      node = MakeKeyword(lexeme, Keyword::Kind::kCategory);
      break;
    case Field::kSource:
      node = MakeKeyword(lexeme, Keyword::Kind::kSource);
      break;
    case Field::kHas:
      node = MakeKeyword(lexeme, Keyword::Kind::kHas);
      break;
    case Field::kId:
      node = MakeId(lexeme);
      break;
    case Field::kYear:
    case Field::kPublished:
    case Field::kVotes:
      node = MakeRange(lexeme, scope.field);
      break;
    default:
      node = lexeme.kind == Lexeme::Kind::kId       ? MakeId(lexeme)
             : lexeme.kind == Lexeme::Kind::kPhrase ? MakePhrase(lexeme, scope)
                                                    : MakeWords(lexeme, scope);
  }
  RETURN_IF_ERROR(node.status());
  node->begin = lexeme.begin;
  node->end = lexeme.end;
  return node;
}

Node LeafBuilder::FromTokens(std::string_view part, const Scope& scope) {
  Node node;
  node.kind = Node::Kind::kWord;
  node.fields = TextFieldsOf(scope.field).value_or(kAllFields);
  for (const text::Token& token : analyzer_->Tokenize(part)) {
    Word& word = node.words.emplace_back();
    word.form = token.form;
    word.exact = scope.exact;
  }
  for (Word& word : node.words) word.stem = analyzer_->Stem(word.form);
  if (node.words.size() > 1) node.kind = Node::Kind::kPhrase;
  ReadAsName(&node);
  return node;
}

absl::StatusOr<float> LeafBuilder::ParseBoost(std::string_view number) {
  float boost = 0;
  const char* end = number.data() + number.size();
  const std::from_chars_result result =
      std::from_chars(number.data(), end, boost, std::chars_format::fixed);
  if (number.empty() || !absl::ascii_isdigit(number[0]) ||
      result.ec != std::errc() || result.ptr != end || boost < kMinBoost ||
      boost > kMaxBoost) {
    return Error(number.substr(0, 0), StrCat("Bad weight ", Quoted(number)),
                 "write a number from 0.01 to 100 behind \"^\", like ^2, or "
                 "put the words in quotes");
  }
  return boost;
}

// word  word*  word~  word~2  each with ^2
absl::StatusOr<Node> LeafBuilder::MakeWords(const Lexeme& lexeme,
                                            const Scope& scope) {
  const std::string_view body = lexeme.body;
  const auto no_word = [&] {
    return Error(body, StrCat("No word in ", Quoted(body)),
                 "write letters or digits to search for");
  };
  // In formulas ^ and ~ and * are their own.
  if (lexeme.kind == Lexeme::Kind::kPlain ||
      body.find_first_of("$\\{") != body.npos) {
    Node node = FromTokens(body, scope);
    if (node.words.empty()) return no_word();
    ScoreByWords(&node);
    return node;
  }

  std::string_view base = StripTrailing(body, ",;:.!?");
  float boost = 1;
  if (const size_t caret = base.find('^'); caret != base.npos) {
    ASSIGN_OR_RETURN(boost, ParseBoost(base.substr(caret + 1)));
    base = base.substr(0, caret);
  }
  bool prefix = false;
  bool fuzzy = false;
  int distance = 0;
  if (base.ends_with('*') && base.size() > 1) {
    prefix = true;
    base.remove_suffix(1);
  }
  // "C*-algebras" and "*-homomorphisms" are no wildcards.
  size_t star = base.find('*');
  while (star != base.npos && star + 1 < base.size() && base[star + 1] == '-') {
    star = base.find('*', star + 1);
  }
  if (star != base.npos) {
    return Error(base.substr(star), "\"*\" that is not at the end of a word",
                 "write the beginning of the word and then \"*\", like auto*");
  }
  // "~100" is about a hundred, and "von~Neumann" is tied by TeX.
  size_t tilde = base.find('~');
  while (tilde != base.npos && tilde + 1 < base.size() &&
         (tilde == 0 ? absl::ascii_isdigit(base[1])
                     : absl::ascii_isalpha(base[tilde + 1]))) {
    tilde = base.find('~', tilde + 1);
  }
  if (tilde != base.npos) {
    if (prefix) {
      return Error(base.substr(tilde), "\"~\" and \"*\" on one word",
                   "use one of them");
    }
    const std::string_view number = base.substr(tilde + 1);
    fuzzy = true;
    distance = number.empty() ? 0 : SmallNumber(number);
    if (tilde == 0 || (!number.empty() && distance != 1 && distance != 2)) {
      return Error(base.substr(tilde), StrCat("Bad \"~\" in ", Quoted(body)),
                   "write word~, word~1 or word~2 for a word with typos, or "
                   "put the words in quotes");
    }
    base = base.substr(0, tilde);
  }

  if (!prefix && !fuzzy) {
    Node node = FromTokens(base, scope);
    if (node.words.empty()) return no_word();
    node.boost = boost;
    ScoreByWords(&node);
    return node;
  }
  // Exactly one word that reaches to the sign.
  const std::vector<text::Token>& tokens = analyzer_->Tokenize(base);
  const std::string_view sign = prefix ? "*" : "~";
  if (tokens.size() != 1 || tokens[0].end != base.size()) {
    return Error(body,
                 StrCat("\"", sign, "\" behind ", Quoted(base),
                        ", which is not one word"),
                 StrCat("put it right behind a single word, like ",
                        prefix ? "auto*" : "transfomer~"));
  }
  Node node = FromTokens(base, Scope{scope.field, false});
  node.boost = boost;
  if (prefix) {
    node.kind = Node::Kind::kPrefix;
    return node;
  }
  const size_t letters = CountCodePoints(node.words[0].form);
  if (letters < kMinFuzzyLetters) {
    return Error(body,
                 StrCat("\"~\" behind ", Quoted(base),
                        ", which has less than three letters"),
                 "nearly every short word would match; write it without \"~\"");
  }
  node.kind = Node::Kind::kFuzzy;
  node.distance = distance != 0 ? distance : letters < kTwoTypoLetters ? 1 : 2;
  return node;
}

// "a b"  "a b"~5  each with ^2
absl::StatusOr<Node> LeafBuilder::MakePhrase(const Lexeme& lexeme,
                                             const Scope& scope) {
  const std::string_view whole =
      text_.substr(lexeme.begin, lexeme.end - lexeme.begin);
  Node node = FromTokens(lexeme.body, scope);
  if (node.words.empty()) {
    return Error(whole, "No word between the quotes",
                 "write words between them, or remove them");
  }
  if (node.words.size() > kMaxPhraseWords) {
    return Error(whole,
                 StrCat("A phrase of ", node.words.size(), " words; at most ",
                        kMaxPhraseWords, " are allowed"),
                 "quote a part of it");
  }
  const bool is_name =
      scope.field == Field::kAuthor && node.kind == Node::Kind::kPhrase;
  std::string_view suffix = lexeme.suffix;
  if (const size_t caret = suffix.find('^'); caret != suffix.npos) {
    ASSIGN_OR_RETURN(node.boost, ParseBoost(suffix.substr(caret + 1)));
    suffix = suffix.substr(0, caret);
  }
  if (suffix.empty()) {
    if (is_name) {
      node.slop = kNameSlop;
      PutSurnameLast(lexeme.body, analyzer_->Tokenize(lexeme.body),
                     &node.words);
    }
    return node;
  }
  const int slop = SmallNumber(suffix.substr(1));
  if (slop < 0 || slop > kMaxSlop) {
    return Error(suffix, StrCat("Bad distance ", Quoted(suffix)),
                 StrCat("write \"a b\"~5 for at most 5 other words between; at "
                        "most ",
                        kMaxSlop));
  }
  if (node.kind != Node::Kind::kPhrase) {
    return Error(suffix, "A distance behind a single word in quotes",
                 "put two words in the quotes, or write word~ without quotes "
                 "for a word with typos");
  }
  node.slop = slop;
  if (is_name && slop > 0) {
    PutSurnameLast(lexeme.body, analyzer_->Tokenize(lexeme.body), &node.words);
  }
  return node;
}

absl::StatusOr<std::string> LeafBuilder::ValueOf(const Lexeme& lexeme) {
  if (!lexeme.suffix.empty()) {
    return Error(lexeme.suffix,
                 StrCat(Quoted(lexeme.suffix), " behind a value"),
                 "weights and distances belong to words; remove it");
  }
  if (lexeme.kind != Lexeme::Kind::kPhrase) {
    return std::string(StripTrailing(lexeme.body, ",;"));
  }
  std::string value;
  for (size_t i = 0; i < lexeme.body.size(); ++i) {
    if (lexeme.body[i] == '\\' && i + 1 < lexeme.body.size()) ++i;
    value += lexeme.body[i];
  }
  return std::string(ToStd(absl::StripAsciiWhitespace(value)));
}

absl::StatusOr<Node> LeafBuilder::MakeKeyword(const Lexeme& lexeme,
                                              Keyword::Kind kind) {
  const std::string_view whole =
      text_.substr(lexeme.begin, lexeme.end - lexeme.begin);
  ASSIGN_OR_RETURN(std::string value, ValueOf(lexeme));
  if (value.empty()) {
    return Error(whole, "No value behind the field",
                 "write one, like category:cs.CL");
  }
  if (value.size() > text::kMaxExternalIdBytes) {
    return Error(whole, StrCat("A value of ", value.size(), " bytes"),
                 StrCat("at most ", text::kMaxExternalIdBytes, " are allowed"));
  }
  for (char c : value) {
    if (absl::ascii_iscntrl(c)) {
      return Error(whole, "A value with a control character", "remove it");
    }
  }
  const size_t sign = value.find_first_of("*^~");
  if (lexeme.kind != Lexeme::Kind::kPhrase && sign != value.npos) {
    const bool part = kind == Keyword::Kind::kCategory && value[sign] == '*';
    return Error(
        whole.substr(sign),
        StrCat("\"", value.substr(sign, 1), "\" in the value ", Quoted(value)),
        part ? "an archive stands for all of its categories; write "
               "category:cs"
             : "values are compared whole; remove it, or put the "
               "value in quotes");
  }
  Node node;
  node.kind = Node::Kind::kKeyword;
  node.keyword.kind = kind;
  node.keyword.value = absl::AsciiStrToLower(value);
  if (kind == Keyword::Kind::kHas && !IsHasKind(node.keyword.value)) {
    return Error(whole, StrCat("Unknown kind of link ", Quoted(value)),
                 StrCat("has: knows ", HasKinds()));
  }
  return node;
}

absl::StatusOr<Node> LeafBuilder::MakeId(const Lexeme& lexeme) {
  ASSIGN_OR_RETURN(const std::string value, ValueOf(lexeme));
  constexpr absl::string_view kCollection = "papers/";
  absl::string_view id = absl::StripLeadingAsciiWhitespace(value);
  while (absl::StartsWithIgnoreCase(id, kCollection)) {
    id = absl::StripLeadingAsciiWhitespace(id.substr(kCollection.size()));
  }
  absl::StatusOr<text::ExternalIdPair> parsed =
      text::ParseExternalId(ToStd(id));
  if (!parsed.ok()) {
    return ErrorAt(text_, lexeme.begin, "Bad id",
                   ToStd(parsed.status().message()));
  }
  Node node;
  node.kind = Node::Kind::kKeyword;
  node.keyword.kind = Keyword::Kind::kId;
  node.keyword.value = text::ExternalIdKey(parsed->first, parsed->second);
  return node;
}

absl::StatusOr<Node> LeafBuilder::MakeRange(const Lexeme& lexeme, Field field) {
  ASSIGN_OR_RETURN(const std::string value, ValueOf(lexeme));
  absl::StatusOr<Range> range = field == Field::kYear ? ParseYear(value)
                                : field == Field::kVotes
                                    ? ParseVotes(value)
                                    : ParsePublished(value);
  if (!range.ok()) {
    return ErrorAt(text_, lexeme.begin,
                   StrCat("Bad value of ", NameOfField(field), ":"),
                   ToStd(range.status().message()));
  }
  Node node;
  node.kind = Node::Kind::kRange;
  node.range = *range;
  return node;
}

absl::Status LeafBuilder::WeighBracket(const Lexeme& close, Node* node) {
  std::string_view suffix = close.suffix;
  if (suffix.empty()) return absl::OkStatus();
  if (!ConsumePrefix(&suffix, "^")) {
    return Error(close.suffix,
                 StrCat(Quoted(close.suffix), " behind a bracket"),
                 "only a weight, like ^2, can stand there; \"~5\" belongs "
                 "behind quotes");
  }
  ASSIGN_OR_RETURN(const float boost, ParseBoost(suffix));
  if (!HasScore(*node)) {
    return Error(close.suffix, "A weight on a bracket without words",
                 "only words have a weight; remove it");
  }
  if (!Multiply(boost, node)) {
    return Error(close.suffix, "Weights that multiply to too much",
                 "all weights on a word together must be in 0.01 to 100");
  }
  return absl::OkStatus();
}

}  // namespace paperwire::query
