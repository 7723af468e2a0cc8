#include "service/base/priority.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

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

}  // namespace
}  // namespace paperwire
