// Which threads wait for which when there are more than cores.
//
//     std::thread merger([] {
//       SetPriority(Priority::kBackground);
//       ...
//     });
//
// By Linux's scheduler: the nice value of the thread, and how long a time it
// asks to run at a stretch (kernels before 6.12 do not know the latter, and
// nothing is lost). No privileges are needed; what cannot be set stays.

#ifndef PAPERWIRE_SERVICE_BASE_PRIORITY_H_
#define PAPERWIRE_SERVICE_BASE_PRIORITY_H_

namespace paperwire {

enum class Priority {
  kAnswer,      // somebody waits for each step: runs at once, for short
  kTakeIn,      // throughput counts: a third of the share of an answer
  kBackground,  // can wait, but not forever: a tenth
};

// Of the calling thread.
void SetPriority(Priority priority);

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_PRIORITY_H_
