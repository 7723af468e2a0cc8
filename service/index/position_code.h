// Positions in a document, a byte each as a rule.
//
// A position is stored as the gap from the one before in its field. A byte
// below 224 is a gap; 224 to 254 begins two bytes, for gaps up to 8,159; 255
// is followed by four bytes, little-endian. Abstracts are short: nine gaps of
// ten take one byte, and sixteen are passed over at once.

#ifndef PAPERWIRE_SERVICE_INDEX_POSITION_CODE_H_
#define PAPERWIRE_SERVICE_INDEX_POSITION_CODE_H_

#include <cstdint>
#include <cstring>
#include <vector>

namespace paperwire::index {

// The first position of a posting is a byte of its own; this one says that it
// stands with the others.
inline constexpr uint8_t kLongFirst = 255;

inline constexpr uint8_t kTwoBytes = 224;
inline constexpr uint8_t kFiveBytes = 255;
inline constexpr uint32_t kTwoBytesEnd =
    kTwoBytes + (kFiveBytes - kTwoBytes) * 256;

inline void PutPosition(std::vector<uint8_t>* out, uint32_t gap) {
  if (gap < kTwoBytes) {
    out->push_back(static_cast<uint8_t>(gap));
  } else if (gap < kTwoBytesEnd) {
    out->push_back(static_cast<uint8_t>(kTwoBytes + ((gap - kTwoBytes) >> 8)));
    out->push_back(static_cast<uint8_t>(gap - kTwoBytes));
  } else {
    out->push_back(kFiveBytes);
    for (int shift = 0; shift < 32; shift += 8) {
      out->push_back(static_cast<uint8_t>(gap >> shift));
    }
  }
}

inline uint32_t GetPosition(const uint8_t** p) {
  const uint8_t first = *(*p)++;
  if (first < kTwoBytes) return first;
  if (first < kFiveBytes) {
    const uint32_t second = *(*p)++;
    return kTwoBytes + (uint32_t{first} - kTwoBytes) * 256 + second;
  }
  uint32_t gap;
  std::memcpy(&gap, *p, sizeof(gap));
  *p += sizeof(gap);
  return gap;
}

// Passes over `count` gaps. May look at up to 15 bytes behind the last.
inline void SkipPositions(const uint8_t** p, uint64_t count) {
  const uint8_t* at = *p;
  while (count >= 8) {
    uint64_t eight;
    std::memcpy(&eight, at, sizeof(eight));
    // The top three bits of a byte are set when it is 224 or more.
    const uint64_t long_ones =
        eight & eight << 1 & eight << 2 & uint64_t{0x8080808080808080};
    if (long_ones == 0) {
      at += 8;
      count -= 8;
      continue;
    }
    const uint32_t shorts =
        static_cast<uint32_t>(__builtin_ctzll(long_ones)) / 8;
    at += shorts;
    at += *at == kFiveBytes ? 5 : 2;
    count -= shorts + 1;
  }
  for (; count > 0; --count) {
    at += *at < kTwoBytes ? 1 : *at < kFiveBytes ? 2 : 5;
  }
  *p = at;
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_POSITION_CODE_H_
