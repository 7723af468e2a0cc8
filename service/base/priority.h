// Which threads wait for which when there are more than cores.
//
//     std::thread merger([] {
//       StepBack(Priority::kBackground);
//       ...
//     });
//
// Threads that answer calls stay as the process was started. By Linux's
// scheduler: the nice value of the thread, on top of that of the process, and
// how long a time it asks to run at a stretch, so that others get in quickly
// (kernels before 6.12 do not know the latter; nothing is lost). No privileges
// are needed; what cannot be set stays.

#ifndef PAPERWIRE_SERVICE_BASE_PRIORITY_H_
#define PAPERWIRE_SERVICE_BASE_PRIORITY_H_

namespace paperwire {

enum class Priority {
  kTakeIn,      // throughput counts: a third of the share of an answer
  kBackground,  // can wait, but not forever: a tenth
};

// Of the calling thread.
void StepBack(Priority priority);

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_PRIORITY_H_
