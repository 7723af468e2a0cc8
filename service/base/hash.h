// A hash that is the same on every machine and in every release, for what is
// stored or handed out (absl::Hash changes with every run). Not a defence
// against those who look for collisions: verify what a hash finds.

#ifndef PAPERWIRE_SERVICE_BASE_HASH_H_
#define PAPERWIRE_SERVICE_BASE_HASH_H_

#include <cstdint>
#include <string_view>

namespace paperwire {

// FNV-1a, 64 bits (Fowler, Noll, Vo), with a final mix of its bits (from
// MurmurHash3, Appleby), because FNV leaves the last bytes in the low bits.
constexpr uint64_t StableHash(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  }
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
  return hash ^ (hash >> 33);
}

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_HASH_H_
