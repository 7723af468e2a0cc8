// A run of codes (posting_codes.h), packed.
//
// Each takes 0, 1, 2, 4 or 8 bits; with 0 all are 0. Below 8 bits the largest
// number stands for an *exception*: a code that is as large or larger. Those
// follow behind, in order: the place in its chunk of 128 codes, and the code, a
// byte each. To read one in the middle, one must know how many exceptions come
// before; for each chunk that is written down.
//
//     const CodePacking packing = ChoosePacking(codes);
//     PutCodes(codes, packing, &bytes);
//     PackedCodes packed = {.data = bytes.data(), .bits = packing.bits, ...};
//     packed.At(17);  // codes[17]

#ifndef PAPERWIRE_SERVICE_INDEX_PACKED_CODES_H_
#define PAPERWIRE_SERVICE_INDEX_PACKED_CODES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paperwire::index {

inline constexpr uint32_t kCodeChunk = 128;

struct CodePacking {
  int bits = 8;
  uint32_t exceptions = 0;
};

// The one that takes the fewest bytes, or a few more where exceptions would
// take time.
CodePacking ChoosePacking(std::span<const uint8_t> codes);
void PutCodes(std::span<const uint8_t> codes, CodePacking packing,
              std::vector<uint8_t>* out);
// How many exceptions come before each chunk.
void PutExceptionsBefore(std::span<const uint8_t> codes, CodePacking packing,
                         std::vector<uint8_t>* out);

// Reads up to 7 bytes behind the data, and writes up to 7 behind what it
// decodes. With 0 and 8 bits there are no exceptions.
struct PackedCodes {
  const uint8_t* data = nullptr;
  uint32_t size = 0;
  int bits = 0;
  uint32_t exceptions = 0;
  // 2 bytes for each chunk; null when there is only one.
  const uint8_t* exceptions_before = nullptr;

  size_t bytes() const {  // without the exceptions
    return (size_t{size} * static_cast<size_t>(bits) + 7) / 8;
  }
  void Decode(uint8_t* out) const;
  // Codes 128 * chunk up to, but without, 128 * chunk + 128.
  void DecodeChunk(uint32_t chunk, uint8_t* out) const;
  uint8_t At(uint32_t i) const;

 private:
  void DecodeRange(uint32_t begin, uint32_t end, uint8_t* out) const;
  uint32_t ExceptionsBefore(uint32_t chunk) const;
};

// How often a stem stands in the documents of these codes together; kNoCode
// counts 0 and sets `escaped`. Reads up to 15 bytes behind the last.
uint32_t SumOccurrences(const uint8_t* codes, uint32_t n, bool* escaped);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PACKED_CODES_H_
