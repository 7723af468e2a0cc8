// A sorted list of distinct strings, read where it lies.
//
// `offsets` holds one more entry than there are strings; string i is
// bytes[offsets[i], offsets[i + 1]). Order is that of unsigned bytes.

#ifndef PAPERWIRE_SERVICE_INDEX_STRING_TABLE_H_
#define PAPERWIRE_SERVICE_INDEX_STRING_TABLE_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace paperwire::index {

inline constexpr uint32_t kNotFound = UINT32_MAX;

class StringTable {
 public:
  StringTable() = default;
  StringTable(std::span<const uint32_t> offsets, std::span<const char> bytes)
      : offsets_(offsets), bytes_(bytes) {}

  uint32_t size() const {
    return offsets_.empty() ? 0 : static_cast<uint32_t>(offsets_.size() - 1);
  }

  std::string_view operator[](uint32_t i) const {
    return {bytes_.data() + offsets_[i], offsets_[i + 1] - offsets_[i]};
  }

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
  std::span<const uint32_t> offsets_;
  std::span<const char> bytes_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_STRING_TABLE_H_
