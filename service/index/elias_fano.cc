#include "service/index/elias_fano.h"

#include <bit>

#include "service/index/bit_writer.h"
#include "service/index/load.h"

namespace paperwire::index {
namespace {

// Where one number `rank` of the word is, from 0; there are more than that.
uint32_t Select(uint64_t word, uint32_t rank) {
  uint32_t place = 0;
  for (uint32_t width = 32; width >= 8; width /= 2) {
    const auto low = static_cast<uint32_t>(
        std::popcount(word & ((uint64_t{1} << width) - 1)));
    if (rank < low) continue;
    rank -= low;
    word >>= width;
    place += width;
  }
  for (; rank > 0; --rank) word &= word - 1;
  return place + static_cast<uint32_t>(std::countr_zero(word));
}

}  // namespace

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

uint32_t EliasFano::Find(const uint8_t* in, uint32_t offset) const {
  const uint8_t* const stream = in + low_size();
  const uint32_t high = offset >> low_bits_;
  uint32_t place = 0;
  // Those with these high bits come after as many zeros.
  if (high > 0) {
    uint32_t zeros = high;
    for (;; place += 64) {
      if (place >= high_bits_) return numbers_;
      const uint64_t word = ~LoadAs<uint64_t>(stream + place / 8);
      const auto here = static_cast<uint32_t>(std::popcount(word));
      if (zeros <= here) {
        place += Select(word, zeros - 1) + 1;
        break;
      }
      zeros -= here;
    }
  }
  const uint32_t mask = (uint32_t{1} << low_bits_) - 1;
  for (; place < high_bits_; ++place) {
    if ((stream[place / 8] >> (place % 8) & 1) == 0) break;
    const uint32_t i = place - high;
    if (i >= numbers_) break;
    const size_t at = size_t{i} * static_cast<size_t>(low_bits_);
    const uint32_t low = LoadAs<uint32_t>(in + at / 8) >> (at % 8) & mask;
    if (low >= (offset & mask)) return low == (offset & mask) ? i : numbers_;
  }
  return numbers_;
}

}  // namespace paperwire::index
