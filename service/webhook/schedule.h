// When a delivery that was not taken is tried again: 5 seconds after the first
// attempt, then after twice as long each time, at most an hour; a little less
// at random, so that a receiver that comes back is not met by all at once.
//
//     const std::optional<absl::Time> next = NextAttempt(failure, random);
//     if (!next.has_value()) { /* given up */ }

#ifndef PAPERWIRE_SERVICE_WEBHOOK_SCHEDULE_H_
#define PAPERWIRE_SERVICE_WEBHOOK_SCHEDULE_H_

#include <optional>

#include "absl/time/time.h"

namespace paperwire::webhook {

inline constexpr absl::Duration kFirstDelay = absl::Seconds(5);
inline constexpr absl::Duration kLongestDelay = absl::Hours(1);

// An attempt that failed.
struct Failure {
  absl::Time now;
  absl::Time first_attempt;  // of the delivery
  int failed_attempts = 1;   // with this one
  absl::Duration give_up_after;
  // What the receiver asked for (Retry-After); zero: nothing.
  absl::Duration retry_after;
};

// Nothing: the time is over, the delivery is dead. `random` is in [0, 1).
//
// A receiver's wish counts instead of the back-off, within its bounds. The
// last attempt is right when the time is over, not a back-off before it.
std::optional<absl::Time> NextAttempt(const Failure& failure, double random);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_SCHEDULE_H_
