// A sorted list of distinct strings, read where it lies.
//
// String i is the lengths[i] bytes from begins[i] on; strings may share bytes.
// Order is that of unsigned bytes.

#ifndef PAPERWIRE_SERVICE_INDEX_STRING_TABLE_H_
#define PAPERWIRE_SERVICE_INDEX_STRING_TABLE_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "service/index/framed_column.h"
#include "service/index/packed_column.h"

namespace paperwire::index {

inline constexpr uint32_t kNotFound = UINT32_MAX;

class StringTable {
 public:
  StringTable() = default;
  // `table` is a column of where the strings begin and one of their lengths.
  // Must be Fits(table, bytes).
  StringTable(std::span<const uint8_t> table, std::span<const char> bytes)
      : begins_(table),
        lengths_(table.subspan(begins_.bytes())),
        bytes_(bytes.data()) {}

  // Whether they are a table: all strings inside of `bytes`, distinct and in
  // order.
  static bool Fits(std::span<const uint8_t> table, std::span<const char> bytes);

  uint32_t size() const { return begins_.size(); }

  std::string_view operator[](uint32_t i) const {
    return {bytes_ + begins_[i], static_cast<size_t>(lengths_[i])};
  }

  // Where string i begins in bytes().
  uint64_t begin(uint32_t i) const { return static_cast<uint64_t>(begins_[i]); }
  const char* bytes() const { return bytes_; }

  // The first string that is not less than `s`; size() when there is none.
  uint32_t LowerBound(std::string_view s) const {
    uint32_t low = 0;
    uint32_t high = size();
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if ((*this)[middle] < s) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // kNotFound when it is not there.
  uint32_t Find(std::string_view s) const {
    const uint32_t i = LowerBound(s);
    return i < size() && (*this)[i] == s ? i : kNotFound;
  }

 private:
  FramedColumn begins_;
  PackedColumn lengths_;
  const char* bytes_ = nullptr;
};

// Writes strings, distinct and in order, as a table with bytes of its own.
void PutTable(std::span<const std::string_view> strings,
              std::vector<uint8_t>* table, std::vector<uint8_t>* bytes);

// Writes the tables of stems and of spellings, which share their bytes: a
// spelling lies where the next one does when that begins with it, and a stem
// where its first spelling does, as it does almost always. first_forms[t] is
// the place of the first spelling of stem t.
void PutWordTables(std::span<const std::string_view> terms,
                   std::span<const std::string_view> forms,
                   std::span<const uint32_t> first_forms,
                   std::vector<uint8_t>* term_table,
                   std::vector<uint8_t>* form_table,
                   std::vector<uint8_t>* bytes);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_STRING_TABLE_H_
