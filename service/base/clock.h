// What time it is. Whoever needs the time takes a Clock, so that tests can
// set it.

#ifndef PAPERWIRE_SERVICE_BASE_CLOCK_H_
#define PAPERWIRE_SERVICE_BASE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/mutex.h"

namespace paperwire {

// Thread-safe, as are all its implementations.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;

  // The clock of the machine; lives for ever.
  static Clock* Real();
};

// A clock that stands until it is moved.
class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}

  absl::Time Now() override {
    MutexLock lock(&mutex_);
    return now_;
  }

  void Advance(absl::Duration by) {
    MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_CLOCK_H_
