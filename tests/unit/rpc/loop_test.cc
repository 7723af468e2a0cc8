#include "service/rpc/loop.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

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
    loop_ = std::make_unique<Loop>(builder.AddCompletionQueue());
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

}  // namespace
}  // namespace paperwire::rpc
