// A queue between two threads that holds the faster one back.
//
//     BoundedQueue<Batch> queue(4);
//     // one thread                     // the other
//     while (queue.Push(Read())) {}     while (auto batch = queue.Pop()) ...
//     queue.Close();
//
// Thread-safe.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_BOUNDED_QUEUE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_BOUNDED_QUEUE_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace paperwire::command {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t most) : most_(most) {}

  // Waits for room. False: the queue was closed, and `value` is dropped.
  bool Push(T value) {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &BoundedQueue::CanPush));
    if (closed_) return false;
    values_.push_back(std::move(value));
    return true;
  }

  // Waits for a value. Nothing: the queue was closed and is empty.
  std::optional<T> Pop() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &BoundedQueue::CanPop));
    if (values_.empty()) return std::nullopt;
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

  // What was pushed can still be popped.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

 private:
  bool CanPush() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return closed_ || values_.size() < most_;
  }
  bool CanPop() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return closed_ || !values_.empty();
  }

  const size_t most_;
  absl::Mutex mutex_;
  std::deque<T> values_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_BOUNDED_QUEUE_H_
