// Rows of conditions, each about one term that a document must have, or must
// not have, and which of the rows hold: the inner loops of the matcher, for
// processors with AVX2 and portable, chosen when the program runs. Both give
// the same, in different orders.
//
//     const uint32_t n = conditions::Best().pairs(rows, size, has, values);
//     // values[0] to values[n - 1] are of the rows that hold
//
// `has` is a bitmap of the terms that the document has, kAlways (term_ids.h)
// among them. `values` has room for as many as there are rows; what it has
// behind those that hold may be overwritten.

#ifndef PAPERWIRE_SERVICE_STANDING_CONDITIONS_H_
#define PAPERWIRE_SERVICE_STANDING_CONDITIONS_H_

#include <array>
#include <cstdint>

#include "service/standing/term_ids.h"

namespace paperwire::standing::conditions {

// A term that a document must have; with kAbsent, must not have.
using Condition = uint32_t;
inline constexpr Condition kAbsent = Condition{1} << 31;

struct Pair {
  Condition condition = kAlways;
  uint32_t value = 0;
};
struct Quad {
  std::array<Condition, 3> conditions{};  // all of them
  uint32_t value = 0;
};

struct Table {
  const char* name;
  uint32_t (*pairs)(const Pair* rows, uint32_t size, const uint32_t* has,
                    uint32_t* values);
  uint32_t (*quads)(const Quad* rows, uint32_t size, const uint32_t* has,
                    uint32_t* values);
};

const Table& Portable();
// Null when this processor, or this program, cannot.
const Table* Avx2();
// Avx2 where there is one.
const Table& Best();

}  // namespace paperwire::standing::conditions

#endif  // PAPERWIRE_SERVICE_STANDING_CONDITIONS_H_
