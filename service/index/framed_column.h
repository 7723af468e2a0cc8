// A column of numbers that rise, or stay near each other for a while.
//
//     PutFramed(numbers, &bytes);
//     FramedColumn column(bytes);
//     column[7];                              // numbers[7]
//
// Each 64 numbers are a frame of their own: the least of them, and how far
// above it each is, in as few bits as the largest needs. A slope that all
// frames share is taken off first, so that numbers that rise by one, or about
// as much, take next to nothing. Reading is two loads; where numbers are wild
// and read in inner loops, packed_column.h is better.

#ifndef PAPERWIRE_SERVICE_INDEX_FRAMED_COLUMN_H_
#define PAPERWIRE_SERVICE_INDEX_FRAMED_COLUMN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "service/index/load.h"

namespace paperwire::index {

class FramedColumn {
 public:
  FramedColumn() = default;
  // Reads the column where it lies, at the beginning of `bytes`; they must
  // outlive it. Must be Fits(bytes).
  explicit FramedColumn(std::span<const uint8_t> bytes);

  // Whether a column, and all of it, is at the beginning of `bytes`.
  static bool Fits(std::span<const uint8_t> bytes);

  uint32_t size() const { return size_; }
  // What it takes, the header included: a multiple of 8.
  size_t bytes() const { return bytes_; }

  int64_t operator[](uint32_t i) const {
    const auto frame = LoadAs<uint64_t>(frames_ + size_t{i / kFrame} * 8);
    const uint64_t place = i % kFrame;
    const uint64_t width = frame >> 32 & 0x7F;
    const uint64_t bit = place * width;
    const uint64_t above =
        LoadAs<uint64_t>(data_ + (frame >> 39) * 8 + bit / 8) >> (bit % 8);
    const uint64_t mask =
        width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    return static_cast<int64_t>(base_ + ((frame & 0xFFFFFFFF) << shift_) +
                                slope_ * place + (above & mask));
  }

 private:
  static constexpr uint32_t kFrame = 64;

  uint64_t base_ = 0;
  uint64_t slope_ = 0;
  uint32_t size_ = 0;
  uint32_t shift_ = 0;
  size_t bytes_ = 0;
  // For each frame the bits of its least number, its width and where it lies.
  const uint8_t* frames_ = nullptr;
  const uint8_t* data_ = nullptr;
};

void PutFramed(std::span<const int64_t> numbers, std::vector<uint8_t>* out);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FRAMED_COLUMN_H_
