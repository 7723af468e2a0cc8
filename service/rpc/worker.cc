#include "service/rpc/worker.h"

#include <utility>

#include "service/base/priority.h"

namespace paperwire::rpc {

Worker::Worker() : thread_([this] { Run(); }) {}

Worker::~Worker() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    lock.Changed();
  }
  thread_.join();
}

void Worker::Post(std::function<void()> job) {
  MutexLock lock(&mutex_);
  jobs_.push_back(std::move(job));
  lock.Changed();
}

void Worker::Run() {
  StepBack(Priority::kTakeIn);
  while (true) {
    std::function<void()> job;
    {
      MutexLock lock(&mutex_);
      lock.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !jobs_.empty();
      });
      if (jobs_.empty()) return;  // stopping, and everything is done
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace paperwire::rpc
