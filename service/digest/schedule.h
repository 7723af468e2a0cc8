// When a digest is due, and when a message that was not taken is tried again.
//
//     ASSIGN_OR_RETURN(Schedule schedule, ParseSchedule(digest.schedule()));
//     const absl::Time due = NextDue(schedule, clock.Now());

#ifndef PAPERWIRE_SERVICE_DIGEST_SCHEDULE_H_
#define PAPERWIRE_SERVICE_DIGEST_SCHEDULE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "paperwire/v1/digest.pb.h"

namespace paperwire::digest {

struct Schedule {
  v1::DigestSchedule::Frequency frequency = v1::DigestSchedule::FREQUENCY_DAILY;
  absl::Weekday weekday = absl::Weekday::monday;  // of FREQUENCY_WEEKLY
  int hour = 8;
  int minute = 0;
  absl::TimeZone zone = absl::UTCTimeZone();
};

// INVALID_ARGUMENT, naming the field as "time_of_day", "time_zone" and so on.
absl::StatusOr<Schedule> ParseSchedule(const v1::DigestSchedule& schedule);

// The first time after `after` at which it is due. A time of day that clocks
// are put forward over is the moment of the change; of one that comes twice it
// is the first.
absl::Time NextDue(const Schedule& schedule, absl::Time after);

// How long it is from one to the next, at the most.
absl::Duration PeriodOf(const Schedule& schedule);

// "daily at 08:00 (Europe/Berlin)".
std::string ScheduleText(const Schedule& schedule);

// A message that was not taken is tried again after a minute, then after twice
// as long each time, at most an hour, for a day: greylisting servers take the
// second or the third. `random` in [0, 1) spreads it. Nothing: given up.
//
// `due` is when it was first to be sent, `failed_attempts` counts this one.
std::optional<absl::Time> NextAttempt(absl::Time due, int failed_attempts,
                                      absl::Time now, double random);

inline constexpr absl::Duration kFirstDelay = absl::Minutes(1);
inline constexpr absl::Duration kLongestDelay = absl::Hours(1);
inline constexpr absl::Duration kGiveUpAfter = absl::Hours(24);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_SCHEDULE_H_
