// The syntax is that of BibTeX 0.99 (Patashnik, "BibTeXing", and its source):
// braces count even after a backslash; a quotation mark inside of braces is
// none; names end at white space or one of "#%'(),={}.

#include "client/cpp/importers/bibtex_parser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "client/cpp/importers/excerpt.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr int kMaxMacros = 10000;
constexpr size_t kMaxMacroBytes = 65536;

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower(ToAbsl(text));
}

// "@word{" or "@word(" at the beginning of `text`; the length up to and with
// the bracket, or 0.
size_t EntryStart(std::string_view text) {
  if (!text.starts_with("@")) return 0;
  size_t at = 1;
  while (at < text.size() && absl::ascii_isspace(text[at])) ++at;
  const size_t word = at;
  while (at < text.size() && absl::ascii_isalpha(text[at])) ++at;
  if (at == word) return 0;
  while (at < text.size() && absl::ascii_isspace(text[at])) ++at;
  return at < text.size() && (text[at] == '{' || text[at] == '(') ? at + 1 : 0;
}

using Macros = std::map<std::string, std::string, std::less<>>;

// Takes one entry apart.
class EntryReader {
 public:
  EntryReader(std::string_view text, const Macros& macros)
      : text_(text), macros_(macros) {}

  const std::string& error() const { return error_; }

  // "@article{", without the bracket.
  std::string Type() {
    Skip('@');
    std::string type = Lower(Name());
    SkipSpace();
    ++at_;  // the bracket
    return type;
  }

  // Up to the comma behind it.
  std::string Key() {
    SkipSpace();
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}' &&
           !absl::ascii_isspace(text_[at_])) {
      ++at_;
    }
    std::string key(text_.substr(begin, at_ - begin));
    SkipSpace();
    Skip(',');
    return key;
  }

  // "name = value,"; false at the end of the entry and after an error.
  bool Field(std::string* name, std::string* value) {
    do {
      SkipSpace();
    } while (Skip(','));
    if (at_ >= text_.size() || text_[at_] == '}' || text_[at_] == ')') {
      return false;
    }
    *name = Lower(Name());
    SkipSpace();
    if (name->empty() || !Skip('=')) {
      error_ = StrCat("expected \"name = value\" near \"",
                      MakeExcerpt(text_.substr(at_, 40)), "\"");
      return false;
    }
    value->clear();
    do {
      SkipSpace();
      if (!Piece(value)) return false;
      SkipSpace();
    } while (Skip('#'));
    return true;
  }

 private:
  bool Skip(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void SkipSpace() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
  }

  std::string_view Name() {
    SkipSpace();
    const size_t begin = at_;
    while (at_ < text_.size() && !absl::ascii_isspace(text_[at_]) &&
           std::string_view("\"#%'(),={}").find(text_[at_]) ==
               std::string_view::npos) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  // A braced or quoted text, a number or a macro.
  bool Piece(std::string* value) {
    if (at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '"')) {
      const bool quoted = text_[at_] == '"';
      const size_t begin = ++at_;
      int depth = 0;
      for (; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (depth == 0 && c == (quoted ? '"' : '}')) {
          *value += text_.substr(begin, at_ - begin);
          ++at_;
          return true;
        }
        if (c == '{') ++depth;
        if (c == '}') --depth;
        if (depth < 0) break;
      }
      error_ = StrCat("a ", quoted ? "quoted" : "braced",
                      " text does not end, near \"",
                      MakeExcerpt(text_.substr(begin, 40)), "\"");
      return false;
    }
    const std::string_view name = Name();
    if (name.empty()) {
      error_ = StrCat("a value is missing near \"",
                      MakeExcerpt(text_.substr(at_, 40)), "\"");
      return false;
    }
    if (std::all_of(name.begin(), name.end(),
                    [](char c) { return absl::ascii_isdigit(c); })) {
      *value += name;
      return true;
    }
    // An unknown macro stands for itself: "month = aug", and styles' own.
    const auto macro = macros_.find(Lower(name));
    *value += macro == macros_.end() ? name : std::string_view(macro->second);
    return true;
  }

  const std::string_view text_;
  const Macros& macros_;
  size_t at_ = 0;
  std::string error_;
};

}  // namespace

