#include "service/index/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace paperwire::index::kernels {
namespace {

constexpr size_t kWords = 64;

void UnpackPortable(const uint8_t* in, const EliasFano& code, uint32_t begin,
                    uint32_t* out) {
  const uint8_t* const stream = in + code.low_size();
  const uint32_t mask = (uint32_t{1} << code.low_bits()) - 1;
  uint32_t place = 0;
  uint64_t at = 0;
  for (uint32_t i = 0; i < code.numbers(); ++i, ++place) {
    // Damage alone can end the stream early.
    while (place < code.high_bits() &&
           (stream[place / 8] >> (place % 8) & 1) == 0) {
      ++place;
    }
    uint32_t low;
    std::memcpy(&low, in + at / 8, sizeof(low));
    low = low >> (at % 8) & mask;
    out[i] = begin + ((place - i) << code.low_bits() | low);
    at += static_cast<uint64_t>(code.low_bits());
  }
}

const uint32_t* LowerBoundPortable(const uint32_t* begin, const uint32_t* end,
                                   uint32_t document) {
  constexpr ptrdiff_t kNear = 4;
  for (const uint32_t* const near = begin + std::min(kNear, end - begin);
       begin < near; ++begin) {
    if (*begin >= document) return begin;
  }
  return std::lower_bound(begin, end, document);
}

uint32_t ExpandPortable(const uint64_t* words, uint32_t begin, uint32_t* out) {
  uint32_t n = 0;
  for (size_t w = 0; w < kWords; ++w) {
    for (uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
      out[n++] = begin + static_cast<uint32_t>(w * 64) +
                 static_cast<uint32_t>(std::countr_zero(bits));
    }
  }
  return n;
}

void SpreadPortable(const uint8_t* in, uint64_t* words) {
  const uint8_t* next = in + kWords;
  for (size_t w = 0; w < kWords; ++w) {
    words[w] = 0;
    for (uint32_t bits = in[w]; bits != 0; bits &= bits - 1) {
      words[w] |= uint64_t{*next++} << (8 * std::countr_zero(bits));
    }
  }
}

void RanksPortable(const uint64_t* words, uint16_t* ranks) {
  int count = 0;
  for (size_t w = 0; w < kWords; ++w) {
    ranks[w] = static_cast<uint16_t>(count);
    count += std::popcount(words[w]);
  }
}

uint32_t HarvestPortable(uint16_t* sums, uint32_t size, uint16_t need,
                         uint32_t* out) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < size; ++i) {
    if (sums[i] >= need) out[n++] = uint32_t{sums[i]} << 16 | i;
  }
  std::memset(sums, 0, size * sizeof(*sums));
  return n;
}

constexpr Table kPortable = {"portable",     UnpackPortable, LowerBoundPortable,
                             ExpandPortable, SpreadPortable, RanksPortable,
                             HarvestPortable};

#if defined(__x86_64__)

#define PAPERWIRE_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

// Of each byte the places of its ones.
constexpr std::array<std::array<uint8_t, 8>, 256> MakePlaces() {
  std::array<std::array<uint8_t, 8>, 256> places{};
  for (size_t bits = 0; bits < places.size(); ++bits) {
    size_t n = 0;
    for (uint8_t b = 0; b < 8; ++b) {
      if ((bits >> b & 1) != 0) places[bits][n++] = b;
    }
  }
  return places;
}
constexpr std::array<std::array<uint8_t, 8>, 256> kPlaces = MakePlaces();

PAPERWIRE_AVX2 void UnpackAvx2(const uint8_t* in, const EliasFano& code,
                               uint32_t begin, uint32_t* out) {
  const uint32_t n = code.numbers();
  const uint8_t* const stream = in + code.low_size();
  const uint32_t size = (code.high_bits() + 7) / 8;
  uint32_t found = 0;
  uint32_t i = 0;
  __m256i of_byte = _mm256_setzero_si256();
  for (; i < size && found + 8 <= n; ++i) {
    const __m128i places = _mm_loadl_epi64(
        reinterpret_cast<const __m128i*>(kPlaces[stream[i]].data()));
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(out + found),
        _mm256_add_epi32(_mm256_cvtepu8_epi32(places), of_byte));
    found += static_cast<uint32_t>(_mm_popcnt_u32(stream[i]));
    of_byte = _mm256_add_epi32(of_byte, _mm256_set1_epi32(8));
  }
  for (; i < size; ++i) {
    for (uint32_t bits = stream[i]; bits != 0 && found < n;
         bits = _blsr_u32(bits)) {
      out[found++] = i * 8 + _tzcnt_u32(bits);
    }
  }
  while (found < n) out[found++] = 0;  // damage alone can end it early
  // The low bits of eight numbers take `low_bits` bytes, so that the eight
  // places within them are the same every time.
  const int low_bits = code.low_bits();
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i starts = _mm256_mullo_epi32(lanes, _mm256_set1_epi32(low_bits));
  const __m256i bytes = _mm256_srli_epi32(starts, 3);
  const __m256i shifts = _mm256_and_si256(starts, _mm256_set1_epi32(7));
  const __m256i mask = _mm256_set1_epi32((1 << low_bits) - 1);
  const __m128i by = _mm_cvtsi32_si128(low_bits);
  const __m256i first = _mm256_set1_epi32(static_cast<int>(begin));
  __m256i index = lanes;
  for (i = 0; i < n; i += 8, in += low_bits) {
    __m256i low =
        _mm256_i32gather_epi32(reinterpret_cast<const int*>(in), bytes, 1);
    low = _mm256_and_si256(_mm256_srlv_epi32(low, shifts), mask);
    auto* const at = reinterpret_cast<__m256i*>(out + i);
    __m256i high = _mm256_sub_epi32(_mm256_loadu_si256(at), index);
    high = _mm256_or_si256(_mm256_sll_epi32(high, by), low);
    _mm256_storeu_si256(at, _mm256_add_epi32(high, first));
    index = _mm256_add_epi32(index, _mm256_set1_epi32(8));
  }
}

