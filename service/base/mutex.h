// std::mutex with Abseil's names and Clang's thread-safety annotations.
//
//     Mutex mutex;
//     int count ABSL_GUARDED_BY(mutex) = 0;
//     MutexLock lock(&mutex);
//     lock.Await([&] { return count > 0; });   // releases it while it waits
//
// Not absl::Mutex: Debian's build of it is opaque to ThreadSanitizer, which
// then takes every guarded access for a race and hides the real ones.

#ifndef PAPERWIRE_SERVICE_BASE_MUTEX_H_
#define PAPERWIRE_SERVICE_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace paperwire {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

 private:
  friend class MutexLock;
  std::mutex mutex_;
  std::condition_variable changed_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(*mutex), lock_(mutex->mutex_) {}
  ~MutexLock() ABSL_UNLOCK_FUNCTION() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // Waits, without the lock, until `condition` holds; it is looked at, with
  // the lock, whenever somebody calls Changed.
  template <typename Condition>
  void Await(Condition condition) {
    mutex_.changed_.wait(lock_, condition);
  }

  // The same, for so long at most. Whether the condition holds then.
  template <typename Condition>
  bool AwaitFor(std::chrono::milliseconds time, Condition condition) {
    return mutex_.changed_.wait_for(lock_, time, condition);
  }

  // Whoever waits looks at its condition again. Call it after a change that a
  // condition depends on.
  void Changed() { mutex_.changed_.notify_all(); }

 private:
  Mutex& mutex_;
  std::unique_lock<std::mutex> lock_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_MUTEX_H_
