// A thread for what would hold the loop up: a batch of a thousand papers takes
// milliseconds to parse, and calls of others wait behind it.
//
//     Worker worker;
//     worker.Post([call] { ... });   // runs soon, after what was posted before
//
// It steps back for those that answer calls (base/priority.h). What takes long
// belongs here, what waits for something does not: there is one thread for all.

#ifndef PAPERWIRE_SERVICE_RPC_WORKER_H_
#define PAPERWIRE_SERVICE_RPC_WORKER_H_

#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "service/base/mutex.h"

namespace paperwire::rpc {

// Thread-safe.
class Worker {
 public:
  Worker();
  // Runs what was posted.
  ~Worker();

  // Jobs run one after the other, in the order in which they were posted.
  void Post(std::function<void()> job);

 private:
  void Run();

  Mutex mutex_;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_WORKER_H_
