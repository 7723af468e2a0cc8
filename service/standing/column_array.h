// A small array of rows that grows by half, for millions of them: 16 bytes, and
// none besides while it is empty. Rows lie column by column, so that whoever
// decides by one column reads no other.
//
//     ColumnArray<uint32_t, 2> rows;
//     const uint32_t row = rows.Append(1);
//     rows.column(0)[row] = condition;
//     rows.column(1)[row] = handle;
//
// What a row holds is plain data. Columns move when rows are appended.

#ifndef PAPERWIRE_SERVICE_STANDING_COLUMN_ARRAY_H_
#define PAPERWIRE_SERVICE_STANDING_COLUMN_ARRAY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace paperwire::standing {

template <typename T, size_t kColumns = 1>
class ColumnArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ColumnArray() = default;
  ColumnArray(ColumnArray&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  ColumnArray& operator=(ColumnArray&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  // So many rows more, whose content is left to the caller; the first of them.
  uint32_t Append(size_t count) {
    if (size_ + count > capacity_) Grow(size_ + count);
    return std::exchange(size_, size_ + static_cast<uint32_t>(count));
  }
  // Takes the rows from `size` on away.
  void Cut(uint32_t size) { size_ = size; }

  T* column(size_t c) { return data_.get() + c * capacity_; }
  const T* column(size_t c) const { return data_.get() + c * capacity_; }
  uint32_t size() const { return size_; }
  size_t memory() const {
    return capacity_ == 0 ? 0 : capacity_ * kColumns * sizeof(T) + kPiece;
  }

 private:
  // What malloc adds.
  static constexpr size_t kPiece = 8;

  void Grow(size_t size) {
    const size_t capacity =
        capacity_ == 0 ? size : std::max(size, size_t{capacity_} * 3 / 2);
    auto data = std::make_unique_for_overwrite<T[]>(capacity * kColumns);
    for (size_t c = 0; c < kColumns; ++c) {
      std::copy_n(column(c), size_, data.get() + c * capacity);
    }
    data_ = std::move(data);
    capacity_ = static_cast<uint32_t>(capacity);
  }

  std::unique_ptr<T[]> data_;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_COLUMN_ARRAY_H_
