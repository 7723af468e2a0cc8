// Steps through UTF-8 that nobody has checked.
//
//     size_t at = 0;
//     while (at < text.size()) {
//       CodePoint c = DecodeAt(text, at);  // c.value, or kBadCodePoint
//       at += c.size;
//     }
//
// Well-formed is what Unicode calls so: no overlong form, no surrogate,
// nothing above U+10FFFF. Any thread; no allocation.

#ifndef PAPERWIRE_SERVICE_TEXT_UTF8_H_
#define PAPERWIRE_SERVICE_TEXT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paperwire::text {

// Not a code point.
inline constexpr char32_t kBadCodePoint = 0xFFFFFFFFu;

struct CodePoint {
  char32_t value = kBadCodePoint;
  // Bytes taken: 1 to 4. 1 for a byte that is not part of a code point.
  uint32_t size = 1;
};

// The code point that begins at byte `at`, which must be inside `text`.
inline CodePoint DecodeAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const auto continues = [&](size_t i) {
    return at + i < text.size() && (byte(i) & 0xC0u) == 0x80u;
  };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {static_cast<char32_t>(lead), 1};
  if (lead < 0xC2 || lead > 0xF4 || !continues(1)) return {};
  if (lead < 0xE0) {
    return {static_cast<char32_t>((lead & 0x1F) << 6 | (byte(1) & 0x3F)), 2};
  }
  if (!continues(2)) return {};
  if (lead < 0xF0) {
    const uint32_t value =
        (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    if (value < 0x800 || (value >= 0xD800 && value < 0xE000)) return {};
    return {static_cast<char32_t>(value), 3};
  }
  if (!continues(3)) return {};
  const uint32_t value = (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 |
                         (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  if (value < 0x10000 || value > 0x10FFFF) return {};
  return {static_cast<char32_t>(value), 4};
}

// Appends `value`, which must be a code point.
inline void AppendUtf8(char32_t value, std::string* out) {
  const auto c = static_cast<uint32_t>(value);
  const auto push = [out](uint32_t b) { out->push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xC0 | c >> 6);
    push(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    push(0xE0 | c >> 12);
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  } else {
    push(0xF0 | c >> 18);
    push(0x80 | (c >> 12 & 0x3F));
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  }
}

// The first byte that is not part of a code point, or npos.
inline size_t FindInvalidUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = DecodeAt(text, at);
    if (c.value == kBadCodePoint) return at;
    at += c.size;
  }
  return std::string_view::npos;
}

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_UTF8_H_
