// A completion queue with the threads that serve it, and what a coroutine waits
// for on it.
//
// Every call is a coroutine, which between two steps costs no thread. One
// thread leads: it waits for what comes next and goes on with the coroutine
// that was waiting for that. So coroutines run one at a time, and what they
// share needs no lock. A handler reads straight down:
//
//     Task ServeSomething(Loop& loop, ...) {
//       const bool ok = co_await Start([&](void* tag) {
//         reader.Read(&message, tag);
//       });
//       co_await loop.Aside();     // beside the others: this one takes time
//       answer = Compute(message);
//       co_await loop.Together();  // with others that have an answer by now
//       co_await Start(...);       // and is one of many again
//     }
//
// Leader and followers (Schmidt et al., "Pattern-Oriented Software
// Architecture" 2, 2000), because threads that wait in gRPC side by side wake
// each other for every message: whichever comes back from polling sends another
// one to poll. Of a call that does nothing that was a fifth of the cost.
//
// Under load calls come in bunches, and are served so. The leader takes in what
// is there before it hands the lead over, and answers that are ready at nearly
// the same time are sent one after the other: that finds gRPC's code in the
// caches, and the client awake. It is a fifth of what a search costs. An answer
// never waits while a thread is free to send it.
//
// A queue that always has something is never a reason to wait, and gRPC looks
// at its sockets only while it waits: streams that have enough to say would
// keep everybody else out. So the leader looks at them now and then, whatever
// is queued.
//
// Completion queues instead of gRPC's callbacks: with Debian's gRPC 1.51 they
// are faster, and a callback server stalls for up to 100 ms on the first call
// after a second of idleness.

#ifndef PAPERWIRE_SERVICE_RPC_LOOP_H_
#define PAPERWIRE_SERVICE_RPC_LOOP_H_

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "service/base/mutex.h"
#include "service/rpc/coroutine_queue.h"

namespace paperwire::rpc {

// What stands for a started operation in a completion queue.
class Tag {
 public:
  virtual ~Tag() = default;
  // On the leading thread, once. `ok` as gRPC defines it for the operation.
  virtual void Complete(bool ok) = 0;
};

// A coroutine that starts at once, runs by itself and frees itself at its end.
// Its first parameter is the Loop that it lives on, which stays open until it
// has ended.
struct Task {
  class promise_type;
};

// `co_await Start(f)` calls f(tag), which must start one operation with this
// tag on the coroutine's own loop, and gives its `ok`.
template <typename F>
class Start : public Tag {
 public:
  explicit Start(F start) : start_(std::move(start)) {}

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    coroutine_ = coroutine;
    start_(static_cast<void*>(static_cast<Tag*>(this)));
  }
  bool await_resume() const { return ok_; }

  void Complete(bool ok) override {
    ok_ = ok;
    coroutine_.resume();
  }

 private:
  F start_;
  std::coroutine_handle<> coroutine_;
  bool ok_ = false;
};

class Loop {
 public:
  explicit Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue,
                int threads = 1)
      : queue_(std::move(queue)), threads_(static_cast<size_t>(threads)) {}
  // Stop must have been called.
  ~Loop();

  grpc::ServerCompletionQueue* queue() { return queue_.get(); }

  // Starts the threads. Coroutines may be started on the loop before.
  void Run();

  // `co_await loop.Aside()` before what may take longer than a few
  // microseconds: until it next waits for something the coroutine runs beside
  // the others, on any thread, and must not touch what they share with it.
  class AsideWaiter;
  AsideWaiter Aside();

  // `co_await loop.Together()` before an answer is sent: until there are enough
  // of them, a thread has nothing else to do, or three milliseconds have
  // passed; half a millisecond when no other is about to be made.
  class TogetherWaiter;
  TogetherWaiter Together();

  // To be called now and then by what takes long, on its own thread: sends the
  // answers that are due, when all threads may be busy. Costs next to nothing.
  void SendLateAnswers();

  // After the server was shut down, which ends what its coroutines wait for:
  // returns when the last of them has ended. Until then they go on as before:
  // one whose call is over may be waiting for the store, and finishes the call
  // afterwards.
  void Stop();

 private:
  friend class Task::promise_type;

  void Serve();
  bool Lead();
  void LookAtSockets();
  bool AnswersAreDue() const;
  void SendAnswers();
  void Join();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  // Nothing is ever started on it.
  grpc::CompletionQueue idle_;
  std::vector<std::thread> threads_;
  std::atomic<int> tasks_ = 0;  // coroutines that have not ended

  std::mutex lead_;  // whoever holds it leads
  // The leader's alone.
  uint32_t events_ = 0;
  int64_t last_wait_ = 0;  // when it ended, ns of the steady clock

  std::atomic<bool> waits_ = false;  // the leader: a thread is free

  CoroutineQueue aside_;    // have stepped aside, and no thread has them yet
  CoroutineQueue answers_;  // are to go on together
  std::atomic<int64_t> answers_since_ = 0;  // ns of the steady clock
};

class Loop::AsideWaiter {
 public:
  explicit AsideWaiter(Loop* loop) : loop_(*loop) {}
  // False on a thread that does not lead: it is aside, or is being started.
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<> coroutine) {
    loop_.aside_.Push(coroutine);
  }
  void await_resume() const {}

 private:
  Loop& loop_;
};

class Loop::TogetherWaiter {
 public:
  explicit TogetherWaiter(Loop* loop) : loop_(*loop) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine);
  void await_resume() const {}

 private:
  Loop& loop_;
};

inline Loop::AsideWaiter Loop::Aside() { return AsideWaiter(this); }
inline Loop::TogetherWaiter Loop::Together() { return TogetherWaiter(this); }

class Task::promise_type {
 public:
  template <typename... Others>
  explicit promise_type(Loop& loop, Others&...) : loop_(loop) {
    ++loop_.tasks_;
  }
  // Of a member function.
  template <typename Self, typename... Others>
  promise_type(Self&, Loop& loop, Others&...) : promise_type(loop) {}
  ~promise_type() {
    --loop_.tasks_;
    loop_.tasks_.notify_all();
  }

  Task get_return_object() { return {}; }
  std::suspend_never initial_suspend() noexcept { return {}; }
  std::suspend_never final_suspend() noexcept { return {}; }
  void return_void() {}
  void unhandled_exception() { std::terminate(); }

 private:
  Loop& loop_;
};

// Something to wait for that happens on another thread, or a time. It may be
// destroyed by whoever waited.
class Event {
 public:
  explicit Event(Loop* loop) : loop_(*loop) {}

  // Any thread; wakes whoever waits, or the next one to do so at once.
  void Notify();

  // `co_await event.Wait(deadline)`: until notified or that time. One waiter
  // at a time, a coroutine of the loop. False: it was the time.
  class Waiter : public Tag {
   public:
    Waiter(Event* event, absl::Time deadline)
        : event_(*event), deadline_(deadline) {}
    bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine);
    bool await_resume() const { return notified_; }
    void Complete(bool ok) override;

   private:
    Event& event_;
    const absl::Time deadline_;
    std::coroutine_handle<> coroutine_;
    bool notified_ = false;
  };
  Waiter Wait(absl::Time deadline) { return Waiter(this, deadline); }
  Waiter Wait() { return Wait(absl::InfiniteFuture()); }

 private:
  Loop& loop_;
  Mutex mutex_;
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
  // Set while somebody waits; cancelling it is what wakes them.
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_LOOP_H_
