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

constexpr uint64_t kMillisecond = 1'000'000;
constexpr int kNicest = 19;

using Clock = std::chrono::steady_clock;
constexpr Clock::duration kStretch = std::chrono::microseconds(100);

thread_local bool stepped_back = false;
thread_local Clock::time_point gave_way;

}  // namespace

void StepBack(Priority priority) {
  stepped_back = true;
  const bool takes_in = priority == Priority::kTakeIn;
  const int of_process = getpriority(PRIO_PROCESS, static_cast<id_t>(getpid()));
  SchedAttr attr;
  attr.nice = std::min(of_process + (takes_in ? 5 : 10), kNicest);
  attr.runtime_ns = (takes_in ? 10 : 20) * kMillisecond;
  // Best effort: some sandboxes forbid it.
  static_cast<void>(syscall(SYS_sched_setattr, 0, &attr, 0));
}

void GiveWay() {
  if (!stepped_back) return;
  const Clock::time_point now = Clock::now();
  if (now - gave_way < kStretch) return;
  gave_way = now;
  sched_yield();
}

}  // namespace paperwire
