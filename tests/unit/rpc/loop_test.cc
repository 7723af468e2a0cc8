#include "service/rpc/loop.h"

#include <arpa/inet.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <thread>

#include "absl/time/clock.h"

namespace paperwire::rpc {
namespace {

// A server without services: what a loop needs to have a queue.
class LoopTest : public testing::Test {
 protected:
  LoopTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    loop_ = std::make_unique<Loop>(builder.AddCompletionQueue(), 2);
    server_ = builder.BuildAndStart();
    loop_->Run();
  }

  int port_ = 0;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<grpc::Server> server_;
};

Task WaitTwice(Loop&, Event& event, std::atomic<int>& steps) {
  co_await event.Wait();
  ++steps;
  co_await event.Wait(absl::Now());
  ++steps;
}

TEST_F(LoopTest, ACoroutineGoesOnWhenItIsNotified) {
  Event event(loop_.get());
  std::atomic<int> steps = 0;
  WaitTwice(*loop_, event, steps);
  EXPECT_EQ(steps, 0);
  event.Notify();
  server_->Shutdown();
  loop_->Stop();
  EXPECT_EQ(steps, 2);
}

// An import whose client was gone waited for the store while the server
// stopped, finished its call on a queue that was shut down, and gRPC aborted.
TEST_F(LoopTest, StopWaitsForWhatAnotherThreadStillAnswers) {
  Event event(loop_.get());
  std::atomic<int> steps = 0;
  WaitTwice(*loop_, event, steps);
  server_->Shutdown();
  std::thread store([&event] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    event.Notify();
  });
  loop_->Stop();
  EXPECT_EQ(steps, 2);
  store.join();
}

// Waits, beside the loop, until somebody else has run on it.
Task WaitAside(Loop& loop, Event& begin, std::atomic<bool>& others_ran) {
  co_await begin.Wait();
  co_await loop.Aside();
  others_ran.wait(false);
}

Task RunOnce(Loop&, Event& begin, std::atomic<bool>& ran) {
  co_await begin.Wait();
  ran = true;
  ran.notify_all();
}

TEST_F(LoopTest, WhoStepsAsideKeepsNobodyWaiting) {
  Event first(loop_.get());
  Event second(loop_.get());
  std::atomic<bool> ran = false;
  WaitAside(*loop_, first, ran);
  RunOnce(*loop_, second, ran);
  first.Notify();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  second.Notify();
  server_->Shutdown();
  loop_->Stop();
  EXPECT_TRUE(ran);
}

struct Visits {
  int inside = 0;  // no atomic: what the loop promises
  int most = 0;
  int all = 0;
};

Task Visit(Loop& loop, Visits& visits, int times) {
  Event event(&loop);
  for (int i = 0; i < times; ++i) {
    co_await event.Wait(absl::Now());
    visits.most = std::max(visits.most, ++visits.inside);
    if (i % 7 == 0) std::this_thread::yield();
    ++visits.all;
    --visits.inside;
    if (i % 3 == 0) co_await loop.Aside();
    if (i % 6 == 0) co_await loop.Together();
  }
}

TEST_F(LoopTest, OneCoroutineRunsAtATimeWhoeverLeads) {
  Visits visits;
  for (int i = 0; i < 8; ++i) Visit(*loop_, visits, 500);
  server_->Shutdown();
  loop_->Stop();
  EXPECT_EQ(visits.all, 8 * 500);
  EXPECT_EQ(visits.most, 1);
}

// A loop with one thread, which does not run yet: what is notified before it
// does comes in a bunch.
struct OneThread {
  OneThread() {
    grpc::ServerBuilder builder;
    loop = std::make_unique<Loop>(builder.AddCompletionQueue(), 1);
    server = builder.BuildAndStart();
  }
  // Until everything on it has ended; hangs when something is forgotten.
  void Run() {
    loop->Run();
    server->Shutdown();
    loop->Stop();
  }

  std::unique_ptr<Loop> loop;
  std::unique_ptr<grpc::Server> server;
};

void Work(absl::Duration time) {
  for (const absl::Time end = absl::Now() + time; absl::Now() < end;) {
  }
}

// As a call is answered: with work that takes its time.
Task Answer(Loop& loop, Event& begin, absl::Duration work,
            std::atomic<int>& computed,
            std::atomic<int>& computed_before_first) {
  co_await begin.Wait();
  co_await loop.Aside();
  Work(work);
  ++computed;
  co_await loop.Together();
  int none = 0;
  computed_before_first.compare_exchange_strong(none, computed);
}

// How many of four answers had been computed when the first went out. They wait
// for some milliseconds at most, which a busy machine may take for one of them:
// the most of some tries.
int GoTogether(absl::Duration work, int tries) {
  int most = 0;
  for (int i = 0; i < tries && most < 4; ++i) {
    OneThread one;
    std::deque<Event> begin;
    std::atomic<int> computed = 0, before_first = 0;
    for (int k = 0; k < 4; ++k) {
      Answer(*one.loop, begin.emplace_back(one.loop.get()), work, computed,
             before_first);
      begin.back().Notify();
    }
    one.Run();
    EXPECT_EQ(computed, 4);
    most = std::max<int>(most, before_first);
  }
  return most;
}

TEST(OneThreadTest, AnswersThatAreReadyGoTogether) {
  EXPECT_EQ(GoTogether(absl::ZeroDuration(), 100), 4);
}

TEST(OneThreadTest, AnswersWaitForThoseThatAreBeingMade) {
  EXPECT_EQ(GoTogether(absl::Microseconds(500), 100), 4);
}

