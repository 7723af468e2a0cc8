#include "service/base/priority.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace paperwire {
namespace {

int Nice() {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)));
}

TEST(PriorityTest, OrdersThreadsAndLeavesOthersAlone) {
  const int before = Nice();
  std::vector<int> nice;
  std::thread([&] {
    for (const Priority priority : {Priority::kTakeIn, Priority::kBackground}) {
      StepBack(priority);
      nice.push_back(Nice());
    }
  }).join();
  EXPECT_EQ(Nice(), before);
  if (nice.back() == before) GTEST_SKIP() << "this sandbox forbids it";
  EXPECT_LT(before, nice[0]);
  EXPECT_LT(nice[0], nice[1]);
}

double CpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         1e-9 * static_cast<double>(time.tv_nsec);
}

// It is no claim of speed: a thread that forfeited milliseconds each time it
// gives way would take minutes.
TEST(PriorityTest, WhoGivesWayComesForwardBesideBusyThreads) {
  constexpr double kWork = 0.1;  // s of CPU; by nice 10 a tenth of a core's
  constexpr auto kLongest = std::chrono::seconds(30);
  std::atomic<bool> enough = false;
  std::vector<std::thread> busy(std::thread::hardware_concurrency());
  for (std::thread& thread : busy) {
    thread = std::thread([&] {
      while (!enough) {
      }
    });
  }
  double worked = 0;
  std::thread([&] {
    StepBack(Priority::kBackground);
    const auto begin = std::chrono::steady_clock::now();
    while (worked < kWork &&
           std::chrono::steady_clock::now() - begin < kLongest) {
      GiveWay();
      worked = CpuSeconds();
    }
  }).join();
  enough = true;
  for (std::thread& thread : busy) thread.join();
  EXPECT_GE(worked, kWork);
}

}  // namespace
}  // namespace paperwire
