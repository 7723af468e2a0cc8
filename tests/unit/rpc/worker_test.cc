#include "service/rpc/worker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace paperwire::rpc {
namespace {

TEST(WorkerTest, RunsEverythingInOrderBeforeItGoes) {
  std::vector<int> ran;  // the worker's alone until it is gone
  {
    Worker worker;
    worker.Post(
        [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
    for (int i = 0; i < 100; ++i) worker.Post([&ran, i] { ran.push_back(i); });
  }
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[static_cast<size_t>(i)], i);
}

}  // namespace
}  // namespace paperwire::rpc
