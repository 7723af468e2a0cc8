#include "service/index/elias_fano.h"

#include "service/index/bit_writer.h"

namespace paperwire::index {

EliasFano::EliasFano(uint32_t numbers, uint32_t range)
    : EliasFano(numbers, range, 0) {
  for (int bits = 1; range >> bits != 0; ++bits) {
    const EliasFano other(numbers, range, bits);
    if (other.size() < size()) *this = other;
  }
}

void EliasFano::Put(std::span<const uint32_t> numbers, uint32_t begin,
                    std::vector<uint8_t>* out) const {
  {
    BitWriter low(out, low_bits_);
    const uint32_t mask = (uint32_t{1} << low_bits_) - 1;
    for (const uint32_t number : numbers) low.Add((number - begin) & mask);
  }
  BitWriter high(out, 1);
  uint32_t at = 0;
  for (uint32_t i = 0; i < numbers.size(); ++i) {
    const uint32_t place = ((numbers[i] - begin) >> low_bits_) + i;
    for (; at < place; ++at) high.Add(0);
    high.Add(1);
    ++at;
  }
  for (; at < high_bits_; ++at) high.Add(0);
}

}  // namespace paperwire::index
