#include "client/cpp/command/text_layout.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::command {
namespace {

using text::CodePoint;
using text::DecodeAt;

constexpr std::string_view kEllipsis = "…";

bool IsSpace(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 ||
         c == 0x3000;
}

// Characters that a terminal, or the eye, may take for something else.
bool IsUnsafe(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) ||        // C0, DEL, C1
         c == 0x061C || c == 0x200E || c == 0x200F ||  // direction marks
         (c >= 0x2028 && c <= 0x202E) ||  // separators, embeddings, overrides
         (c >= 0x2066 && c <= 0x2069) ||  // isolates
         c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);  // tags: invisible text
}

int WidthOf(char32_t c) {
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(c));
}

std::string_view EscapeOf(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kMatch:
      return "\x1b[1;33m";
    case Style::kHeading:
      return "\x1b[36m";
    case Style::kLink:
      return "\x1b[4;34m";
    case Style::kError:
      return "\x1b[1;31m";
  }
  return "";
}

// Adds `text` to `line`, joined to its last piece if the style is the same.
void Append(std::string_view text, Style style, Line* line) {
  if (text.empty()) return;
  if (line->empty() || line->back().style != style) {
    line->push_back({"", style});
  }
  line->back().text.append(text);
}

// Calls visit(piece style, character with its combining marks, width).
template <typename Visit>
void ForEachCharacter(const Line& line, Visit visit) {
  for (const Piece& piece : line) {
    for (size_t at = 0; at < piece.text.size();) {
      const size_t begin = at;
      CodePoint c = DecodeAt(piece.text, at);
      const int width = WidthOf(c.value);
      at += c.size;
      while (at < piece.text.size()) {
        c = DecodeAt(piece.text, at);
        if (WidthOf(c.value) != 0) break;
        at += c.size;
      }
      visit(piece.style, std::string_view(piece.text).substr(begin, at - begin),
            width);
    }
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool blank_due = false;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = DecodeAt(text, at);
    const std::string_view bytes = text.substr(at, c.size);
    at += c.size;
    if (IsSpace(c.value)) {
      blank_due = true;
      continue;
    }
    if (std::exchange(blank_due, false)) result.push_back(' ');
    if (c.value == text::kBadCodePoint) {
      absl::StrAppendFormat(&result, "\\x%02x",
                            static_cast<unsigned char>(bytes[0]));
    } else if (!IsUnsafe(c.value)) {
      result.append(bytes);
    } else if (c.value < 0x100) {
      absl::StrAppendFormat(&result, "\\x%02x", static_cast<unsigned>(c.value));
    } else {
      absl::StrAppendFormat(&result, "\\u%04x", static_cast<unsigned>(c.value));
    }
  }
  if (blank_due) result.push_back(' ');
  return result;
}

int Width(std::string_view text) {
  int width = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = DecodeAt(text, at);
    if (c.value != text::kBadCodePoint) width += WidthOf(c.value);
    at += c.size;
  }
  return width;
}

int Width(const Line& line) {
  int width = 0;
  for (const Piece& piece : line) width += Width(piece.text);
  return width;
}

Line Fit(const Line& line, int columns, Pad pad) {
  columns = std::max(columns, 0);
  Line result;
  int used = Width(line);
  if (used <= columns) {
    result = line;
  } else {
    used = 0;
    bool full = columns == 0;
    ForEachCharacter(line, [&](Style style, std::string_view bytes, int width) {
      if (full) return;
      if (used + width > columns - 1) {
        full = true;
        Append(kEllipsis, style, &result);
        ++used;
        return;
      }
      Append(bytes, style, &result);
      used += width;
    });
  }
  if (used < columns && pad != Pad::kNone) {
    const std::string blanks(static_cast<size_t>(columns - used), ' ');
    if (pad == Pad::kRight) {
      Append(blanks, Style::kPlain, &result);
    } else {
      result.insert(result.begin(), {blanks, Style::kPlain});
    }
  }
  return result;
}

std::vector<Line> Wrap(const Line& line, int columns) {
  columns = std::max(columns, 1);
  std::vector<Line> lines(1);
  int used = 0;
  Line word;
  int word_width = 0;
  const auto flush = [&] {
    if (word.empty()) return;
    if (used > 0 && used + 1 + word_width > columns) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      // A blank between two words of one style is of that style.
      const Style before = lines.back().back().style;
      Append(" ", before == word.front().style ? before : Style::kPlain,
             &lines.back());
      ++used;
    }
    for (const Piece& piece : word) {
      Append(piece.text, piece.style, &lines.back());
    }
    used += word_width;
    word.clear();
    word_width = 0;
  };
  ForEachCharacter(line, [&](Style style, std::string_view bytes, int width) {
    if (bytes[0] == ' ') {
      flush();
      return;
    }
    if (word_width + width > columns) flush();
    Append(bytes, style, &word);
    word_width += width;
  });
  flush();
  return lines;
}

std::string Render(const Line& line, bool color) {
  std::string result;
  for (const Piece& piece : line) {
    const std::string_view escape = color ? EscapeOf(piece.style) : "";
    StrAppend(&result, escape, piece.text, escape.empty() ? "" : "\x1b[0m");
  }
  return result;
}

}  // namespace paperwire::command