PAPERWIRE_AVX2 inline __m256i Before(const uint32_t* at, __m256i document) {
  return _mm256_cmpgt_epi32(
      document, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
}

// 32 at a time, without a branch in between; a longer way is halved to that.
PAPERWIRE_AVX2 const uint32_t* LowerBoundAvx2(const uint32_t* begin,
                                              const uint32_t* end,
                                              uint32_t document) {
  constexpr ptrdiff_t kTogether = 32;
  const __m256i wanted = _mm256_set1_epi32(static_cast<int>(document));
  // Packing works within halves: the order to put the quarters back in.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (bool near = true; begin < end; near = false) {
    while (!near && end - begin > kTogether) {
      const uint32_t* const middle = begin + (end - begin) / 2;
      if (middle[-1] < document) {
        begin = middle;
      } else {
        end = middle;
      }
    }
    const __m256i low =
        _mm256_packs_epi32(Before(begin, wanted), Before(begin + 8, wanted));
    const __m256i high = _mm256_packs_epi32(Before(begin + 16, wanted),
                                            Before(begin + 24, wanted));
    const __m256i before =
        _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
    // What lies behind the end may be anything.
    const uint32_t found =
        _tzcnt_u32(~static_cast<uint32_t>(_mm256_movemask_epi8(before)));
    begin += found;
    if (found < kTogether) return std::min(begin, end);
  }
  return end;
}

PAPERWIRE_AVX2 uint32_t ExpandAvx2(const uint64_t* words, uint32_t begin,
                                   uint32_t* out) {
  uint32_t* next = out;
  for (size_t w = 0; w < kWords; ++w, begin += 64) {
    for (uint64_t bits = words[w]; bits != 0; bits = _blsr_u64(bits)) {
      *next++ = begin + static_cast<uint32_t>(_tzcnt_u64(bits));
    }
  }
  return static_cast<uint32_t>(next - out);
}

// For each byte of bits, where its bytes come from when those of the bits that
// are not set are left out; 0x80 gives 0.
constexpr std::array<std::array<uint8_t, 8>, 256> MakeSources() {
  std::array<std::array<uint8_t, 8>, 256> sources{};
  for (size_t bits = 0; bits < sources.size(); ++bits) {
    uint8_t next = 0;
    for (size_t b = 0; b < 8; ++b) {
      sources[bits][b] = (bits >> b & 1) != 0 ? next++ : 0x80;
    }
  }
  return sources;
}
constexpr std::array<std::array<uint8_t, 8>, 256> kSources = MakeSources();

PAPERWIRE_AVX2 void SpreadAvx2(const uint8_t* in, uint64_t* words) {
  const uint8_t* next = in + kWords;
  for (size_t w = 0; w < kWords; ++w) {
    const __m128i bytes =
        _mm_loadl_epi64(reinterpret_cast<const __m128i*>(next));
    const __m128i sources = _mm_loadl_epi64(
        reinterpret_cast<const __m128i*>(kSources[in[w]].data()));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(words + w),
                     _mm_shuffle_epi8(bytes, sources));
    next += _mm_popcnt_u32(in[w]);
  }
}

PAPERWIRE_AVX2 void RanksAvx2(const uint64_t* words, uint16_t* ranks) {
  uint32_t count = 0;
  for (size_t w = 0; w < kWords; ++w) {
    ranks[w] = static_cast<uint16_t>(count);
    count += static_cast<uint32_t>(_mm_popcnt_u64(words[w]));
  }
}

PAPERWIRE_AVX2 uint32_t HarvestAvx2(uint16_t* sums, uint32_t size,
                                    uint16_t need, uint32_t* out) {
  const __m256i needed = _mm256_set1_epi16(static_cast<int16_t>(need));
  const __m256i zero = _mm256_setzero_si256();
  uint32_t n = 0;
  for (uint32_t i = 0; i < size; i += 32) {
    auto* at = reinterpret_cast<__m256i*>(sums + i);
    const __m256i a = _mm256_loadu_si256(at);
    const __m256i b = _mm256_loadu_si256(at + 1);
    const __m256i a_is = _mm256_cmpeq_epi16(_mm256_max_epu16(a, needed), a);
    const __m256i b_is = _mm256_cmpeq_epi16(_mm256_max_epu16(b, needed), b);
    // Packing works within halves: put the quarters back in order.
    const __m256i packed =
        _mm256_permute4x64_epi64(_mm256_packs_epi16(a_is, b_is), 0xD8);
    for (uint32_t bits = static_cast<uint32_t>(_mm256_movemask_epi8(packed));
         bits != 0; bits = _blsr_u32(bits)) {
      const uint32_t place = i + _tzcnt_u32(bits);
      out[n++] = uint32_t{sums[place]} << 16 | place;
    }
    _mm256_storeu_si256(at, zero);
    _mm256_storeu_si256(at + 1, zero);
  }
  return n;
}

constexpr Table kAvx2 = {"avx2",     UnpackAvx2, LowerBoundAvx2, ExpandAvx2,
                         SpreadAvx2, RanksAvx2,  HarvestAvx2};

#endif  // defined(__x86_64__)

}  // namespace

const Table& Portable() { return kPortable; }

const Table* Avx2() {
#if defined(__x86_64__)
  static const bool able =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  return able ? &kAvx2 : nullptr;
#else
  return nullptr;
#endif
}

const Table& Best() {
  static const Table& best = Avx2() != nullptr ? *Avx2() : kPortable;
  return best;
}

}  // namespace paperwire::index::kernels
