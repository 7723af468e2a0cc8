// Finds a string of a table in two looks into memory: a hash table over the
// strings as they lie, made when first asked, or before that by whoever has the
// time: of a large table it takes milliseconds.
//
//     StringLookup lookup;                  // beside the table
//     lookup.Prepare(table);                // or not
//     uint32_t i = lookup.Find(table, s);   // kNotFound when it is not there
//
// Queries come to it with cold caches, so a bucket is a cache line, and knows
// where its strings lie. Any thread. 13 bytes a string, in memory only.

#ifndef PAPERWIRE_SERVICE_INDEX_STRING_LOOKUP_H_
#define PAPERWIRE_SERVICE_INDEX_STRING_LOOKUP_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "service/base/priority.h"
#include "service/index/string_table.h"

namespace paperwire::index {

class StringLookup {
 public:
  void Prepare(const StringTable& table) const {
    if (table.size() > kSmall) std::call_once(once_, [&] { Make(table); });
  }

  uint32_t Find(const StringTable& table, std::string_view s) const {
    if (table.size() <= kSmall) return table.Find(s);
    Prepare(table);
    const size_t hash = Hash(s);
    for (size_t b = BucketOf(hash);; b = b + 1 < buckets_.size() ? b + 1 : 0) {
      const Bucket& bucket = buckets_[b];
      for (size_t e = 0; e < kEntries; ++e) {
        if (bucket.tags[e] != Tag(hash) || bucket.strings[e] == kNotFound ||
            bucket.lengths[e] != Length(s)) {
          continue;
        }
        const bool same = near_ && s.size() < kLong
                              ? std::memcmp(table.bytes() + bucket.begins[e],
                                            s.data(), s.size()) == 0
                              : table[bucket.strings[e]] == s;
        if (same) return bucket.strings[e];
      }
      if (!bucket.IsFull()) return kNotFound;
    }
  }

 private:
  // Tables of so few strings are searched as they are.
  static constexpr uint32_t kSmall = 4096;

  static constexpr size_t kEntries = 6;
  static constexpr uint8_t kLong = 255;  // and more
  struct alignas(64) Bucket {
    Bucket() { strings.fill(kNotFound); }
    bool IsFull() const { return strings.back() != kNotFound; }

    std::array<uint32_t, kEntries> strings;  // kNotFound: free, and all behind
    std::array<uint32_t, kEntries> begins{};
    std::array<uint8_t, kEntries> lengths{};
    std::array<uint8_t, kEntries> tags{};
  };

  static size_t Hash(std::string_view s) {
    return std::hash<std::string_view>()(s);
  }
  // Bits of the hash that tell most strings of a bucket apart without a look.
  static uint8_t Tag(size_t hash) { return static_cast<uint8_t>(hash >> 56); }
  static uint8_t Length(std::string_view s) {
    return static_cast<uint8_t>(std::min<size_t>(s.size(), kLong));
  }
  size_t BucketOf(size_t hash) const {
    return (hash & 0xFFFFFFFF) * buckets_.size() >> 32;
  }
  void Make(const StringTable& table) const {
    near_ = table.begin(table.size() - 1) <= UINT32_MAX;
    // Four fifths full.
    buckets_.resize(size_t{table.size()} * 5 / (4 * kEntries) + 1);
    for (uint32_t t = 0; t < table.size(); ++t) {
      GiveWayAt(t);
      const std::string_view s = table[t];
      const size_t hash = Hash(s);
      size_t b = BucketOf(hash);
      while (buckets_[b].IsFull()) b = b + 1 < buckets_.size() ? b + 1 : 0;
      Bucket& bucket = buckets_[b];
      const auto e = static_cast<size_t>(
          std::find(bucket.strings.begin(), bucket.strings.end(), kNotFound) -
          bucket.strings.begin());
      bucket.strings[e] = t;
      bucket.begins[e] = static_cast<uint32_t>(table.begin(t));
      bucket.lengths[e] = Length(s);
      bucket.tags[e] = Tag(hash);
    }
  }

  mutable std::once_flag once_;
  mutable std::vector<Bucket> buckets_;
  mutable bool near_ = false;  // all begins fit
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_STRING_LOOKUP_H_
