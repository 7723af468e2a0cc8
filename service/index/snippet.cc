#include "service/index/snippet.h"

#include <algorithm>

#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

// Where each code point of a text begins, in bytes. Most texts are ASCII, and
// need no table.
class Offsets {
 public:
  Offsets(std::string_view text, bool ascii)
      : length_(static_cast<int32_t>(text.size())) {
    if (ascii) return;
    table_.reserve(text.size() + 1);
    for (size_t at = 0; at < text.size(); at += text::DecodeAt(text, at).size) {
      table_.push_back(at);
    }
    length_ = static_cast<int32_t>(table_.size());
    table_.push_back(text.size());
  }

  int32_t length() const { return length_; }  // code points
  size_t operator[](int32_t i) const {
    const auto index = static_cast<size_t>(i);
    return table_.empty() ? index : table_[index];
  }

 private:
  std::vector<size_t> table_;  // and where the text ends
  int32_t length_;
};

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

void BreaksToSpaces(std::string* text) {
  // Without a branch, compilers do 16 characters at a time.
  for (char& c : *text) c = c == '\n' ? ' ' : c;
}

Snippet ChooseSnippet(std::string_view text, bool ascii,
                      const std::vector<CharSpan>& spans) {
  const Offsets offsets(text, ascii);
  const int32_t length = offsets.length();
  const auto space_at = [&](int32_t i) { return IsSpace(text[offsets[i]]); };
  int32_t begin = 0;
  int32_t end = length;
  if (length > kSnippetCharacters) {
    // The window that starts at some span and holds the most.
    size_t best = 0;
    size_t best_count = 0;
    size_t last = 0;
    for (size_t first = 0; first < spans.size(); ++first) {
      while (last < spans.size() &&
             spans[last].end <= spans[first].begin + kSnippetCharacters) {
        ++last;
      }
      const size_t count = last > first ? last - first : 0;
      if (count > best_count) {
        best_count = count;
        best = first;
      }
    }
    if (best_count > 0) {
      // The matches in its middle; what comes before them explains them.
      const int32_t used = spans[best + best_count - 1].end - spans[best].begin;
      begin = std::max(0, spans[best].begin - (kSnippetCharacters - used) / 2);
    }
    begin = std::min(begin, length - kSnippetCharacters);
    end = begin + kSnippetCharacters;
    // Whole words: inwards, but never into a match.
    const int32_t first = best_count > 0 ? spans[best].begin : begin;
    const int32_t after =
        best_count > 0 ? spans[best + best_count - 1].end : begin;
    if (begin > 0 && !space_at(begin - 1)) {
      int32_t b = begin;
      while (b < first && !space_at(b)) ++b;
      if (b < first) begin = b;
    }
    while (begin < first && space_at(begin)) ++begin;
    if (end < length && !space_at(end)) {
      int32_t e = end;
      while (e > after && !space_at(e - 1)) --e;
      if (e > after) end = e;
    }
    while (end > after && space_at(end - 1)) --end;
  }
  Snippet snippet;
  snippet.begin = begin;
  const size_t from = offsets[begin];
  const size_t to = offsets[std::max(begin, end)];
  snippet.text = std::string(text.substr(from, to - from));
  BreaksToSpaces(&snippet.text);
  return snippet;
}

}  // namespace paperwire::index
