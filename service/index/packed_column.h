// A column of numbers, each in as few bits as the largest difference needs.
//
//     PutColumn(numbers, &bytes);             // a header, and then the numbers
//     PackedColumn column(bytes);
//     column[7];                              // numbers[7]
//
// Where all numbers are the same, nothing is stored for each. Reading is one
// load, whatever the width.

#ifndef PAPERWIRE_SERVICE_INDEX_PACKED_COLUMN_H_
#define PAPERWIRE_SERVICE_INDEX_PACKED_COLUMN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "service/index/load.h"

namespace paperwire::index {

class PackedColumn {
 public:
  PackedColumn() = default;
  // Reads the column where it lies, at the beginning of `bytes`; they must
  // outlive it. Must be Fits(bytes).
  explicit PackedColumn(std::span<const uint8_t> bytes);

  // Whether a column, and all of it, is at the beginning of `bytes`.
  static bool Fits(std::span<const uint8_t> bytes);

  uint32_t size() const { return size_; }
  // What it takes, the header included: a multiple of 8.
  size_t bytes() const;

  int64_t operator[](uint32_t i) const {
    const uint64_t bit = uint64_t{i} * width_;
    const uint64_t difference =
        LoadAs<uint64_t>(data_ + bit / 8) >> (bit % 8) & mask_;
    return static_cast<int64_t>(base_ + difference);
  }

 private:
  uint64_t base_ = 0;
  uint64_t mask_ = 0;
  uint32_t size_ = 0;
  uint32_t width_ = 0;  // bits: 0 to 57, or 64
  const uint8_t* data_ = nullptr;
};

void PutColumn(std::span<const int64_t> numbers, std::vector<uint8_t>* out);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PACKED_COLUMN_H_
