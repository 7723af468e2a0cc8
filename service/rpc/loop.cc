#include "service/rpc/loop.h"

#include <chrono>
#include <cstdint>

namespace paperwire::rpc {

namespace {

// Whether this thread leads its loop. A thread serves one loop.
thread_local bool leads = false;

// A look costs as much as a small event, and brings one socket on.
constexpr uint32_t kEventsBetweenLooks = 16;

}  // namespace

Loop::~Loop() {
  Join();
  idle_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (idle_.Next(&tag, &ok)) {
  }
}

void Loop::Run() {
  for (std::thread& thread : threads_) {
    thread = std::thread([this] { Serve(); });
  }
}

void Loop::Serve() {
  uint32_t events = 0;
  while (true) {
    lead_.lock();
    leads = true;
    while (leads) {
      if (++events % kEventsBetweenLooks == 0) LookAtSockets();
      void* tag = nullptr;
      bool ok = false;
      if (!queue_->Next(&tag, &ok)) {
        StepAside();  // the others are to see the same
        return;
      }
      static_cast<Tag*>(tag)->Complete(ok);
    }
  }
}

void Loop::LookAtSockets() {
  // Waiting for an empty queue until a time that has passed is a look at the
  // sockets of all queues: they are polled together.
  void* tag = nullptr;
  bool ok = false;
  idle_.AsyncNext(&tag, &ok, std::chrono::system_clock::time_point());
}

void Loop::StepAside() {
  if (!leads) return;  // did it already, or is being started
  leads = false;
  lead_.unlock();
}

void Loop::Join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Loop::Stop() {
  // An operation that is started on a queue that was shut down is a crash.
  for (int left = tasks_; left > 0; left = tasks_) tasks_.wait(left);
  queue_->Shutdown();
  Join();
}

void Event::Notify() {
  MutexLock lock(&mutex_);
  notified_ = true;
  if (alarm_ != nullptr) alarm_->Cancel();
}

bool Event::Waiter::await_suspend(std::coroutine_handle<> coroutine) {
  coroutine_ = coroutine;
  MutexLock lock(&event_.mutex_);
  if (event_.notified_) {
    event_.notified_ = false;
    notified_ = true;
    return false;  // goes on at once
  }
  event_.alarm_ = std::make_unique<grpc::Alarm>();
  event_.alarm_->Set(
      event_.loop_.queue(),
      deadline_ == absl::InfiniteFuture()
          ? std::chrono::system_clock::now() + std::chrono::hours(24 * 365)
          : absl::ToChronoTime(deadline_),
      static_cast<Tag*>(this));
  return true;
}

void Event::Waiter::Complete(bool) {
  {
    MutexLock lock(&event_.mutex_);
    event_.alarm_.reset();
    notified_ = event_.notified_;
    event_.notified_ = false;
  }
  coroutine_.resume();
}

}  // namespace paperwire::rpc
