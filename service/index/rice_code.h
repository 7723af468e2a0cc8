// Numbers that are small as a rule and large now and then, as gaps are: the
// low k bits of each are packed, and the rest is a row of zeros that a one
// ends, in a stream of its own (Rice 1979; the two streams are those of Elias
// 1974 and Fano 1971). So many numbers are passed over by counting ones, a
// word at a time, and reading on is cheap.
//
//     PutRice(numbers, &bytes);
//     RiceReader reader(bytes.data());
//     reader.Skip(7);
//     reader.Next();                          // numbers[7]
//
// May look at up to 15 bytes behind the last.

#ifndef PAPERWIRE_SERVICE_INDEX_RICE_CODE_H_
#define PAPERWIRE_SERVICE_INDEX_RICE_CODE_H_

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "service/index/load.h"
#include "service/index/varint.h"

namespace paperwire::index {

// The low bits of what comes first: k.
inline constexpr int kRiceBits = 5;

// The k with which the numbers take the fewest bits.
int BestRiceK(std::span<const uint32_t> numbers);

// Picks the best k.
void PutRice(std::span<const uint32_t> numbers, std::vector<uint8_t>* out);

class RiceReader {
 public:
  RiceReader() = default;
  explicit RiceReader(const uint8_t* data) {
    const uint64_t head = GetVarint(&data);
    k_ = head & ((1u << kRiceBits) - 1);
    low_ = data;
    high_ = data + ((head >> kRiceBits) * k_ + 7) / 8;
  }

  uint32_t Next() {
    uint64_t word = LoadAs<uint64_t>(high_ + high_bit_ / 8) >> (high_bit_ % 8);
    uint64_t high = 0;
    while (word == 0) {
      const uint64_t passed = 64 - high_bit_ % 8;
      high += passed;
      high_bit_ += passed;
      word = LoadAs<uint64_t>(high_ + high_bit_ / 8);
    }
    const auto zeros = static_cast<uint64_t>(std::countr_zero(word));
    high_bit_ += zeros + 1;
    const uint64_t low =
        LoadAs<uint64_t>(low_ + low_bit_ / 8) >> (low_bit_ % 8) &
        ((uint64_t{1} << k_) - 1);
    low_bit_ += k_;
    return static_cast<uint32_t>((high + zeros) << k_ | low);
  }

  void Skip(uint64_t count) {
    low_bit_ += count * k_;
    while (count > 0) {
      uint64_t word =
          LoadAs<uint64_t>(high_ + high_bit_ / 8) >> (high_bit_ % 8);
      const auto ones = static_cast<uint64_t>(std::popcount(word));
      if (ones < count) {
        count -= ones;
        high_bit_ += 64 - high_bit_ % 8;
        continue;
      }
      // The last one is in here: nearer by halves, then one by one.
      for (const int half : {32, 16, 8}) {
        const auto below = static_cast<uint64_t>(
            std::popcount(word & ((uint64_t{1} << half) - 1)));
        if (below >= count) continue;
        count -= below;
        word >>= half;
        high_bit_ += static_cast<uint64_t>(half);
      }
      for (; count > 1; --count) word &= word - 1;
      high_bit_ += static_cast<uint64_t>(std::countr_zero(word)) + 1;
      count = 0;
    }
  }

 private:
  uint64_t k_ = 0;
  const uint8_t* low_ = nullptr;
  const uint8_t* high_ = nullptr;
  uint64_t low_bit_ = 0;
  uint64_t high_bit_ = 0;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_RICE_CODE_H_
