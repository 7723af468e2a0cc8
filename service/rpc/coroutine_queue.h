// Suspended coroutines that whoever has time goes on with.

#ifndef PAPERWIRE_SERVICE_RPC_COROUTINE_QUEUE_H_
#define PAPERWIRE_SERVICE_RPC_COROUTINE_QUEUE_H_

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "service/base/mutex.h"

namespace paperwire::rpc {

// First in, first out. Thread-safe.
class CoroutineQueue {
 public:
  // Another thread may go on with it before this returns.
  void Push(std::coroutine_handle<> coroutine) {
    MutexLock lock(&mutex_);
    waiting_.push_back(coroutine);
    size_ = waiting_.size();
  }

  // Null when there is none.
  std::coroutine_handle<> Take() {
    MutexLock lock(&mutex_);
    if (waiting_.empty()) return nullptr;
    const std::coroutine_handle<> first = waiting_.front();
    waiting_.pop_front();
    size_ = waiting_.size();
    return first;
  }

  std::deque<std::coroutine_handle<>> TakeAll() {
    MutexLock lock(&mutex_);
    size_ = 0;
    return std::exchange(waiting_, {});
  }

  // Of a moment ago.
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  Mutex mutex_;
  std::deque<std::coroutine_handle<>> waiting_ ABSL_GUARDED_BY(mutex_);
  std::atomic<size_t> size_ = 0;
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_COROUTINE_QUEUE_H_
