#include "service/digest/schedule.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::digest {
namespace {

using v1::DigestSchedule;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::Status ParseTimeOfDay(std::string_view text, Schedule* schedule) {
  if (text.empty()) return absl::OkStatus();
  const bool written = text.size() == 5 && text[2] == ':' && IsDigit(text[0]) &&
                       IsDigit(text[1]) && IsDigit(text[3]) && IsDigit(text[4]);
  if (written) {
    schedule->hour = (text[0] - '0') * 10 + (text[1] - '0');
    schedule->minute = (text[3] - '0') * 10 + (text[4] - '0');
  }
  if (!written || schedule->hour > 23 || schedule->minute > 59) {
    return InvalidField("time_of_day",
                        StrCat("\"", text.substr(0, 20),
                               "\" is no time of day. Write \"HH:MM\", from "
                               "\"00:00\" to \"23:59\"."));
  }
  return absl::OkStatus();
}

// Zones are files: the name must not lead out of their folder.
bool IsZoneName(std::string_view name) {
  return name.size() <= 64 && name.front() != '/' &&
         name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '/' || c == '_' || c == '-' || c == '+';
         });
}

absl::Status ParseZone(std::string_view name, Schedule* schedule) {
  if (name.empty()) return absl::OkStatus();
  if (IsZoneName(name) && absl::LoadTimeZone(ToAbsl(name), &schedule->zone)) {
    return absl::OkStatus();
  }
  return InvalidField("time_zone",
                      StrCat("There is no time zone \"", name.substr(0, 64),
                             "\". Write the name of a zone of the IANA "
                             "database, like \"Europe/Berlin\", or \"UTC\"."));
}

bool IsDueOn(const Schedule& schedule, absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  switch (schedule.frequency) {
    case DigestSchedule::FREQUENCY_WEEKDAYS:
      return weekday != absl::Weekday::saturday &&
             weekday != absl::Weekday::sunday;
    case DigestSchedule::FREQUENCY_WEEKLY:
      return weekday == schedule.weekday;
    default:
      return true;
  }
}

}  // namespace

absl::StatusOr<Schedule> ParseSchedule(const DigestSchedule& schedule) {
  Schedule parsed;
  if (!DigestSchedule::Frequency_IsValid(schedule.frequency())) {
    return InvalidField(
        "frequency",
        StrCat("There is no frequency ", static_cast<int>(schedule.frequency()),
               ". Choose daily, weekdays or weekly."));
  }
  if (schedule.frequency() != DigestSchedule::FREQUENCY_UNSPECIFIED) {
    parsed.frequency = schedule.frequency();
  }
  const int weekday = schedule.weekday();
  if (weekday < 0 || weekday > 7) {
    return InvalidField("weekday", StrCat("There is no day ", weekday,
                                          " of the week: 1 is Monday, 7 is "
                                          "Sunday."));
  }
  if (weekday != 0 && parsed.frequency != DigestSchedule::FREQUENCY_WEEKLY) {
    return InvalidField("weekday",
                        "Only a weekly digest has a day of the week. Leave it "
                        "out, or choose weekly.");
  }
  if (weekday != 0) parsed.weekday = static_cast<absl::Weekday>(weekday - 1);
  RETURN_IF_ERROR(ParseTimeOfDay(schedule.time_of_day(), &parsed));
  RETURN_IF_ERROR(ParseZone(schedule.time_zone(), &parsed));
  return parsed;
}

absl::Time NextDue(const Schedule& schedule, absl::Time after) {
  // The day before as well: a change of the clocks may move its time past
  // midnight.
  absl::CivilDay day = absl::ToCivilDay(after, schedule.zone) - 1;
  for (;; ++day) {
    if (!IsDueOn(schedule, day)) continue;
    const absl::TimeZone::TimeInfo info = schedule.zone.At(absl::CivilSecond(
        day.year(), day.month(), day.day(), schedule.hour, schedule.minute, 0));
    const absl::Time due =
        info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
    if (due > after) return due;
  }
}

absl::Duration PeriodOf(const Schedule& schedule) {
  switch (schedule.frequency) {
    case DigestSchedule::FREQUENCY_WEEKLY:
      return absl::Hours(24 * 7);
    case DigestSchedule::FREQUENCY_WEEKDAYS:
      return absl::Hours(24 * 3);
    default:
      return absl::Hours(24);
  }
}

std::string ScheduleText(const Schedule& schedule) {
  std::string days = "daily";
  if (schedule.frequency == DigestSchedule::FREQUENCY_WEEKDAYS) {
    days = "Monday to Friday";
  } else if (schedule.frequency == DigestSchedule::FREQUENCY_WEEKLY) {
    constexpr const char* kDays[] = {"Mondays",   "Tuesdays", "Wednesdays",
                                     "Thursdays", "Fridays",  "Saturdays",
                                     "Sundays"};
    days = kDays[static_cast<int>(schedule.weekday)];
  }
  return absl::StrFormat("%s at %02d:%02d (%s)", days, schedule.hour,
                         schedule.minute, schedule.zone.name());
}

std::optional<absl::Time> NextAttempt(absl::Time due, int failed_attempts,
                                      absl::Time now, double random) {
  if (now - due >= kGiveUpAfter) return std::nullopt;
  const int doublings = std::min(failed_attempts - 1, 10);
  const absl::Duration delay =
      std::min(kFirstDelay * (1 << doublings), kLongestDelay);
  // The last attempt is right at the end.
  return std::min(now + delay * (0.8 + 0.2 * random), due + kGiveUpAfter);
}

}  // namespace paperwire::digest
