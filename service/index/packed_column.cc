#include "service/index/packed_column.h"

#include <algorithm>
#include <bit>

namespace paperwire::index {
namespace {

struct Header {
  uint64_t base = 0;
  uint32_t size = 0;
  uint32_t width = 0;
};

// With what a load of 8 bytes may look at behind the last number.
size_t BytesOf(const Header& header) {
  const size_t numbers = size_t{header.size} * header.width;
  return sizeof(Header) + (numbers + 7) / 8 * 8 + 8;
}

Header Read(std::span<const uint8_t> bytes) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

}  // namespace

bool PackedColumn::Fits(std::span<const uint8_t> bytes) {
  if (bytes.size() < sizeof(Header)) return false;
  const Header header = Read(bytes);
  return header.width <= 8 && BytesOf(header) <= bytes.size();
}

PackedColumn::PackedColumn(std::span<const uint8_t> bytes) {
  const Header header = Read(bytes);
  base_ = header.base;
  size_ = header.size;
  width_ = header.width;
  mask_ = width_ == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * width_)) - 1;
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
    const uint64_t range = static_cast<uint64_t>(*most) - header.base;
    header.width = static_cast<uint32_t>(std::bit_width(range) + 7) / 8;
  }
  const size_t begin = out->size();
  out->resize(begin + BytesOf(header));
  std::memcpy(out->data() + begin, &header, sizeof(header));
  uint8_t* at = out->data() + begin + sizeof(header);
  for (const int64_t number : numbers) {
    const uint64_t difference = static_cast<uint64_t>(number) - header.base;
    std::memcpy(at, &difference, header.width);
    at += header.width;
  }
}

}  // namespace paperwire::index
