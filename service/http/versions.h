// Since when an address has answered with the same bytes: Last-Modified of what
// is made anew for each request.
//
// A board changes with the hour and a list of matches with a deletion, and no
// paper of theirs tells when. So it is remembered what each address answered
// last, by hash, and when it first did. After a restart everything is new once.

#ifndef PAPERWIRE_SERVICE_HTTP_VERSIONS_H_
#define PAPERWIRE_SERVICE_HTTP_VERSIONS_H_

#include <cstdint>
#include <deque>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"

namespace paperwire::http {

// Thread-safe.
class Versions {
 public:
  // The oldest of more than `max` addresses are forgotten. `clock` must outlive
  // this.
  explicit Versions(Clock* clock, size_t max = 4096)
      : clock_(*clock), max_(max) {}

  // The second from which on `address` answers `hash`. Each of its versions has
  // a second of its own, so that a date tells them apart: one that follows
  // within the same second gets the next, which is still to come.
  absl::Time Since(std::string_view address, uint64_t hash);

 private:
  struct Version {
    uint64_t hash = 0;
    absl::Time since;
  };

  Clock& clock_;
  const size_t max_;
  Mutex mutex_;
  absl::flat_hash_map<uint64_t, Version> versions_ ABSL_GUARDED_BY(mutex_);
  std::deque<uint64_t> oldest_ ABSL_GUARDED_BY(mutex_);  // first
};

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_VERSIONS_H_
