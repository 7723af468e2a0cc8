// The disguise is a Feistel network of four rounds over two halves of 25
// bits: a permutation of the numbers below 2^50, so that no two numbers share
// an id. It hides nothing from those who read this file; it only keeps ids
// from being read as counts.

#include "service/base/paper_id.h"

#include "service/base/strings.h"


namespace paperwire {
namespace {

constexpr int kHalfBits = 25;
constexpr uint64_t kHalfMask = (uint64_t{1} << kHalfBits) - 1;
constexpr uint64_t kRoundKeys[] = {0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f,
                                   0x165667b19e3779f9, 0x27d4eb2f165667c5};
constexpr int kIdLength = 10;  // 10 digits of 5 bits
// Crockford's base 32: no i, l, o or u.
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view kPrefix = "papers/";

uint64_t Round(uint64_t half, uint64_t key) {
  uint64_t x = (half + 1) * key;
  x ^= x >> 29;
  x *= 0xbf58476d1ce4e5b9;
  return (x >> 32) & kHalfMask;
}

uint64_t Disguise(uint64_t number) {
  uint64_t left = number >> kHalfBits;
  uint64_t right = number & kHalfMask;
  for (uint64_t key : kRoundKeys) {
    const uint64_t next = left ^ Round(right, key);
    left = right;
    right = next;
  }
  return left << kHalfBits | right;
}

uint64_t Reveal(uint64_t id) {
  uint64_t left = id >> kHalfBits;
  uint64_t right = id & kHalfMask;
  for (int i = 3; i >= 0; --i) {
    const uint64_t previous = right ^ Round(left, kRoundKeys[i]);
    right = left;
    left = previous;
  }
  return left << kHalfBits | right;
}

}  // namespace

std::string PaperName(int64_t number) {
  uint64_t id = Disguise(static_cast<uint64_t>(number));
  std::string digits(kIdLength, '0');
  for (int i = kIdLength - 1; i >= 0; --i) {
    digits[i] = kDigits[id & 31];
    id >>= 5;
  }
  return StrCat(kPrefix, digits);
}

std::optional<int64_t> NumberOfName(std::string_view name) {
  if (!ConsumePrefix(&name, kPrefix) || name.size() != kIdLength) {
    return std::nullopt;
  }
  uint64_t id = 0;
  for (char c : name) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    id = id << 5 | digit;
  }
  const int64_t number = static_cast<int64_t>(Reveal(id));
  if (number < 1) return std::nullopt;
  return number;
}

}  // namespace paperwire