TEST(OneThreadTest, AnswersDoNotWaitForThoseThatTakeLong) {
  EXPECT_LE(GoTogether(absl::Milliseconds(4), 5), 2);
}

// Works until somebody else's answer is out, or ten seconds.
Task WorkLong(Loop& loop, Event& begin, const std::atomic<int>& answered,
              absl::Duration& waited) {
  co_await begin.Wait();
  co_await loop.Aside();
  const absl::Time start = absl::Now();
  while (answered == 0 && absl::Now() < start + absl::Seconds(10)) {
    loop.SendLateAnswers();
  }
  waited = absl::Now() - start;
}

TEST(OneThreadTest, LongWorkOnTheOnlyThreadLetsAnswersOut) {
  absl::Duration least = absl::InfiniteDuration();
  for (int i = 0; i < 100 && least > absl::Milliseconds(2); ++i) {
    OneThread one;
    Event first(one.loop.get()), second(one.loop.get());
    std::atomic<int> computed = 0, answered = 0;
    absl::Duration waited;
    Answer(*one.loop, first, absl::ZeroDuration(), computed, answered);
    WorkLong(*one.loop, second, answered, waited);
    first.Notify();
    second.Notify();
    one.Run();
    least = std::min(least, waited);
  }
  // Nothing else is to run aside: there is nothing to wait for.
  EXPECT_LT(least, absl::Milliseconds(2));
}

// Never steps aside, and always has something to go on with.
Task KeepBusy(Loop& loop, const std::atomic<bool>& ran, absl::Time end) {
  Event event(&loop);
  while (!ran && absl::Now() < end) {
    co_await event.Wait(absl::Now() - absl::Seconds(1));
  }
}

Task RunAside(Loop& loop, Event& begin, absl::Duration& waited,
              std::atomic<bool>& ran) {
  co_await begin.Wait();
  const absl::Time start = absl::Now();
  co_await loop.Aside();
  waited = absl::Now() - start;
  ran = true;
}

TEST(OneThreadTest, EventsWithoutEndDoNotKeepWhatIsAsideWaiting) {
  absl::Duration least = absl::InfiniteDuration();
  for (int i = 0; i < 100 && least > absl::Milliseconds(2); ++i) {
    OneThread one;
    const absl::Time end = absl::Now() + absl::Seconds(10);
    Event begin(one.loop.get());
    absl::Duration waited;
    std::atomic<bool> ran = false;
    for (int k = 0; k < 20; ++k) KeepBusy(*one.loop, ran, end);
    RunAside(*one.loop, begin, waited, ran);
    begin.Notify();
    one.Run();
    ASSERT_LT(absl::Now(), end);
    least = std::min(least, waited);
  }
  EXPECT_LT(least, absl::Milliseconds(2));
}

// As a call that is taken in, and then takes its time.
Task TakeIn(Loop& loop, Event& begin, int& taken_in,
            std::atomic<int>& taken_in_before_first) {
  co_await begin.Wait();
  Work(absl::Microseconds(100));
  ++taken_in;
  co_await loop.Aside();
  int none = 0;
  taken_in_before_first.compare_exchange_strong(none, taken_in);
}

Task WakeUp(Loop&, Event& begin) { co_await begin.Wait(); }

// How many of some calls had been taken in when the first went on.
int TakenInBeforeFirst(int calls) {
  OneThread one;
  std::deque<Event> begin;
  int taken_in = 0;
  std::atomic<int> before_first = 0;
  // What comes after a rest is not kept waiting for others.
  WakeUp(*one.loop, begin.emplace_back(one.loop.get()));
  begin.back().Notify();
  for (int i = 0; i < calls; ++i) {
    TakeIn(*one.loop, begin.emplace_back(one.loop.get()), taken_in,
           before_first);
    begin.back().Notify();
  }
  one.Run();
  return before_first;
}

TEST(OneThreadTest, CallsAreTakenInAsLongAsTheyCome) {
  int most = 0;
  for (int i = 0; i < 100 && most < 10; ++i) {
    most = std::max(most, TakenInBeforeFirst(10));
  }
  EXPECT_EQ(most, 10);
}

TEST(OneThreadTest, CallsWithoutEndDoNotKeepThoseBeforeWaiting) {
  EXPECT_LT(TakenInBeforeFirst(200), 100);
}

// What it waits for has been there for long: it is queued at once.
Task NeverRest(Loop& loop, const std::atomic<bool>& stop) {
  Event event(&loop);
  while (!stop) {
    co_await event.Wait(absl::Now() - absl::Seconds(1));
    co_await loop.Aside();
  }
}

// Whether the server greets a new connection (HTTP/2: with its settings). By
// hand, because a client of gRPC's in this process would poll for the server.
bool IsGreeted(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience = {.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char byte = 0;
  const bool greeted = connect(fd, reinterpret_cast<const sockaddr*>(&address),
                               sizeof(address)) == 0 &&
                       recv(fd, &byte, 1, 0) == 1;
  close(fd);
  return greeted;
}

// Ten thousand watches with a heartbeat of 200 ms kept the queue full, and
// nobody new got in.
TEST_F(LoopTest, AFullQueueKeepsNobodyOut) {
  std::atomic<bool> stop = false;
  for (int i = 0; i < 50; ++i) NeverRest(*loop_, stop);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(IsGreeted(port_));
  stop = true;
  server_->Shutdown();
  loop_->Stop();
}

}  // namespace
}  // namespace paperwire::rpc
