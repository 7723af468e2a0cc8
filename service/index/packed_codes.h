// A run of codes (posting_codes.h), packed.
//
// Each takes 0, 1, 2, 4 or 8 bits; with 0 all are 0. Below 8 bits the largest
// number stands for an *exception*: a code that is as large or larger. Those
// follow behind, in order: the place in its chunk of 128 codes, and the code, a
// byte each. To read one in the middle, one must know how many exceptions come
// before; for each chunk that is written down.
//
// Where most codes are 0, a *plane* of a bit each says which are not, and only
// those, less 1, are packed so.
//
//     const CodePacking packing = ChoosePacking(codes);
//     PutCodes(codes, packing, &bytes);
//     PackedCodes packed(bytes.data(), size, packing.head(),
//                        packing.exceptions);
//     packed.At(17);  // codes[17]

#ifndef PAPERWIRE_SERVICE_INDEX_PACKED_CODES_H_
#define PAPERWIRE_SERVICE_INDEX_PACKED_CODES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paperwire::index {

inline constexpr uint32_t kCodeChunk = 128;

// There are no more codes in a run: those of a window.
inline constexpr uint32_t kMostCodes = 4096;

struct CodePacking {
  bool plane = false;
  int bits = 8;
  uint32_t exceptions = 0;

  // What is kept of it, besides the exceptions.
  static constexpr uint8_t kPlane = 16;
  uint8_t head() const {
    return static_cast<uint8_t>(bits | (plane ? kPlane : 0));
  }
};

// The one that takes the fewest bytes, or a few more where exceptions or a
// plane would take time.
CodePacking ChoosePacking(std::span<const uint8_t> codes);
void PutCodes(std::span<const uint8_t> codes, CodePacking packing,
              std::vector<uint8_t>* out);

// Reads up to 15 bytes behind the data, and writes up to 7 behind what it
// decodes.
class PackedCodes {
 public:
  PackedCodes() = default;
  // As PutCodes wrote them, and CodePacking::head.
  PackedCodes(const uint8_t* data, uint32_t size, uint8_t head,
              uint32_t exceptions);

  void Decode(uint8_t* out) const;
  // Codes 128 * chunk up to, but without, 128 * chunk + 128.
  void DecodeChunk(uint32_t chunk, uint8_t* out) const;
  uint8_t At(uint32_t i) const;

 private:
  // Those without a plane.
  struct Run {
    const uint8_t* before = nullptr;  // exceptions, 2 bytes a chunk, or null
    const uint8_t* data = nullptr;
    uint32_t size = 0;
    int bits = 0;
    uint32_t exceptions = 0;

    size_t bytes() const {  // without the exceptions
      return (size_t{size} * static_cast<size_t>(bits) + 7) / 8;
    }
    // `begin` at a chunk.
    void Decode(uint32_t begin, uint32_t end, uint8_t* out) const;
    uint8_t At(uint32_t i) const;
    uint32_t ExceptionsBefore(uint32_t chunk) const;
  };

  // How many codes that are not 0 come before a chunk, or code i.
  uint32_t BeforeChunk(uint32_t chunk) const;
  uint32_t Before(uint32_t i) const;

  const uint8_t* plane_ = nullptr;   // or null
  const uint8_t* before_ = nullptr;  // BeforeChunk, 2 bytes each, or null
  uint32_t size_ = 0;
  Run run_;
};

// How often a stem stands in the documents of these codes together; kNoCode
// counts 0 and sets `escaped`. Reads up to 15 bytes behind the last.
uint32_t SumOccurrences(const uint8_t* codes, uint32_t n, bool* escaped);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PACKED_CODES_H_
