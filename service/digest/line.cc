#include "service/digest/line.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::digest {
namespace {

using text::CodePoint;
using text::DecodeAt;

constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kIsolate = "\xE2\x81\xA8";     // U+2068
constexpr std::string_view kEndIsolate = "\xE2\x81\xA9";  // U+2069
constexpr char32_t kBlackFlag = 0x1F3F4;

bool IsSpace(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 ||
         c == 0x2028 || c == 0x2029 || c == 0x3000;
}

bool IsTag(char32_t c) { return c >= 0xE0000 && c <= 0xE007F; }

bool IsDropped(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) ||  // C0, DEL, C1
         (c >= 0x202A && c <= 0x202E) ||         // embeddings, overrides
         (c >= 0x2066 && c <= 0x2069) ||         // isolates: ours are balanced
         c == 0x061C || c == 0x200E || c == 0x200F ||  // direction marks
         c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

int WidthOf(char32_t c) {
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(c));
}

// The bytes of what readers take for one character, from `at` on.
size_t CharacterSize(std::string_view line, size_t at) {
  const size_t begin = at;
  CodePoint c = DecodeAt(line, at);
  utf8proc_int32_t state = 0;
  for (;;) {
    at += c.size;
    if (at >= line.size()) return line.size() - begin;
    const CodePoint next = DecodeAt(line, at);
    if (c.value == text::kBadCodePoint || next.value == text::kBadCodePoint ||
        utf8proc_grapheme_break_stateful(
            static_cast<utf8proc_int32_t>(c.value),
            static_cast<utf8proc_int32_t>(next.value), &state)) {
      return at - begin;
    }
    c = next;
  }
}

// The longest beginning of whole characters with at most `columns`.
std::string_view Beginning(std::string_view line, int columns) {
  int used = 0;
  size_t at = 0;
  while (at < line.size()) {
    const size_t size = CharacterSize(line, at);
    used += Width(line.substr(at, size));
    if (used > columns) break;
    at += size;
  }
  return line.substr(0, at);
}

std::string_view WithoutBlanksAtEnd(std::string_view line) {
  while (line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

// Whether a sentence ends before the blank at `blank`. "et al.", "e.g." and
// "Fig." go on; what is before a capital letter mostly does not.
bool EndsSentence(std::string_view line, size_t blank) {
  std::string_view before = line.substr(0, blank);
  while (before.ends_with(')') || before.ends_with('"')) {
    before.remove_suffix(1);
  }
  if (before.ends_with('?') || before.ends_with('!') ||
      before.ends_with("。")) {
    return true;
  }
  if (!before.ends_with('.')) return false;
  for (const char* abbreviation : {"e.g.", "i.e.", "al.", "vs.", "cf.", "Fig.",
                                   "Eq.", "resp.", "approx."}) {
    if (before.ends_with(abbreviation)) return false;
  }
  // An initial: "J. Smith".
  if (before.size() >= 3 && before[before.size() - 3] == ' ') return false;
  const char next = blank + 1 < line.size() ? line[blank + 1] : 'A';
  return next < 'a' || next > 'z';
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  bool blank_due = false;
  bool bad_before = false;
  bool in_flag = false;  // tags spell the flags of regions, and hide else
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = DecodeAt(text, at);
    std::string_view bytes = text.substr(at, c.size);
    at += c.size;
    const bool bad = c.value == text::kBadCodePoint;
    if (std::exchange(bad_before, bad) && bad) continue;
    in_flag = c.value == kBlackFlag || (in_flag && IsTag(c.value));
    if (bad) {
      bytes = kReplacement;
    } else if (IsSpace(c.value)) {
      blank_due = true;
      continue;
    } else if (IsDropped(c.value) || (IsTag(c.value) && !in_flag)) {
      continue;
    }
    if (std::exchange(blank_due, false) && !line.empty()) line.push_back(' ');
    line.append(bytes);
  }
  return line;
}

int Width(std::string_view line) {
  int width = 0;
  for (size_t at = 0; at < line.size();) {
    const CodePoint c = DecodeAt(line, at);
    if (c.value != text::kBadCodePoint) width += WidthOf(c.value);
    at += c.size;
  }
  return width;
}

bool HasRightToLeft(std::string_view line) {
  for (size_t at = 0; at < line.size();) {
    const CodePoint c = DecodeAt(line, at);
    at += c.size;
    if (c.value < 0x590 || c.value == text::kBadCodePoint) continue;
    const auto direction =
        utf8proc_get_property(static_cast<utf8proc_int32_t>(c.value))
            ->bidi_class;
    if (direction == UTF8PROC_BIDI_CLASS_R ||
        direction == UTF8PROC_BIDI_CLASS_AL) {
      return true;
    }
  }
  return false;
}

std::string Isolated(std::string_view line) {
  if (!HasRightToLeft(line)) return std::string(line);
  return StrCat(kIsolate, line, kEndIsolate);
}

std::string Cut(std::string_view line, int columns) {
  if (Width(line) <= columns) return std::string(line);
  std::string_view kept = Beginning(line, columns - Width(kEllipsis));
  const size_t blank = kept.rfind(' ');
  if (line[kept.size()] != ' ' && blank != std::string_view::npos &&
      blank >= kept.size() * 2 / 3) {
    kept = kept.substr(0, blank);
  }
  return StrCat(WithoutBlanksAtEnd(kept), kEllipsis);
}

std::string CutAtSentence(std::string_view line, int columns) {
  if (Width(line) <= columns) return std::string(line);
  const std::string_view kept = Beginning(line, columns);
  for (size_t blank = line.find(' ', kept.size()) == kept.size()
                          ? kept.size()
                          : kept.rfind(' ');
       blank != std::string_view::npos && blank > kept.size() / 2;
       blank = kept.rfind(' ', blank - 1)) {
    if (EndsSentence(line, blank)) return std::string(line.substr(0, blank));
  }
  return Cut(line, columns);
}

void Wrap(std::string_view line, const Indent& indent, std::string* text) {
  bool first = true;
  while (first || !line.empty()) {
    const std::string_view before = first ? indent.first : indent.rest;
    const std::string_view fits = Beginning(line, kTextColumns - Width(before));
    size_t end = fits.size();
    if (end < line.size() && line[end] != ' ') {
      end = fits.rfind(' ');
      if (end == std::string_view::npos) {
        // An address that is broken leads nowhere.
        const std::string_view word = line.substr(0, line.find(' '));
        end = word.find("://") == std::string_view::npos ? fits.size()
                                                         : word.size();
      }
    }
    StrAppend(text, before, line.substr(0, end), "\n");
    line.remove_prefix(std::min(line.size(), end));
    if (line.starts_with(' ')) line.remove_prefix(1);
    first = false;
  }
}

}  // namespace paperwire::digest
