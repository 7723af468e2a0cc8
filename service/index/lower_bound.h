// std::lower_bound without a branch that cannot be foretold.

#ifndef PAPERWIRE_SERVICE_INDEX_LOWER_BOUND_H_
#define PAPERWIRE_SERVICE_INDEX_LOWER_BOUND_H_

#include <cstddef>
#include <cstdint>

namespace paperwire::index {

inline const uint32_t* LowerBound(const uint32_t* begin, const uint32_t* end,
                                  uint32_t value) {
  size_t n = static_cast<size_t>(end - begin);
  if (n == 0) return begin;
  while (n > 1) {
    const size_t half = n / 2;
    begin += begin[half - 1] < value ? half : 0;
    n -= half;
  }
  return begin + (*begin < value);
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_LOWER_BOUND_H_
