#include "service/store/listeners.h"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace paperwire::store {
namespace {

TEST(ListenersTest, WakesWhoeverListensNow) {
  Listeners listeners;
  listeners.Wake();  // nobody does
  int first = 0;
  int second = 0;
  auto one = listeners.Add([&first] { ++first; });
  listeners.Wake();
  const auto two = listeners.Add([&second] { ++second; });
  listeners.Wake();
  one.reset();
  listeners.Wake();
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 2);
}

TEST(ListenersTest, WhoeverIsGoneIsNotBeingWoken) {
  Listeners listeners;
  std::promise<void> called;
  std::atomic<bool> gone = false;
  bool gone_in_call = false;
  auto listener = listeners.Add([&] {
    called.set_value();
    // Time for the other thread to go on, if it is not made to wait.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    gone_in_call = gone;
  });
  std::thread waker([&listeners] { listeners.Wake(); });
  called.get_future().wait();
  listener.reset();
  gone = true;
  waker.join();
  EXPECT_FALSE(gone_in_call);
}

// For ThreadSanitizer, and that nobody misses what happens while others come
// and go.
TEST(ListenersTest, ManyComeAndGoWhileOthersAreWoken) {
  constexpr int kWakes = 2000;
  Listeners listeners;
  std::atomic<int> woken = 0;
  const auto stays = listeners.Add([&woken] { ++woken; });
  std::atomic<bool> done = false;
  std::vector<std::thread> visitors;
  for (int i = 0; i < 3; ++i) {
    visitors.emplace_back([&] {
      while (!done) {
        // Its own memory, which is gone with it.
        auto count = std::make_unique<int>(0);
        const auto visit = listeners.Add([&count] { ++*count; });
      }
    });
  }
  for (int i = 0; i < kWakes; ++i) listeners.Wake();
  done = true;
  for (std::thread& visitor : visitors) visitor.join();
  EXPECT_EQ(woken, kWakes);
}

}  // namespace
}  // namespace paperwire::store