std::string_view BibtexEntry::Field(std::string_view name) const {
  const auto field = fields.find(name);
  return field == fields.end() ? std::string_view() : field->second;
}

BibtexParser::BibtexParser(ByteSource* source, size_t max_entry_bytes)
    : lines_(source, max_entry_bytes), max_(max_entry_bytes) {}

// The text of the next entry with its brackets.
absl::StatusOr<bool> BibtexParser::NextText(std::string* text, int64_t* line,
                                            std::string* error) {
  text->clear();
  error->clear();
  int depth = 0;
  bool round = false;  // the entry stands in "(...)"
  bool too_long = false;
  while (true) {
    if (!have_rest_) {
      Line next;
      ASSIGN_OR_RETURN(const bool more, lines_.Next(&next));
      if (!more) {
        if (text->empty()) return false;
        *error = "the file ends inside of this entry: a brace is not closed";
        return true;
      }
      rest_ = std::string(next.text);
      rest_line_ = next.number;
      have_rest_ = true;
      too_long = too_long || next.too_long;
    }
    std::string_view rest = rest_;
    if (text->empty()) {
      // Entries may begin anywhere in a line; addresses of mail do not.
      size_t at = rest.find('@');
      while (at != rest.npos && EntryStart(rest.substr(at)) == 0) {
        at = rest.find('@', at + 1);
      }
      if (at == rest.npos) {
        have_rest_ = false;
        continue;
      }
      rest.remove_prefix(at);
      *line = rest_line_;
      const size_t start = EntryStart(rest);
      round = rest[start - 1] == '(';
      *text = std::string(rest.substr(0, start));
      rest.remove_prefix(start);
      depth = 1;
    } else if (EntryStart(rest) > 0) {
      // Here another entry begins, so this one has lost a brace.
      *error = StrCat("a brace is not closed before line ", rest_line_,
                      ", where another entry begins");
      return true;
    }
    size_t used = 0;
    while (used < rest.size() && depth > 0) {
      const char c = rest[used++];
      if (c == '{') ++depth;
      if (c == '}') --depth;
      if (round && c == ')' && depth == 1) depth = 0;
    }
    if (text->size() + used <= max_) {
      *text += rest.substr(0, used);
      *text += '\n';
    } else {
      too_long = true;
    }
    if (depth > 0) {
      have_rest_ = false;
      continue;
    }
    rest_ = std::string(rest.substr(used));
    if (too_long) *error = StrCat("it is longer than ", max_, " bytes");
    return true;
  }
}

void BibtexParser::Define(std::string_view text) {
  EntryReader reader(text, macros_);
  reader.Type();
  std::string name;
  std::string value;
  while (reader.Field(&name, &value)) {
    if (macros_.size() < kMaxMacros && value.size() <= kMaxMacroBytes) {
      macros_[name] = value;
    }
  }
}

absl::StatusOr<bool> BibtexParser::Next(BibtexEntry* entry) {
  while (true) {
    *entry = BibtexEntry();
    ASSIGN_OR_RETURN(const bool more,
                     NextText(&entry->text, &entry->line, &entry->error));
    if (!more) return false;
    EntryReader reader(entry->text, macros_);
    entry->type = reader.Type();
    if (entry->type == "comment" || entry->type == "preamble") continue;
    if (entry->type == "string" && entry->error.empty()) {
      Define(entry->text);
      continue;
    }
    if (!entry->error.empty()) return true;
    entry->key = reader.Key();
    std::string name;
    std::string value;
    size_t bytes = 0;
    while (reader.Field(&name, &value)) {
      // Macros of macros could grow without bound.
      bytes += value.size();
      if (bytes > max_) {
        entry->error = StrCat("it is longer than ", max_, " bytes");
        return true;
      }
      entry->fields.emplace(name, value);
    }
    entry->error = reader.error();
    return true;
  }
}

}  // namespace paperwire::importers
