// Snapshots that page tokens refer to: a walk over many pages sees the same
// papers, order and total on each, whatever is imported meanwhile.
//
// Holding a snapshot is cheap: it shares its segments with its neighbours.

#ifndef PAPERWIRE_SERVICE_STORE_WALKS_H_
#define PAPERWIRE_SERVICE_STORE_WALKS_H_

#include <cstdint>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/index/snapshot.h"

namespace paperwire::store {

// Thread-safe.
class Walks {
 public:
  explicit Walks(Clock* clock) : clock_(*clock) {}

  // Holds the snapshot for at least kLifetime from now, unless kMax newer
  // ones push it out.
  void Keep(std::shared_ptr<const index::Snapshot> snapshot);

  // The snapshot that is complete up to `sequence`, or null when it is no
  // longer held.
  std::shared_ptr<const index::Snapshot> Find(int64_t sequence);

  static constexpr absl::Duration kLifetime = absl::Minutes(10);
  static constexpr size_t kMax = 256;

 private:
  struct Held {
    std::shared_ptr<const index::Snapshot> snapshot;
    absl::Time used;
  };

  Clock& clock_;
  Mutex mutex_;
  std::map<int64_t, Held> held_ ABSL_GUARDED_BY(mutex_);  // by sequence
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_WALKS_H_
