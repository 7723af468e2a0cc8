// The queries that are filed under one anchor, one behind the other in memory,
// each with the program that decides it: to go through them costs no jumps.
//
//     QueryList list;
//     list.Add({.handle = 7, .check = check}, program);
//     list.ForEach([&](const FiledQuery& q) { ... });

#ifndef PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_
#define PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "service/index/load.h"

namespace paperwire::standing {

struct FiledQuery {
  uint32_t handle = 0;  // below kMaxHandle
  // The low bits of Anchor::check; 0 for none.
  uint32_t check = 0;
  // The anchor alone decides: there is no program.
  bool decided = false;
  // It is filed under other anchors as well.
  bool several = false;
  const uint8_t* program = nullptr;

  static constexpr uint32_t kMaxHandle = uint32_t{1} << 30;
};

class QueryList {
 public:
  void Add(const FiledQuery& query, std::string_view program) {
    const size_t length = LengthBytes(program.size());
    const size_t size = kHead + (query.decided ? 0 : length + program.size());
    Reserve(size_ + size);
    uint8_t* p = bytes_.get() + size_;
    const uint32_t head = query.handle | (query.decided ? kDecided : 0) |
                          (query.several ? kSeveral : 0);
    std::memcpy(p, &head, sizeof(head));
    std::memcpy(p + sizeof(head), &query.check, sizeof(query.check));
    if (!query.decided) {
      p += kHead;
      *p = static_cast<uint8_t>(std::min(program.size(), size_t{kLong}));
      if (length > 1) {
        const auto long_size = static_cast<uint32_t>(program.size());
        std::memcpy(p + 1, &long_size, sizeof(long_size));
      }
      std::memcpy(p + length, program.data(), program.size());
    }
    size_ += static_cast<uint32_t>(size);
  }

  // In the order in which they came. `visit` must not change the list.
  template <typename Visit>
  void ForEach(Visit visit) const {
    const uint8_t* const end = bytes_.get() + size_;
    for (const uint8_t* p = bytes_.get(); p != end;) {
      FiledQuery query;
      p = Read(p, &query);
      visit(query);
    }
  }

  // Takes those out of which `gone` is true.
  template <typename Gone>
  void RemoveIf(Gone gone) {
    uint8_t* out = bytes_.get();
    const uint8_t* const end = bytes_.get() + size_;
    for (const uint8_t* p = bytes_.get(); p != end;) {
      FiledQuery query;
      const uint8_t* const next = Read(p, &query);
      const auto size = static_cast<size_t>(next - p);
      if (!gone(query)) {
        std::memmove(out, p, size);
        out += size;
      }
      p = next;
    }
    size_ = static_cast<uint32_t>(out - bytes_.get());
  }

  bool empty() const { return size_ == 0; }
  size_t bytes() const { return size_; }
  size_t memory() const { return capacity_; }
  const uint8_t* begin() const { return bytes_.get(); }

 private:
  static constexpr uint32_t kDecided = uint32_t{1} << 31;
  static constexpr uint32_t kSeveral = uint32_t{1} << 30;
  static constexpr size_t kHead = 2 * sizeof(uint32_t);
  // A length of this and above takes four bytes more.
  static constexpr uint8_t kLong = 255;

  static size_t LengthBytes(size_t size) {
    return size < kLong ? 1 : 1 + sizeof(uint32_t);
  }

  // Reads the query at `p`; where the next one begins.
  static const uint8_t* Read(const uint8_t* p, FiledQuery* query) {
    const auto head = index::LoadAs<uint32_t>(p);
    query->handle = head & (FiledQuery::kMaxHandle - 1);
    query->decided = (head & kDecided) != 0;
    query->several = (head & kSeveral) != 0;
    query->check = index::LoadAs<uint32_t>(p + sizeof(head));
    p += kHead;
    if (query->decided) return p;
    if (*p < kLong) {
      query->program = p + 1;
      return query->program + *p;
    }
    query->program = p + 1 + sizeof(uint32_t);
    return query->program + index::LoadAs<uint32_t>(p + 1);
  }

  void Reserve(size_t size) {
    if (size <= capacity_) return;
    // Most lists have one query, and stay so.
    const size_t capacity =
        capacity_ == 0 ? size : std::max(size, size_t{capacity_} * 3 / 2);
    auto bytes = std::make_unique_for_overwrite<uint8_t[]>(capacity);
    std::copy_n(bytes_.get(), size_, bytes.get());
    bytes_ = std::move(bytes);
    capacity_ = static_cast<uint32_t>(capacity);
  }

  std::unique_ptr<uint8_t[]> bytes_;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_
