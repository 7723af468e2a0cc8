// How long to wait before trying again: longer each time, and never in step
// with all the others who lost the same server.
//
//     Backoff backoff(absl::Milliseconds(100), absl::Seconds(5));
//     while (!Try()) absl::SleepFor(backoff.Next());

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_BACKOFF_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_BACKOFF_H_

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace paperwire {

// Not thread-safe.
class Backoff {
 public:
  // `first` and `longest` are before jitter of a quarter either way.
  Backoff(absl::Duration first, absl::Duration longest);

  // The next wait; twice the one before, up to the longest.
  absl::Duration Next();

  // Something worked: begin again with the first.
  void Reset();

 private:
  const absl::Duration first_;
  const absl::Duration longest_;
  absl::Duration next_;
  absl::BitGen random_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_BACKOFF_H_
