// Numbers that rise, in little more than they must take: the low bits of each,
// and for the rest a stream in which each number is a one, after as many zeros
// as there are multiples of 2^low_bits from the one before to it (Elias, 1974;
// Fano, 1971; for postings: Vigna, "Quasi-Succinct Indices", 2013).
//
//     const EliasFano code(/*numbers=*/3, /*range=*/900);
//     code.Put(std::array{7u, 8u, 899u}, /*begin=*/0, &bytes);  // code.size()
//     kernels::Best().unpack(bytes.data(), code, /*begin=*/0, numbers);

#ifndef PAPERWIRE_SERVICE_INDEX_ELIAS_FANO_H_
#define PAPERWIRE_SERVICE_INDEX_ELIAS_FANO_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paperwire::index {

// How `numbers` of them lie that are all from `begin` to before
// `begin + range`.
class EliasFano {
 public:
  // With as many low bits as make it smallest.
  EliasFano(uint32_t numbers, uint32_t range);
  EliasFano(uint32_t numbers, uint32_t range, int low_bits)
      : numbers_(numbers),
        high_bits_(numbers + ((range - 1) >> low_bits)),
        low_bits_(low_bits) {}

  uint32_t numbers() const { return numbers_; }
  int low_bits() const { return low_bits_; }
  // Of the stream, without zeros at its end that say nothing.
  uint32_t high_bits() const { return high_bits_; }
  // Where the stream begins, and the whole, in bytes.
  size_t low_size() const {
    return (size_t{numbers_} * static_cast<size_t>(low_bits_) + 7) / 8;
  }
  size_t size() const { return low_size() + (size_t{high_bits_} + 7) / 8; }

  void Put(std::span<const uint32_t> numbers, uint32_t begin,
           std::vector<uint8_t>* out) const;

  // Which of the numbers, that lie at `in`, is begin + `offset`; numbers() when
  // none is. Without unpacking them: by the words of the stream. Reads up to 7
  // bytes behind it.
  uint32_t Find(const uint8_t* in, uint32_t offset) const;

 private:
  uint32_t numbers_ = 0;
  uint32_t high_bits_ = 0;
  int low_bits_ = 0;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_ELIAS_FANO_H_
