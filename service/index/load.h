// Reads a number from bytes that need not be aligned, in little-endian order.
//
//     const uint32_t offset = LoadAs<uint32_t>(p);

#ifndef PAPERWIRE_SERVICE_INDEX_LOAD_H_
#define PAPERWIRE_SERVICE_INDEX_LOAD_H_

#include <cstdint>
#include <cstring>

namespace paperwire::index {

template <typename T>
T LoadAs(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_LOAD_H_
