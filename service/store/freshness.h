// The freshness of sources for whoever asks often: read at most once a second.
//
//     Freshness freshness(&connections, clock);
//     for (const v1::SourceFreshness& s : *freshness.Get()) ...

#ifndef PAPERWIRE_SERVICE_STORE_FRESHNESS_H_
#define PAPERWIRE_SERVICE_STORE_FRESHNESS_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "paperwire/v1/source.pb.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/journal/connections.h"

namespace paperwire::store {

// Thread-safe.
class Freshness {
 public:
  // Both must outlive this.
  Freshness(journal::Connections* journal, Clock* clock)
      : journal_(*journal), clock_(*clock) {}

  // All sources, as catalogue::ListSources orders them; what was read last
  // when they cannot be read now, which the log says.
  std::shared_ptr<const std::vector<v1::SourceFreshness>> Get();

  static constexpr absl::Duration kAge = absl::Seconds(1);

 private:
  journal::Connections& journal_;
  Clock& clock_;

  Mutex mutex_;
  absl::Time read_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::shared_ptr<const std::vector<v1::SourceFreshness>> sources_
      ABSL_GUARDED_BY(mutex_) =
          std::make_shared<const std::vector<v1::SourceFreshness>>();
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_FRESHNESS_H_
