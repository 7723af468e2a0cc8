// Most conditions do not hold, and which do is anybody's guess: so nothing here
// branches on it. The portable loop writes every place and moves on by the
// outcome. With AVX2, eight conditions are looked up in the bitmap by one
// gather, and the places of those that hold come from a table (Lemire, Boytsov
// and Kurz, "SIMD compression and the intersection of sorted integers", 2016,
// section 4).

#include "service/standing/conditions.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace paperwire::standing::conditions {
namespace {

uint32_t HoldingPortable(const Condition* all, uint32_t size,
                         const uint32_t* has, uint32_t* places) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < size; ++i) {
    places[n] = i;
    n += Holds(all[i], has);
  }
  return n;
}

constexpr Table kPortable = {"portable", HoldingPortable};

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

PAPERWIRE_AVX2 uint32_t HoldingAvx2(const Condition* all, uint32_t size,
                                    const uint32_t* has, uint32_t* places) {
  uint32_t n = 0;
  uint32_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const __m256i c =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(all + i));
    const __m256i word = _mm256_srli_epi32(_mm256_slli_epi32(c, 1), 6);
    const __m256i bits =
        _mm256_i32gather_epi32(reinterpret_cast<const int*>(has), word, 4);
    // Its bit becomes the highest one, and kAbsent turns that around.
    const __m256i shift = _mm256_andnot_si256(c, _mm256_set1_epi32(31));
    const __m256i hold = _mm256_xor_si256(_mm256_sllv_epi32(bits, shift), c);
    const auto mask =
        static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(hold)));
    const __m256i packed = _mm256_cvtepu8_epi32(_mm_loadl_epi64(
        reinterpret_cast<const __m128i*>(kPacking.packed + mask)));
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(places + n),
        _mm256_add_epi32(packed, _mm256_set1_epi32(static_cast<int>(i))));
    n += static_cast<uint32_t>(_mm_popcnt_u32(mask));
  }
  for (; i < size; ++i) {
    places[n] = i;
    n += Holds(all[i], has);
  }
  return n;
}

constexpr Table kAvx2 = {"avx2", HoldingAvx2};

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
