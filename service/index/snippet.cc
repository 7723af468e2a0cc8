#include "service/index/snippet.h"

#include <algorithm>

#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

// Where each code point of the text begins, in bytes, and where it ends.
std::vector<size_t> Offsets(std::string_view text) {
  std::vector<size_t> offsets;
  for (size_t at = 0; at < text.size(); at += text::DecodeAt(text, at).size) {
    offsets.push_back(at);
  }
  offsets.push_back(text.size());
  return offsets;
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

Snippet ChooseSnippet(std::string_view text,
                      const std::vector<CharSpan>& spans) {
  const std::vector<size_t> offsets = Offsets(text);
  const auto length = static_cast<int32_t>(offsets.size() - 1);
  const auto space_at = [&](int32_t i) {
    return IsSpace(text[offsets[static_cast<size_t>(i)]]);
  };
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
  const size_t from = offsets[static_cast<size_t>(begin)];
  const size_t to = offsets[static_cast<size_t>(std::max(begin, end))];
  snippet.text = std::string(text.substr(from, to - from));
  std::replace(snippet.text.begin(), snippet.text.end(), '\n', ' ');
  return snippet;
}

}  // namespace paperwire::index
