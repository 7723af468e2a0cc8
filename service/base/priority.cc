#include "service/base/priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace paperwire {
namespace {

// struct sched_attr as the kernel has it since 3.14; the C library of Debian
// 12 does not declare it.
struct SchedAttr {
  uint32_t size = sizeof(SchedAttr);
  uint32_t policy = 0;  // SCHED_OTHER
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime_ns = 0;  // of a stretch, 0.1 to 100 ms; 0: the kernel's
  uint64_t deadline_ns = 0;
  uint64_t period_ns = 0;
};
static_assert(sizeof(SchedAttr) == 48);

constexpr int kNicest = 19;

using Clock = std::chrono::steady_clock;
// The shortest that the kernel grants. Who gives way forfeits the rest of it
// (since Linux 6.18): with stretches of 10 ms and a busy process on each core,
// an import all but stood still.
constexpr auto kStretch = std::chrono::microseconds(100);

thread_local bool stepped_back = false;
thread_local Clock::time_point gave_way;

}  // namespace

void StepBack(Priority priority) {
  const bool takes_in = priority == Priority::kTakeIn;
  const int of_process = getpriority(PRIO_PROCESS, static_cast<id_t>(getpid()));
  SchedAttr attr;
  attr.nice = std::min(of_process + (takes_in ? 5 : 10), kNicest);
  attr.runtime_ns =
      static_cast<uint64_t>(std::chrono::nanoseconds(kStretch).count());
  // Some sandboxes forbid it. To give way then would forfeit too much.
  stepped_back = syscall(SYS_sched_setattr, 0, &attr, 0) == 0;
}

void GiveWay() {
  if (!stepped_back) return;
  const Clock::time_point now = Clock::now();
  if (now - gave_way < kStretch) return;
  gave_way = now;
  sched_yield();
}

}  // namespace paperwire
