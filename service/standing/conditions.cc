// Most rows do not hold, and which do is anybody's guess: so nothing here
// branches on it. The portable loop writes every value and moves on by the
// outcome. With AVX2, eight conditions are looked up in the bitmap by one
// gather, and the values of those that hold are moved together by a permutation
// from a table (Lemire, Boytsov and Kurz, "SIMD compression and the
// intersection of sorted integers", 2016, section 4).

#include "service/standing/conditions.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace paperwire::standing::conditions {
namespace {

uint32_t Holds(Condition c, const uint32_t* has) {
  return (has[(c & ~kAbsent) / 32] >> (c % 32) & 1) ^ (c >> 31);
}

uint32_t PairsPortable(const Pair* rows, uint32_t size, const uint32_t* has,
                       uint32_t* values) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < size; ++i) {
    values[n] = rows[i].value;
    n += Holds(rows[i].condition, has);
  }
  return n;
}

uint32_t QuadsPortable(const Quad* rows, uint32_t size, const uint32_t* has,
                       uint32_t* values) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < size; ++i) {
    const Quad& row = rows[i];
    values[n] = row.value;
    n += Holds(row.conditions[0], has) & Holds(row.conditions[1], has) &
         Holds(row.conditions[2], has);
  }
  return n;
}

constexpr Table kPortable = {"portable", PairsPortable, QuadsPortable};

#if defined(__x86_64__)

#define PAPERWIRE_AVX2 __attribute__((target("avx2,popcnt")))

// packed[mask] has in its lowest bytes the places of the bits of the mask.
struct Packing {
  alignas(64) uint64_t packed[256];
};
constexpr Packing MakePacking() {
  Packing packing{};
  for (uint64_t mask = 0; mask < 256; ++mask) {
    int n = 0;
    for (uint64_t bit = 0; bit < 8; ++bit) {
      if ((mask >> bit & 1) != 0) packing.packed[mask] |= bit << (8 * n++);
    }
  }
  return packing;
}
constexpr Packing kPacking = MakePacking();

// The highest bit of each: whether the condition holds.
PAPERWIRE_AVX2 inline __m256i Hold(__m256i c, const uint32_t* has) {
  const __m256i word = _mm256_srli_epi32(_mm256_slli_epi32(c, 1), 6);
  const __m256i bits =
      _mm256_i32gather_epi32(reinterpret_cast<const int*>(has), word, 4);
  const __m256i shift = _mm256_andnot_si256(c, _mm256_set1_epi32(31));
  return _mm256_xor_si256(_mm256_sllv_epi32(bits, shift), c);
}

PAPERWIRE_AVX2 inline uint32_t HighestBits(__m256i v) {
  return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(v)));
}

// Writes those of eight values whose bits are set; returns how many.
PAPERWIRE_AVX2 inline uint32_t Pack(__m256i values, uint32_t mask,
                                    uint32_t* out) {
  const __m256i places = _mm256_cvtepu8_epi32(_mm_loadl_epi64(
      reinterpret_cast<const __m128i*>(kPacking.packed + mask)));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                      _mm256_permutevar8x32_epi32(values, places));
  return static_cast<uint32_t>(_mm_popcnt_u32(mask));
}

PAPERWIRE_AVX2 inline __m256i Load(const void* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}

PAPERWIRE_AVX2 uint32_t PairsAvx2(const Pair* rows, uint32_t size,
                                  const uint32_t* has, uint32_t* values) {
  uint32_t n = 0;
  uint32_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const __m256 a = _mm256_castsi256_ps(Load(rows + i));
    const __m256 b = _mm256_castsi256_ps(Load(rows + i + 4));
    const __m256i c = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
    const __m256i v = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xDD));
    n += Pack(v, HighestBits(Hold(c, has)), values + n);
  }
  return n + PairsPortable(rows + i, size - i, has, values + n);
}

PAPERWIRE_AVX2 uint32_t QuadsAvx2(const Quad* rows, uint32_t size,
                                  const uint32_t* has, uint32_t* values) {
  uint32_t n = 0;
  uint32_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const __m256i r01 = Load(rows + i);
    const __m256i r23 = Load(rows + i + 2);
    const __m256i r45 = Load(rows + i + 4);
    const __m256i r67 = Load(rows + i + 6);
    const __m256i a = _mm256_unpacklo_epi32(r01, r23);
    const __m256i b = _mm256_unpacklo_epi32(r45, r67);
    const __m256i first = Hold(_mm256_unpacklo_epi64(a, b), has);
    const __m256i second = Hold(_mm256_unpackhi_epi64(a, b), has);
    const __m256i c = _mm256_unpackhi_epi32(r01, r23);
    const __m256i d = _mm256_unpackhi_epi32(r45, r67);
    const __m256i third = Hold(_mm256_unpacklo_epi64(c, d), has);
    const __m256i all =
        _mm256_and_si256(first, _mm256_and_si256(second, third));
    n += Pack(_mm256_unpackhi_epi64(c, d), HighestBits(all), values + n);
  }
  return n + QuadsPortable(rows + i, size - i, has, values + n);
}

constexpr Table kAvx2 = {"avx2", PairsAvx2, QuadsAvx2};

#endif  // defined(__x86_64__)

}  // namespace

const Table& Portable() { return kPortable; }

const Table* Avx2() {
#if defined(__x86_64__)
  static const bool able =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
  return able ? &kAvx2 : nullptr;
#else
  return nullptr;
#endif
}

const Table& Best() {
  static const Table& best = Avx2() != nullptr ? *Avx2() : kPortable;
  return best;
}

}  // namespace paperwire::standing::conditions
