#include "client/cpp/importers/excerpt.h"

#include "service/text/utf8.h"

namespace paperwire::importers {

std::string MakeExcerpt(std::string_view text) {
  constexpr std::string_view kCut = "...";
  std::string excerpt;
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::DecodeAt(text, at);
    std::string_view shown = text.substr(at, c.size);
    at += c.size;
    if (c.value == text::kBadCodePoint) {
      shown = "?";
    } else if (c.value <= 0x20 || c.value == 0x7f) {
      if (excerpt.empty() || excerpt.back() == ' ') continue;
      shown = " ";
    }
    if (excerpt.size() + shown.size() + kCut.size() > kMaxExcerptBytes) {
      excerpt += kCut;
      return excerpt;
    }
    excerpt += shown;
  }
  if (!excerpt.empty() && excerpt.back() == ' ') excerpt.pop_back();
  return excerpt;
}

}  // namespace paperwire::importers
