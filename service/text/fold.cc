#include "service/text/fold.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

#include "service/text/utf8.h"

namespace paperwire::text {
namespace {

using Kind = Folded::Kind;

// Letters that readers type without their stroke, hook or ligature, though
// Unicode does not decompose them; lower case. Sorted.
constexpr std::pair<char32_t, std::string_view> kPlain[] = {
    {U'æ', "ae"}, {U'ð', "d"}, {U'ø', "o"}, {U'þ', "th"}, {U'đ', "d"},
    {U'ħ', "h"},  {U'ı', "i"}, {U'ĸ', "k"}, {U'ł', "l"},  {U'ŋ', "ng"},
    {U'œ', "oe"}, {U'ŧ', "t"}, {U'ƀ', "b"}, {U'ƒ', "f"},  {U'ƙ', "k"},
    {U'ƚ', "l"},  {U'ƶ', "z"}, {U'ǥ', "g"}, {U'ȷ', "j"},  {U'ɇ', "e"},
    {U'ɉ', "j"},  {U'ɍ', "r"}, {U'ɓ', "b"}, {U'ɖ', "d"},  {U'ɗ', "d"},
    {U'ɠ', "g"},  {U'ɨ', "i"}, {U'ɫ', "l"}, {U'ɲ', "n"},  {U'ʉ', "u"},
};

// From U+03B1 on.
constexpr std::string_view kGreekNames[] = {
    "alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
    "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
    "omicron", "pi",   "rho",   "sigma",  "sigma",   "tau",  "upsilon",
    "phi",     "chi",  "psi",   "omega",
};

bool In(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

bool IsApostrophe(char32_t c) {
  return c == 0x2018 || c == 0x2019 || c == 0x02BB || c == 0x02BC ||
         c == 0x02B9 || c == 0x2032 || c == 0xFF07 || c == 0x201B;
}

bool IsKana(char32_t c) {
  return In(c, 0x3041, 0x30FF) || In(c, 0x31F0, 0x31FF);
}

bool IsIdeograph(char32_t c) {
  return In(c, 0x3400, 0x4DBF) || In(c, 0x4E00, 0x9FFF) ||
         In(c, 0xF900, 0xFAFF) || In(c, 0x20000, 0x3FFFD) || c == 0x3005 ||
         c == 0x3007 || IsKana(c) || In(c, 0xFF66, 0xFF9D);
}

// Marks that are accents upon a letter. Those of the scripts of India, which
// write vowels, stay.
bool IsAccent(char32_t c) {
  return In(c, 0x0300, 0x036F) || In(c, 0x0483, 0x0489) ||
         In(c, 0x0591, 0x05C7) || In(c, 0x0610, 0x061A) ||
         In(c, 0x064B, 0x065F) || c == 0x0670 || In(c, 0x06D6, 0x06ED) ||
         In(c, 0x1AB0, 0x1AFF) || In(c, 0x1DC0, 0x1DFF) ||
         In(c, 0x20D0, 0x20FF) || In(c, 0xFE00, 0xFE2F) ||
         In(c, 0xE0100, 0xE01EF) || c == 0x3099 || c == 0x309A || c == 0xFF9E ||
         c == 0xFF9F;
}

bool IsScript(char32_t c) {
  return c == 0xB2 || c == 0xB3 || c == 0xB9 || In(c, 0x2070, 0x209C);
}

bool IsWordCategory(utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

utf8proc_category_t CategoryOf(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

std::string_view PlainSpelling(char32_t c) {
  const auto* at = std::lower_bound(
      std::begin(kPlain), std::end(kPlain), c,
      [](const auto& entry, char32_t value) { return entry.first < value; });
  if (at == std::end(kPlain) || at->first != c) return {};
  return at->second;
}

bool IsGreek(char32_t c) { return In(c, 0x03B1, 0x03C9); }

}  // namespace

void FoldTable::Fill(char32_t c, Folded* folded) {
  folded->offset = static_cast<uint32_t>(bytes_.size());
  const auto finish = [&](Kind kind) {
    // The longest decomposition of Unicode is 18 code points (U+FDFA).
    constexpr size_t kMaxBytes = 120;
    folded->size = static_cast<uint8_t>(
        std::min(bytes_.size() - folded->offset, kMaxBytes));
    bytes_.resize(folded->offset + folded->size);
    folded->kind = kind;
  };
  const utf8proc_category_t category = CategoryOf(c);
  if (IsApostrophe(c)) return finish(Kind::kApostrophe);
  if (IsAccent(c) || category == UTF8PROC_CATEGORY_CF) {
    return finish(Kind::kIgnored);
  }
  // Signs behind a name, not letters of it.
  if (c == 0x2122 || c == 0x2120) return finish(Kind::kSeparator);

  // Hangul syllables and kana stay whole: taken apart they gain nothing.
  utf8proc_int32_t points[64];
  utf8proc_ssize_t count = 1;
  points[0] = static_cast<utf8proc_int32_t>(c);
  if (!IsKana(c) && !In(c, 0xAC00, 0xD7A3)) {
    int boundary = 0;
    count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(c), points, 64,
        static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                       UTF8PROC_CASEFOLD),
        &boundary);
    if (count < 0 || count > 64) return finish(Kind::kSeparator);
  }
  bool separates = false;
  bool letters = false;
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    const auto point = static_cast<char32_t>(points[i]);
    if (IsAccent(point)) continue;
    if (IsApostrophe(point)) {
      // Folding what was folded must change nothing: an apostrophe that comes
      // of a decomposition is one, alone (U+0374) or before a letter (U+0149).
      if (count == 1) return finish(Kind::kApostrophe);
      continue;
    }
    if (count == 1 && IsGreek(point)) {
      AppendUtf8(point == 0x03C2 ? char32_t{0x03C3} : point, &bytes_);
      bytes_ += kGreekNames[point - 0x03B1];
      return finish(Kind::kGreek);
    }
    if (!IsWordCategory(CategoryOf(point))) {
      separates = true;
      if (letters) bytes_ += ' ';
      continue;
    }
    letters = true;
    if (IsIdeograph(point)) {
      separates = true;
      bytes_ += ' ';
      AppendUtf8(point, &bytes_);
      bytes_ += ' ';
    } else if (std::string_view plain = PlainSpelling(point); !plain.empty()) {
      bytes_ += plain;
    } else if (IsGreek(point)) {
      // "ΐ" and its like: the letter and accents, which are gone by now.
      if (i == 0 && std::all_of(points + 1, points + count, [](auto mark) {
            return IsAccent(static_cast<char32_t>(mark));
          })) {
        AppendUtf8(point, &bytes_);
        bytes_ += kGreekNames[point - 0x03B1];
        return finish(Kind::kGreek);
      }
      bytes_ += kGreekNames[point - 0x03B1];
    } else {
      AppendUtf8(point, &bytes_);
    }
  }
  if (!letters) return finish(separates ? Kind::kSeparator : Kind::kIgnored);
  if (separates) return finish(Kind::kPieces);
  if (IsScript(c)) return finish(Kind::kScript);
  finish(Kind::kWord);
}

}  // namespace paperwire::text
