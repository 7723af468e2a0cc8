// Frequent keywords as bitmaps, made when first asked for and kept: a filter on
// one is then a few words to combine with, not thousands of entries.

#ifndef PAPERWIRE_SERVICE_INDEX_KEYWORD_BITMAPS_H_
#define PAPERWIRE_SERVICE_INDEX_KEYWORD_BITMAPS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/base/mutex.h"

namespace paperwire::index {

// Any thread.
class KeywordBitmaps {
 public:
  // The bitmap of keyword `k`, which has these of the segment's documents, in
  // whole windows; null when it is too rare to be worth one.
  const uint64_t* Of(uint32_t k, std::span<const uint32_t> with,
                     uint32_t documents) const;

 private:
  mutable Mutex mutex_;
  mutable absl::flat_hash_map<uint32_t, std::unique_ptr<std::vector<uint64_t>>>
      bitmaps_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_KEYWORD_BITMAPS_H_
