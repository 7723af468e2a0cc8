#include "service/query/lexer.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/query/error.h"
#include "service/text/external_id.h"
#include "service/text/utf8.h"

namespace paperwire::query {
namespace {

using Kind = Lexeme::Kind;

constexpr std::string_view kTrailing = ",;:.!?";

bool IsSpaceCodePoint(char32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

// The quotes of keyboards and of word processors.
bool IsQuote(char32_t c) {
  return c == '"' || c == 0x201C || c == 0x201D || c == 0x201E;
}

class Lexer {
 public:
  Lexer(std::string_view text, text::Analyzer* analyzer)
      : text_(text), analyzer_(analyzer) {}

  absl::StatusOr<std::vector<Lexeme>> Run() {
    while (true) {
      SkipSpace();
      if (at_ == text_.size()) break;
      RETURN_IF_ERROR(ReadOne());
    }
    if (!open_.empty()) {
      return ErrorAt(text_, lexemes_[open_.back()].begin, "Unclosed bracket",
                     "add a \")\" where it ends, or remove it");
    }
    Add(Kind::kEnd, at_);
    return std::move(lexemes_);
  }

 private:
  text::CodePoint Peek(size_t at) const {
    if (at >= text_.size()) return {' ', 0};
    return text::DecodeAt(text_, at);
  }
  char At(size_t i) const { return i < text_.size() ? text_[i] : ' '; }
  // White space, or the end.
  bool SpaceAt(size_t at) const { return IsSpaceCodePoint(Peek(at).value); }

  void SkipSpace() {
    while (at_ < text_.size() && SpaceAt(at_)) at_ += Peek(at_).size;
  }

  Lexeme& Add(Kind kind, size_t begin) {
    Lexeme& lexeme = lexemes_.emplace_back();
    lexeme.kind = kind;
    lexeme.begin = static_cast<uint32_t>(begin);
    lexeme.end = static_cast<uint32_t>(at_);
    return lexeme;
  }

  bool HasWord(std::string_view part) {
    return !analyzer_->Tokenize(part).empty();
  }

  // Whether a field waits for its value right here.
  bool InField() const {
    return !lexemes_.empty() && lexemes_.back().kind == Kind::kField &&
           lexemes_.back().end == at_;
  }

  absl::Status ReadOne() {
    const char32_t c = Peek(at_).value;
    if (c == '(') return ReadOpen();
    if (c == ')') return ReadClose();
    if (IsQuote(c)) return ReadPhrase();
    if (InField()) return ReadValue();
    if (ReadSmiley()) return absl::OkStatus();
    if (c == '-' && AtStart() && Excludes()) {
      const size_t begin = at_++;
      Add(Kind::kMinus, begin);
      return absl::OkStatus();
    }
    bool found = false;
    RETURN_IF_ERROR(ReadField(&found));
    if (found) return absl::OkStatus();
    return ReadChunk();
  }

  // Whether an operator could stand here: not right behind other text.
  bool AtStart() const {
    if (!lexemes_.empty() && lexemes_.back().kind == Kind::kOpen &&
        lexemes_.back().end == at_) {
      return true;
    }
    return BlankBefore();
  }
  bool BlankBefore() const {
    size_t before = at_;
    do {
      if (before == 0) return true;
      --before;
    } while ((text_[before] & 0xC0) == 0x80);
    return SpaceAt(before);
  }

  // Whether a minus excludes what follows it: a word, a quote or a bracket.
  // "- a", "--a" and "->" are dashes and arrows, -\Delta is a formula.
  bool Excludes() {
    const char32_t next = Peek(at_ + 1).value;
    if (next == '(' || IsQuote(next)) return true;
    if (at_ + 1 >= text_.size() || IsSpaceCodePoint(next) || next == '-' ||
        next == '\\') {
      return false;
    }
    return HasWord(text_.substr(at_ + 1, ChunkEnd(at_ + 1) - at_ - 1));
  }

  // The end of the run of characters that begins at `at`.
  size_t ChunkEnd(size_t at) const {
    while (at < text_.size()) {
      const text::CodePoint c = Peek(at);
      if (IsSpaceCodePoint(c.value) || c.value == '(' || c.value == ')') break;
      // \" is an accent of TeX.
      if (c.value == '\\' && At(at + 1) == '"') {
        at += 2;
        continue;
      }
      if (IsQuote(c.value)) break;
      at += c.size;
    }
    return at;
  }

  // ":-)" and its like, standing alone.
  bool ReadSmiley() {
    const char eyes = At(at_);
    if ((eyes != ':' && eyes != ';') || !AtStart()) return false;
    size_t mouth = at_ + 1;
    if (At(mouth) == '-') ++mouth;
    const bool closes = At(mouth) == ')' && open_.empty();
    if ((!closes && At(mouth) != '(') || !SpaceAt(mouth + 1)) return false;
    at_ = mouth + 1;
    return true;
  }

  absl::Status ReadOpen() {
    const size_t begin = at_++;
    open_.push_back(lexemes_.size());
    Add(Kind::kOpen, begin);
    return absl::OkStatus();
  }

  absl::Status ReadClose() {
    const size_t begin = at_++;
    if (open_.empty()) {
      return ErrorAt(text_, begin, "\")\" without an opening bracket",
                     "add a \"(\" before it, or remove it");
    }
    const size_t opening = open_.back();
    open_.pop_back();
    if (opening + 1 == lexemes_.size() && text_[begin - 1] != '(' &&
        !OperatorBefore(opening)) {
      const std::string_view between =
          text_.substr(lexemes_[opening].end, begin - lexemes_[opening].end);
      // "(+)" is punctuation, as "+" is.
      if (!ToStd(absl::StripAsciiWhitespace(ToAbsl(between))).empty()) {
        lexemes_.pop_back();
        return absl::OkStatus();
      }
    }
    const std::string_view suffix = ReadSuffix();
    Add(Kind::kClose, begin).suffix = suffix;
    return absl::OkStatus();
  }

  bool OperatorBefore(size_t index) const {
    if (index == 0) return false;
    const Kind kind = lexemes_[index - 1].kind;
    return kind == Kind::kField || kind == Kind::kMinus || kind == Kind::kNot;
  }

  // "~5^2" right behind a quote or a bracket.
  std::string_view ReadSuffix() {
    if (At(at_) != '~' && At(at_) != '^') return {};
    // (-\Delta)^{1/2} is TeX.
    if (At(at_ + 1) == '{' || At(at_ + 1) == '\\') return {};
    const size_t begin = at_;
    size_t end = ChunkEnd(at_);
    while (end > begin + 1 &&
           kTrailing.find(text_[end - 1]) != kTrailing.npos) {
      --end;
    }
    at_ = end;
    return text_.substr(begin, end - begin);
  }

  absl::Status ReadPhrase() {
    const size_t begin = at_;
    size_t at = begin + Peek(begin).size;
    const size_t body = at;
    while (at < text_.size() && !IsQuote(Peek(at).value)) {
      at += text_[at] == '\\' && at + 1 < text_.size() ? 2 : Peek(at).size;
      // A backslash before a character of several bytes.
      while (at < text_.size() && (text_[at] & 0xC0) == 0x80) ++at;
    }
    if (at >= text_.size()) {
      return ErrorAt(text_, begin, "Unclosed quote",
                     "add a \" at the end, or remove it");
    }
    const std::string_view inside = text_.substr(body, at - body);
    at_ = at + Peek(at).size;
    const std::string_view suffix = ReadSuffix();
    Lexeme& lexeme = Add(Kind::kPhrase, begin);
    lexeme.body = inside;
    lexeme.suffix = suffix;
    return absl::OkStatus();
  }

  // A name and a colon, if that is what stands here.
  absl::Status ReadField(bool* found) {
    if (!AtStart() && !AfterPrefix()) return absl::OkStatus();
    size_t colon = at_;
    while (absl::ascii_isalpha(At(colon))) ++colon;
    if (colon == at_ || At(colon) != ':') return absl::OkStatus();
    const std::string_view name = text_.substr(at_, colon - at_);
    const size_t value = colon + 1;
    const char32_t next = Peek(value).value;
    // "BERT: Pre-training", "(see title:)" and "std::vector".
    if (SpaceAt(value) || next == ')' || next == ':') return absl::OkStatus();
    if (next == '/' && At(value + 1) == '/') return ReadAddress(found);

    const size_t begin = at_;
    if (std::optional<Field> field = FieldByName(name)) {
      *found = true;
      at_ = value;
      Add(Kind::kField, begin).field = *field;
      return absl::OkStatus();
    }
    const size_t end = ChunkEnd(value);
    if (SchemeByName(name).has_value()) {
      *found = true;
      at_ = IdEnd(value);
      Add(Kind::kId, begin).body = text_.substr(begin, at_ - begin);
      return absl::OkStatus();
    }
    const bool attached = next == '(' || IsQuote(next);
    if (!attached && !HasWord(text_.substr(value, end - value))) {
      return absl::OkStatus();
    }
    return UnknownField(name, text_.substr(value, end - value));
  }

  absl::Status UnknownField(std::string_view name, std::string_view value) {
    const std::string_view nearest = NearestFieldName(name);
    const std::string meant =
        nearest.empty() ? StrCat(
                              "the fields are title, abstract, author, "
                              "category, venue, source, id, has, year, "
                              "published and votes.")
                        : StrCat("did you mean ", nearest, ":?");
    const size_t offset = static_cast<size_t>(name.data() - text_.data());
    return ErrorAt(text_, offset, StrCat("Unknown field ", Quoted(name)),
                   StrCat(meant,
                          " To search for the words, put them in "
                          "quotes: \"",
                          name, " ", value.size() <= 40 ? value : "...", "\""));
  }

  // Right behind a minus, a field, a bracket or a quote.
  bool AfterPrefix() const {
    return !lexemes_.empty() && lexemes_.back().end == at_ &&
           lexemes_.back().kind != Kind::kChunk &&
           lexemes_.back().kind != Kind::kPlain;
  }

  // An address: of a paper, or text, whatever signs are in it.
  absl::Status ReadAddress(bool* found) {
    *found = true;
    if (ReadBareId()) return absl::OkStatus();
    const size_t begin = at_;
    at_ = ChunkEnd(at_);
    const std::string_view body = text_.substr(begin, at_ - begin);
    if (HasWord(body)) Add(Kind::kPlain, begin).body = body;
    return absl::OkStatus();
  }

  // What stands behind "field:".
  absl::Status ReadValue() {
    const Field field = lexemes_.back().field;
    const size_t begin = at_;
    if (field == Field::kId) {
      at_ = IdEnd(at_);
      Add(Kind::kId, begin).body = text_.substr(begin, at_ - begin);
      return absl::OkStatus();
    }
    if (field == Field::kExact || TextFieldsOf(field).has_value()) {
      bool found = false;
      RETURN_IF_ERROR(ReadField(&found));
      if (found) return absl::OkStatus();
      if (At(at_) == '-') {
        return ErrorAt(text_, at_, "A minus behind a field",
                       StrCat("write -", NameOfField(field),
                              ": to exclude words of a field"));
      }
    }
    at_ = ChunkEnd(at_);
    Add(Kind::kChunk, begin).body = text_.substr(begin, at_ - begin);
    return absl::OkStatus();
  }

  // Ids hold brackets: 10.1016/S0140-6736(97)11096-0. One that closes a
  // bracket before the id ends it.
  size_t IdEnd(size_t at) const {
    int depth = 0;
    size_t end = at;
    while (end < text_.size() && !SpaceAt(end)) {
      if (IsQuote(Peek(end).value)) break;
      if (text_[end] == '(') ++depth;
      if (text_[end] == ')' && --depth < 0) break;
      end += Peek(end).size;
    }
    // "[arXiv:2410.01131]" as references stand in texts.
    while (end > at + 1 && (kTrailing.find(text_[end - 1]) != kTrailing.npos ||
                            text_[end - 1] == ']')) {
      --end;
    }
    return end;
  }

  // An address of a paper, an arXiv id or a DOI, as they are pasted.
  bool ReadBareId() {
    const size_t begin = at_;
    const size_t end = IdEnd(begin);
    const std::string_view body = text_.substr(begin, end - begin);
    if (!text::IsBareExternalId(body)) return false;
    at_ = end;
    Add(Kind::kId, begin).body = body;
    return true;
  }

  absl::Status ReadChunk() {
    const size_t begin = at_;
    const bool at_start = AtStart();
    if ((at_start || AfterPrefix()) && ReadBareId()) return absl::OkStatus();
    at_ = ChunkEnd(at_);
    const std::string_view body = text_.substr(begin, at_ - begin);
    if (body == "&&" || body == "||") {
      return ErrorAt(text_, begin, StrCat("Unknown operator ", Quoted(body)),
                     body == "&&" ? "write AND" : "write OR");
    }
    if (at_start && (body == "AND" || body == "OR" || body == "NOT")) {
      Add(body == "AND"  ? Kind::kAnd
          : body == "OR" ? Kind::kOr
                         : Kind::kNot,
          begin);
      return absl::OkStatus();
    }
    // The bracket of "1) first" and of "thanks:-)" pairs with none.
    const bool numbers =
        at_start && body.size() <= 4 && (body.size() == 1 || IsNumber(body));
    const bool smiles = body.ends_with(':') || body.ends_with(":-") ||
                        body.ends_with(';') || body.ends_with(";-");
    if (open_.empty() && At(at_) == ')' && SpaceAt(at_ + 1) &&
        (numbers || smiles)) {
      ++at_;
    }
    if (!HasWord(body)) return absl::OkStatus();
    Add(Kind::kChunk, begin).body = body;
    return absl::OkStatus();
  }

  static bool IsNumber(std::string_view body) {
    for (char c : body) {
      if (!absl::ascii_isdigit(c)) return false;
    }
    return true;
  }

  std::string_view text_;
  text::Analyzer* analyzer_;
  size_t at_ = 0;
  std::vector<Lexeme> lexemes_;
  std::vector<size_t> open_;  // the kOpen lexemes that wait for their ends
};

}  // namespace

absl::StatusOr<std::vector<Lexeme>> Lex(std::string_view text,
                                        text::Analyzer* analyzer) {
  return Lexer(text, analyzer).Run();
}

}  // namespace paperwire::query
