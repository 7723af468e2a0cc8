#include "service/rpc/loop.h"

#include <chrono>
#include <cstdint>
#include <utility>

namespace paperwire::rpc {

namespace {

// Whether this thread leads its loop. A thread serves one loop.
thread_local bool leads = false;

// A look costs as much as a small event, and brings one socket on.
constexpr uint32_t kEventsBetweenLooks = 16;

// For how long a leader takes in what comes while something is to run aside,
// which waits for that; and when nothing more has stepped aside lately. With 16
// events at most, some 60 us, each search cost the server 6 to 9 us more than
// with half a millisecond for both (bench_rpc, two runs in turns).
constexpr std::chrono::nanoseconds kLongestTaking =
    std::chrono::milliseconds(3);
constexpr std::chrono::nanoseconds kLongestLull =
    std::chrono::microseconds(500);

// What comes after so long a time comes alone: to look for more would only
// delay it.
constexpr std::chrono::nanoseconds kRest = std::chrono::milliseconds(1);

// Answers that go together, and for how long the first of them waits for the
// others: as long as more is to run aside, which will answer soon; and if
// nothing is. Three words among 148,000 papers, strict, cost the server 31 to
// 38 us more than the search in-process when answers are sent as they come, 23
// when 16 go together, and 22 when 32 do (bench_rpc, three runs in turns). Half
// a millisecond was enough for them on a quick machine, but for 4 to 7 on one
// at a third of its speed, where a search then took 4 to 11 us more (medians of
// ten series in turns).
constexpr size_t kMostAnswers = 32;
constexpr std::chrono::nanoseconds kLongestWait = std::chrono::milliseconds(3);
constexpr std::chrono::nanoseconds kLongestLoneWait =
    std::chrono::microseconds(500);

// What is there, without waiting. An empty queue is a look at the sockets.
grpc::CompletionQueue::NextStatus Poll(grpc::CompletionQueue& queue, void** tag,
                                       bool* ok) {
  return queue.AsyncNext(tag, ok, std::chrono::system_clock::time_point());
}

int64_t Now() {
  return std::chrono::steady_clock::now().time_since_epoch() /
         std::chrono::nanoseconds(1);
}

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
  bool open = true;
  while (open) {
    lead_.lock();
    leads = true;
    open = Lead();
    leads = false;
    // Before another one leads, who would take it from here.
    std::coroutine_handle<> coroutine = aside_.Take();
    lead_.unlock();
    for (; coroutine; coroutine = aside_.Take()) {
      coroutine.resume();
      if (AnswersAreDue()) SendAnswers();
    }
  }
}

// Until something is to run aside: true. False: the queue was shut down.
bool Loop::Lead() {
  int64_t taking_since = 0;
  int64_t stepped_aside = 0;  // when somebody did
  size_t seen_aside = 0;      // so many, when that was last looked at
  while (true) {
    if (++events_ % kEventsBetweenLooks == 0) LookAtSockets();
    void* tag = nullptr;
    bool ok = false;
    bool rested = false;
    if (aside_.empty() && answers_.empty()) {
      waits_ = true;
      // Whoever has an answer from here on sees that this one waits.
      const bool waits = answers_.empty();
      if (waits && !queue_->Next(&tag, &ok)) return false;
      waits_ = false;
      if (!waits) continue;
      const int64_t before = std::exchange(last_wait_, Now());
      rested = last_wait_ - before >= kRest.count();
    } else {
      if (!aside_.empty()) {
        const int64_t now = Now();
        if (taking_since == 0) taking_since = now;
        const size_t aside = aside_.size();
        if (aside > std::exchange(seen_aside, aside)) stepped_aside = now;
        if (now - taking_since >= kLongestTaking.count() ||
            now - stepped_aside >= kLongestLull.count()) {
          return true;
        }
      }
      if (AnswersAreDue()) SendAnswers();
      const grpc::CompletionQueue::NextStatus next = Poll(*queue_, &tag, &ok);
      if (next == grpc::CompletionQueue::SHUTDOWN) return false;
      if (next == grpc::CompletionQueue::TIMEOUT) {
        if (!aside_.empty()) return true;
        SendAnswers();
        continue;
      }
    }
    static_cast<Tag*>(tag)->Complete(ok);
    if (rested && !aside_.empty()) return true;
  }
}

void Loop::LookAtSockets() {
  // They are polled together, whichever queue is looked at.
  void* tag = nullptr;
  bool ok = false;
  Poll(idle_, &tag, &ok);
}

bool Loop::AsideWaiter::await_ready() const { return !leads; }

void Loop::TogetherWaiter::await_suspend(std::coroutine_handle<> coroutine) {
  if (loop_.answers_.empty()) loop_.answers_since_ = Now();
  loop_.answers_.Push(coroutine);
}

bool Loop::AnswersAreDue() const {
  const size_t count = answers_.size();
  if (count == 0) return false;
  if (count >= kMostAnswers || waits_) return true;
  const auto longest = aside_.empty() ? kLongestLoneWait : kLongestWait;
  return Now() - answers_since_ >= longest.count();
}

void Loop::SendLateAnswers() {
  if (AnswersAreDue()) SendAnswers();
}

void Loop::SendAnswers() {
  for (const std::coroutine_handle<> coroutine : answers_.TakeAll()) {
    coroutine.resume();
  }
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
