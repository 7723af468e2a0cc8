#include "service/index/rice_code.h"

#include <algorithm>

#include "service/index/bit_writer.h"

namespace paperwire::index {
namespace {

constexpr int kMostBits = (1 << kRiceBits) - 1;

uint64_t Bits(std::span<const uint32_t> numbers, int k) {
  uint64_t bits = numbers.size() * (static_cast<uint64_t>(k) + 1);
  for (const uint32_t n : numbers) bits += n >> k;
  return bits;
}

}  // namespace

// It is near the logarithm of the mean, and from there the bits rise on both
// sides.
int BestRiceK(std::span<const uint32_t> numbers) {
  if (numbers.empty()) return 0;
  uint64_t sum = 0;
  for (const uint32_t n : numbers) sum += n;
  int k = std::clamp(static_cast<int>(std::bit_width(sum / numbers.size())) - 1,
                     0, kMostBits);
  uint64_t least = Bits(numbers, k);
  for (const int step : {-1, 1}) {
    for (int other = k + step; other >= 0 && other <= kMostBits;
         other += step) {
      const uint64_t bits = Bits(numbers, other);
      if (bits >= least) break;
      least = bits;
      k = other;
    }
  }
  return k;
}

void PutRice(std::span<const uint32_t> numbers, std::vector<uint8_t>* out) {
  const int k = BestRiceK(numbers);
  PutVarint(out,
            uint64_t{numbers.size()} << kRiceBits | static_cast<uint64_t>(k));
  const uint64_t mask = (uint64_t{1} << k) - 1;
  {
    BitWriter low(out, k);
    for (const uint32_t n : numbers) low.Add(static_cast<uint32_t>(n & mask));
  }
  const size_t begin = out->size();
  uint64_t bit = 0;
  for (const uint32_t n : numbers) {
    bit += n >> k;
    out->resize(begin + bit / 8 + 1);
    (*out)[begin + bit / 8] |= static_cast<uint8_t>(1u << (bit % 8));
    ++bit;
  }
}

}  // namespace paperwire::index
