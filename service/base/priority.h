// Which threads wait for which when there are more than cores.
//
//     std::thread merger([] {
//       StepBack(Priority::kBackground);
//       ...
//     });
//
// Threads that answer calls stay as the process was started. By Linux's
// scheduler: the nice value of the thread, on top of that of the process, and
// how long a time it asks to run at a stretch (kernels before 6.12 do not know
// the latter; nothing is lost). No privileges are needed; what cannot be set
// stays.

#ifndef PAPERWIRE_SERVICE_BASE_PRIORITY_H_
#define PAPERWIRE_SERVICE_BASE_PRIORITY_H_

#include <cstddef>

namespace paperwire {

enum class Priority {
  kTakeIn,      // throughput counts: a third of the share of an answer
  kBackground,  // can wait, but not forever: a tenth
};

// Of the calling thread.
void StepBack(Priority priority);

// To be called between the pieces of long work, of some microseconds each. On a
// thread that has stepped back, lets those run that wait for its core, about
// every 100 us; on others does nothing. Without it a thread that wakes up may
// wait for the scheduler's next tick, 4 ms at 250 a second: Linux looks only
// then when the one that wakes has had more than its share a moment ago.
void GiveWay();

// The same in a loop over things that take some ns each: at every 1,024th.
inline void GiveWayAt(size_t i) {
  if (i % 1024 == 0) GiveWay();
}

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_PRIORITY_H_
