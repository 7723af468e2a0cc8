#include "service/index/packed_column.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "service/base/priority.h"

namespace paperwire::index {
namespace {

// The widest number that a load of eight bytes has whole, wherever it begins.
constexpr uint32_t kWidest = 57;
constexpr uint32_t kWhole = 64;

struct Header {
  uint64_t base = 0;
  uint32_t size = 0;
  uint32_t width = 0;
};

// With what a load of 8 bytes may look at behind the last number.
size_t BytesOf(const Header& header) {
  const size_t bits = size_t{header.size} * header.width;
  return sizeof(Header) + (bits + 63) / 64 * 8 + 8;
}

}  // namespace

bool PackedColumn::Fits(std::span<const uint8_t> bytes) {
  if (bytes.size() < sizeof(Header)) return false;
  const auto header = LoadAs<Header>(bytes.data());
  return (header.width <= kWidest || header.width == kWhole) &&
         BytesOf(header) <= bytes.size();
}

PackedColumn::PackedColumn(std::span<const uint8_t> bytes) {
  const auto header = LoadAs<Header>(bytes.data());
  base_ = header.base;
  size_ = header.size;
  width_ = header.width;
  mask_ = width_ == kWhole ? ~uint64_t{0} : (uint64_t{1} << width_) - 1;
  data_ = bytes.data() + sizeof(Header);
}

size_t PackedColumn::bytes() const {
  return BytesOf({.base = base_, .size = size_, .width = width_});
}

void PutColumn(std::span<const int64_t> numbers, std::vector<uint8_t>* out) {
  Header header;
  header.size = static_cast<uint32_t>(numbers.size());
  if (!numbers.empty()) {
    const auto [least, most] =
        std::minmax_element(numbers.begin(), numbers.end());
    header.base = static_cast<uint64_t>(*least);
    const auto width = static_cast<uint32_t>(
        std::bit_width(static_cast<uint64_t>(*most) - header.base));
    header.width = width > kWidest ? kWhole : width;
  }
  const size_t begin = out->size();
  out->resize(begin + BytesOf(header));
  std::memcpy(out->data() + begin, &header, sizeof(header));
  uint8_t* const data = out->data() + begin + sizeof(header);
  uint64_t bit = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    GiveWayAt(i);
    const int64_t number = numbers[i];
    const uint64_t difference = static_cast<uint64_t>(number) - header.base;
    uint64_t word;
    std::memcpy(&word, data + bit / 8, sizeof(word));
    word |= difference << (bit % 8);
    std::memcpy(data + bit / 8, &word, sizeof(word));
    bit += header.width;
  }
}

}  // namespace paperwire::index
