#include "service/rpc/loop.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "absl/time/clock.h"

namespace paperwire::rpc {
namespace {

// A server without services: what a loop needs to have a queue.
class LoopTest : public testing::Test {
 protected:
  LoopTest() {
    grpc::ServerBuilder builder;
    loop_ = std::make_unique<Loop>(builder.AddCompletionQueue(), 2);
    server_ = builder.BuildAndStart();
    loop_->Run();
  }

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
  loop.StepAside();
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
    if (i % 3 == 0) loop.StepAside();
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

}  // namespace
}  // namespace paperwire::rpc
