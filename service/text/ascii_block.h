// Sixteen bytes of text at once: how many of them go on with a word, and what
// they are in lower case.
//
//     char folded[kBlockBytes];
//     FoldBlock("Bottlenecks of t", folded);  // 11, "bottlenecks..."
//
// A word of ASCII is six letters long on average. Read one by one they cost as
// many steps, and its end a branch that nobody can guess; in a block, neither.

#ifndef PAPERWIRE_SERVICE_TEXT_ASCII_BLOCK_H_
#define PAPERWIRE_SERVICE_TEXT_ASCII_BLOCK_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace paperwire::text {

inline constexpr size_t kBlockBytes = 16;

constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAsciiLetter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
// Of letters and digits.
constexpr char AsciiLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// How many bytes from `text` on are letters and digits of ASCII, up to
// kBlockBytes, which must be there. So many of `folded` are these in lower
// case; the rest of the block may be written too, and means nothing.
inline size_t FoldBlockPortable(const char* text, char* folded) {
  size_t size = 0;
  while (size < kBlockBytes &&
         (IsAsciiLetter(text[size]) || IsAsciiDigit(text[size]))) {
    folded[size] = AsciiLower(text[size]);
    ++size;
  }
  return size;
}

#ifdef __SSE2__
inline size_t FoldBlock(const char* text, char* folded) {
  // Bytes from 0x80 on are negative, and so below all limits.
  const auto between = [](__m128i bytes, char first, char last) {
    return _mm_and_si128(
        _mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(first - 1))),
        _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(last + 1))));
  };
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i case_bit = _mm_set1_epi8(0x20);
  const __m128i letters = between(_mm_or_si128(bytes, case_bit), 'a', 'z');
  const __m128i digits = between(bytes, '0', '9');
  _mm_storeu_si128(reinterpret_cast<__m128i*>(folded),
                   _mm_or_si128(bytes, _mm_and_si128(letters, case_bit)));
  const auto words =
      static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(letters, digits)));
  return static_cast<size_t>(std::countr_one(words));
}
#else
inline size_t FoldBlock(const char* text, char* folded) {
  return FoldBlockPortable(text, folded);
}
#endif

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_ASCII_BLOCK_H_
