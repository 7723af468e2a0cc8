// Numbers in as few bytes as they need: seven bits a byte, lowest first, the
// top bit set on all but the last (LEB128, as in Protocol Buffers).

#ifndef PAPERWIRE_SERVICE_INDEX_VARINT_H_
#define PAPERWIRE_SERVICE_INDEX_VARINT_H_

#include <cstdint>
#include <vector>

namespace paperwire::index {

inline void PutVarint(std::vector<uint8_t>* out, uint64_t value) {
  while (value >= 0x80) {
    out->push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<uint8_t>(value));
}

// Reads one number and moves *p behind it. The bytes must be whole: they are
// covered by the checksum of their file.
inline uint64_t GetVarint(const uint8_t** p) {
  uint64_t value = *(*p)++;
  if (value < 0x80) return value;
  value &= 0x7f;
  for (int shift = 7; shift < 64; shift += 7) {
    const uint64_t byte = *(*p)++;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

inline void SkipVarints(const uint8_t** p, uint64_t count) {
  while (count > 0) count -= *(*p)++ < 0x80;
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_VARINT_H_
