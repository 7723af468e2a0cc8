// The inner loops that are worth two versions: one for processors with AVX2,
// chosen when the program runs, and a portable one. Both give the same.
//
//     kernels::Best().unpack(bytes, code, begin, documents);
//
// All read up to 31 bytes past what they are given (sections are padded) and
// write no further than to a multiple of 8 entries.

#ifndef PAPERWIRE_SERVICE_INDEX_KERNELS_H_
#define PAPERWIRE_SERVICE_INDEX_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "service/index/elias_fano.h"

namespace paperwire::index::kernels {

struct Table {
  const char* name;
  // The numbers that lie at `in`, of which the least could have been `begin`
  // (elias_fano.h).
  void (*unpack)(const uint8_t* in, const EliasFano& code, uint32_t begin,
                 uint32_t* out);
  // std::lower_bound, for documents, fastest when it is not far. Looks at up to
  // 32 behind the end.
  const uint32_t* (*lower_bound)(const uint32_t* begin, const uint32_t* end,
                                 uint32_t document);
  // The bits that are set in 64 words, as `begin` + place; returns how many.
  uint32_t (*expand)(const uint64_t* words, uint32_t begin, uint32_t* out);
  // 64 words that were packed without their zero bytes: first a byte for each
  // word, of which bit b is 1 where byte b of the word is not 0, then those.
  void (*spread)(const uint8_t* in, uint64_t* words);
  // ranks[w] = how many bits are set in the words before w, of 64.
  void (*ranks)(const uint64_t* words, uint16_t* ranks);
  // The first `size` sums that are at least `need` (not 0), each as
  // sum << 16 | place; returns how many. All sums become 0. `size` is a
  // multiple of 64.
  uint32_t (*harvest)(uint16_t* sums, uint32_t size, uint16_t need,
                      uint32_t* out);
};

const Table& Portable();
// Null when this processor, or this program, cannot.
const Table* Avx2();
// Avx2 where there is one.
const Table& Best();

}  // namespace paperwire::index::kernels

#endif  // PAPERWIRE_SERVICE_INDEX_KERNELS_H_
