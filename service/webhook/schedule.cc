#include "service/webhook/schedule.h"

#include <algorithm>

namespace paperwire::webhook {
namespace {

// Up to this part of the back-off is taken off at random.
constexpr double kJitter = 0.2;

absl::Duration Backoff(int failed_attempts, double random) {
  absl::Duration delay = kFirstDelay;
  for (int i = 1; i < failed_attempts && delay < kLongestDelay; ++i) {
    delay *= 2;
  }
  return std::min(delay, kLongestDelay) * (1 - kJitter * random);
}

}  // namespace

std::optional<absl::Time> NextAttempt(const Failure& failure, double random) {
  const absl::Time end = failure.first_attempt + failure.give_up_after;
  if (failure.now >= end) return std::nullopt;
  const absl::Duration delay =
      failure.retry_after > absl::ZeroDuration()
          ? std::clamp(failure.retry_after, kFirstDelay, kLongestDelay)
          : Backoff(failure.failed_attempts, random);
  return std::min(failure.now + delay, end);
}

}  // namespace paperwire::webhook
