// Conditions, each about one term that a document must have, or must not have,
// and which of many hold: the inner loop of the matcher, for processors with
// AVX2 and portable, chosen when the program runs. Both give the same.
//
//     const uint32_t n = conditions::Best().holding(all, size, has, places);
//     // all[places[0]] to all[places[n - 1]] hold, and no others
//
// `has` is a bitmap of the terms that the document has, kAlways (term_ids.h)
// among them. `places` has room for as many as there are conditions, and comes
// out rising; what it has behind those that hold may be overwritten.

#ifndef PAPERWIRE_SERVICE_STANDING_CONDITIONS_H_
#define PAPERWIRE_SERVICE_STANDING_CONDITIONS_H_

#include <cstdint>

#include "service/standing/term_ids.h"

namespace paperwire::standing::conditions {

// A term that a document must have; with kAbsent, must not have.
using Condition = uint32_t;
inline constexpr Condition kAbsent = Condition{1} << 31;

// 1 if it holds, 0 otherwise.
inline uint32_t Holds(Condition c, const uint32_t* has) {
  return (has[(c & ~kAbsent) / 32] >> (c % 32) & 1) ^ (c >> 31);
}

struct Table {
  const char* name;
  uint32_t (*holding)(const Condition* all, uint32_t size, const uint32_t* has,
                      uint32_t* places);
};

const Table& Portable();
// Null when this processor, or this program, cannot.
const Table* Avx2();
// Avx2 where there is one.
const Table& Best();

}  // namespace paperwire::standing::conditions

#endif  // PAPERWIRE_SERVICE_STANDING_CONDITIONS_H_
