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

// As a call is answered: with work that takes its time.
Task Answer(Loop& loop, Event& begin, std::atomic<int>& computed,
            std::atomic<int>& computed_before_first) {
  co_await begin.Wait();
  co_await loop.Aside();
  ++computed;
  co_await loop.Together();
  int none = 0;
  computed_before_first.compare_exchange_strong(none, computed);
}

TEST(OneThreadTest, AnswersThatAreReadyGoTogether) {
  // They wait for half a millisecond at most, which a busy machine may take for
  // one of them.
  int most = 0;
  for (int i = 0; i < 100 && most < 4; ++i) {
    OneThread one;
    std::deque<Event> begin;
    std::atomic<int> computed = 0, before_first = 0;
    for (int k = 0; k < 4; ++k) {
      Answer(*one.loop, begin.emplace_back(one.loop.get()), computed,
             before_first);
      begin.back().Notify();
    }
    one.Run();
    EXPECT_EQ(computed, 4);
    most = std::max<int>(most, before_first);
  }
  EXPECT_EQ(most, 4);
}

// Works until somebody else's answer is out, or ten seconds.
Task WorkLong(Loop& loop, Event& begin, const std::atomic<int>& answered,
              bool& saw_answer) {
  co_await begin.Wait();
  co_await loop.Aside();
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (answered == 0 && absl::Now() < end) loop.SendLateAnswers();
  saw_answer = answered > 0;
}

TEST(OneThreadTest, LongWorkOnTheOnlyThreadLetsAnswersOut) {
  OneThread one;
  Event first(one.loop.get()), second(one.loop.get());
  std::atomic<int> computed = 0, answered = 0;
  bool saw_answer = false;
  Answer(*one.loop, first, computed, answered);
  WorkLong(*one.loop, second, answered, saw_answer);
  first.Notify();
  second.Notify();
  one.Run();
  EXPECT_TRUE(saw_answer);
}

// Never steps aside, and always has something to go on with.
Task KeepBusy(Loop& loop, const std::atomic<bool>& ran, absl::Time end) {
  Event event(&loop);
  while (!ran && absl::Now() < end) {
    co_await event.Wait(absl::Now() - absl::Seconds(1));
  }
}

Task RunAside(Loop& loop, Event& begin, std::atomic<bool>& ran) {
  co_await begin.Wait();
  co_await loop.Aside();
  ran = true;
}

TEST(OneThreadTest, EventsWithoutEndDoNotKeepWhatIsAsideWaiting) {
  OneThread one;
  const absl::Time end = absl::Now() + absl::Seconds(10);
  Event begin(one.loop.get());
  std::atomic<bool> ran = false;
  for (int i = 0; i < 20; ++i) KeepBusy(*one.loop, ran, end);
  RunAside(*one.loop, begin, ran);
  begin.Notify();
  one.Run();
  EXPECT_LT(absl::Now(), end);
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
