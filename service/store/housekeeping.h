// What the store does for itself, beside what it is asked for: notes matches,
// deletes what has expired, forgets the past.
//
//     Housekeeper house(retention, clock, &follower, submit);
//     house.Turn();      // after each group of changes, and when idle
//
// All of it are jobs of the writer like any other, in steps that take some
// milliseconds.

#ifndef PAPERWIRE_SERVICE_STORE_HOUSEKEEPING_H_
#define PAPERWIRE_SERVICE_STORE_HOUSEKEEPING_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/standing/follower.h"
#include "service/store/committer.h"

namespace paperwire::store {

// How much of the past is kept. What goes is said in journal/compaction.h.
struct Retention {
  // For how long the journal keeps everything. Infinite: for ever.
  absl::Duration keep = absl::InfiniteDuration();
  // Forget earlier when the journal holds more bytes than this, but for the
  // last hour. 0: whatever it holds.
  int64_t max_bytes = 0;
  // How often to look.
  absl::Duration period = absl::Minutes(1);

  bool forgets() const {
    return keep < absl::InfiniteDuration() || max_bytes > 0;
  }
};

// One thread, the one that follows the journal.
class Housekeeper {
 public:
  // All must outlive this and the jobs; `submit` hands a job to the writer.
  Housekeeper(Retention retention, Clock* clock, standing::Follower* follower,
              std::function<void(Job)> submit)
      : retention_(retention),
        clock_(*clock),
        follower_(*follower),
        submit_(std::move(submit)) {}

  // Hands in what is due.
  void Turn();

 private:
  bool IsDue(absl::Duration period, absl::Time* last);
  void NoteMatches();
  void DeleteExpired();
  void ForgetPast();
  absl::Status Forget(Transaction& transaction);

  const Retention retention_;
  Clock& clock_;
  standing::Follower& follower_;
  const std::function<void(Job)> submit_;
  absl::Time expired_ = absl::InfinitePast();
  absl::Time forgot_ = absl::InfinitePast();
  bool forgetting_ = false;  // a job is on its way
  std::atomic<bool> more_ = false;  // to forget, after the last step
  bool warned_ = false;             // of the writer's thread
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_HOUSEKEEPING_H_
