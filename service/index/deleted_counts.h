// How many deleted documents of a segment have a stem, remembered: scores are
// made of the living ones, and going through a stem's postings for every query
// costs more than the query.

#ifndef PAPERWIRE_SERVICE_INDEX_DELETED_COUNTS_H_
#define PAPERWIRE_SERVICE_INDEX_DELETED_COUNTS_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "service/base/mutex.h"

namespace paperwire::index {

// Belongs to one bitmap of deletions. Any thread.
class DeletedCounts {
 public:
  // What count() says of the stem, asked once. Whoever comes first counts;
  // others who come meanwhile count too.
  template <typename Count>
  uint32_t Of(uint32_t term, Count count) {
    {
      MutexLock lock(&mutex_);
      const auto known = counts_.find(term);
      if (known != counts_.end()) return known->second;
    }
    const uint32_t counted = count();
    MutexLock lock(&mutex_);
    counts_.emplace(term, counted);
    return counted;
  }

 private:
  Mutex mutex_;
  absl::flat_hash_map<uint32_t, uint32_t> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_DELETED_COUNTS_H_
