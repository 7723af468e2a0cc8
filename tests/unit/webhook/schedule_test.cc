#include "service/webhook/schedule.h"

#include <vector>

#include "tests/unit/status_matchers.h"

namespace paperwire::webhook {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1700000000);

// What comes after the n-th failure.
absl::Duration Delay(int failed_attempts, double random,
                     absl::Duration retry_after = absl::ZeroDuration()) {
  return *NextAttempt({.now = kStart,
                       .first_attempt = kStart,
                       .failed_attempts = failed_attempts,
                       .give_up_after = absl::Hours(24),
                       .retry_after = retry_after},
                      random) -
         kStart;
}

TEST(ScheduleTest, DoublesFromFiveSecondsToAnHour) {
  std::vector<absl::Duration> delays;
  for (int n = 1; n <= 13; ++n) delays.push_back(Delay(n, 0));
  EXPECT_THAT(
      delays,
      testing::ElementsAre(
          absl::Seconds(5), absl::Seconds(10), absl::Seconds(20),
          absl::Seconds(40), absl::Seconds(80), absl::Seconds(160),
          absl::Seconds(320), absl::Seconds(640), absl::Seconds(1280),
          absl::Seconds(2560), absl::Hours(1), absl::Hours(1), absl::Hours(1)));
  EXPECT_EQ(Delay(1000000, 0), absl::Hours(1));
}

TEST(ScheduleTest, JitterTakesUpToAFifth) {
  for (const int n : {1, 2, 7, 50}) {
    EXPECT_LT(Delay(n, 0.5), Delay(n, 0.25));
    EXPECT_GT(Delay(n, 0.999999), Delay(n, 0) * 0.8);
    EXPECT_LT(Delay(n, 0.999999), Delay(n, 0) * 0.81);
  }
}

TEST(ScheduleTest, AWishCountsWithinTheBounds) {
  EXPECT_EQ(Delay(1, 0.3, absl::Seconds(1)), absl::Seconds(5));
  EXPECT_EQ(Delay(1, 0.3, absl::Seconds(17)), absl::Seconds(17));
  EXPECT_EQ(Delay(9, 0.3, absl::Seconds(17)), absl::Seconds(17));
  EXPECT_EQ(Delay(9, 0.3, absl::Hours(30)), absl::Hours(1));
}

TEST(ScheduleTest, TriesUntilTheVeryEndAndThenGivesUp) {
  absl::Time now = kStart;
  std::vector<absl::Duration> attempts;
  for (int n = 1;; ++n) {
    attempts.push_back(now - kStart);
    const std::optional<absl::Time> next =
        NextAttempt({.now = now + absl::Seconds(1),  // it took a second
                     .first_attempt = kStart,
                     .failed_attempts = n,
                     .give_up_after = absl::Minutes(1),
                     .retry_after = absl::ZeroDuration()},
                    0);
    if (!next.has_value()) break;
    ASSERT_GT(*next, now);
    now = *next;
  }
  EXPECT_THAT(attempts,
              testing::ElementsAre(absl::ZeroDuration(), absl::Seconds(6),
                                   absl::Seconds(17), absl::Seconds(38),
                                   absl::Seconds(60)));
}

}  // namespace
}  // namespace paperwire::webhook
