// A small array that grows by half, for millions of them: 16 bytes, and none
// besides while it is empty.
//
//     RowArray<Pair> rows;
//     *rows.Append(1) = {condition, handle};
//     for (const Pair& row : rows) ...
//
// Rows are plain data. Pointers to them hold until rows are appended.

#ifndef PAPERWIRE_SERVICE_STANDING_ROW_ARRAY_H_
#define PAPERWIRE_SERVICE_STANDING_ROW_ARRAY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace paperwire::standing {

template <typename T>
class RowArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  RowArray() = default;
  RowArray(RowArray&& other) noexcept
      : rows_(std::move(other.rows_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  RowArray& operator=(RowArray&& other) noexcept {
    rows_ = std::move(other.rows_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  // So many rows more, whose content is left to the caller; the first of them.
  T* Append(size_t count) {
    if (size_ + count > capacity_) Grow(size_ + count);
    T* const first = end();
    size_ += static_cast<uint32_t>(count);
    return first;
  }
  // Takes the rows from `end` on away.
  void Cut(const T* end) { size_ = static_cast<uint32_t>(end - begin()); }

  T* begin() { return rows_.get(); }
  T* end() { return rows_.get() + size_; }
  const T* begin() const { return rows_.get(); }
  const T* end() const { return rows_.get() + size_; }
  uint32_t size() const { return size_; }
  size_t memory() const {
    return capacity_ == 0 ? 0 : capacity_ * sizeof(T) + kPiece;
  }

 private:
  // What malloc adds.
  static constexpr size_t kPiece = 8;

  void Grow(size_t size) {
    const size_t capacity =
        capacity_ == 0 ? size : std::max(size, size_t{capacity_} * 3 / 2);
    auto rows = std::make_unique_for_overwrite<T[]>(capacity);
    std::copy_n(rows_.get(), size_, rows.get());
    rows_ = std::move(rows);
    capacity_ = static_cast<uint32_t>(capacity);
  }

  std::unique_ptr<T[]> rows_;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_ROW_ARRAY_H_
