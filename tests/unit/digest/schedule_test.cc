#include "service/digest/schedule.h"

#include <random>

#include "absl/strings/str_format.h"
#include "service/base/error_details.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::digest {
namespace {

using v1::DigestSchedule;

Schedule Parse(DigestSchedule::Frequency frequency, const char* time_of_day,
               const char* zone, int weekday = 0) {
  DigestSchedule proto;
  proto.set_frequency(frequency);
  proto.set_time_of_day(time_of_day);
  proto.set_time_zone(zone);
  proto.set_weekday(weekday);
  const absl::StatusOr<Schedule> schedule = ParseSchedule(proto);
  EXPECT_OK(schedule);
  return *schedule;
}

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M:%S %Ez", text, &time, &error))
      << error;
  return time;
}

std::string Next(const Schedule& schedule, const char* after) {
  return absl::FormatTime("%Y-%m-%d %H:%M %Ez", NextDue(schedule, At(after)),
                          schedule.zone);
}

TEST(ScheduleTest, DailyIsStrictlyAfter) {
  const Schedule daily = Parse(DigestSchedule::FREQUENCY_DAILY, "08:00", "");
  EXPECT_EQ(Next(daily, "2026-11-26 07:59:59 +00:00"),
            "2026-11-26 08:00 +00:00");
  EXPECT_EQ(Next(daily, "2026-11-26 08:00:00 +00:00"),
            "2026-11-27 08:00 +00:00");
}

TEST(ScheduleTest, WeekdaysAndWeekly) {
  const Schedule weekdays =
      Parse(DigestSchedule::FREQUENCY_WEEKDAYS, "18:30", "America/New_York");
  // A Friday.
  EXPECT_EQ(Next(weekdays, "2026-11-27 18:30:00 -05:00"),
            "2026-11-30 18:30 -05:00");
  const Schedule sundays =
      Parse(DigestSchedule::FREQUENCY_WEEKLY, "00:00", "Asia/Tokyo", 7);
  EXPECT_EQ(Next(sundays, "2026-11-26 00:00:00 +00:00"),
            "2026-11-29 00:00 +09:00");
  const Schedule mondays = Parse(DigestSchedule::FREQUENCY_WEEKLY, "", "");
  EXPECT_EQ(Next(mondays, "2026-11-26 00:00:00 +00:00"),
            "2026-11-30 08:00 +00:00");
}

TEST(ScheduleTest, ClocksPutForwardOverIt) {
  const Schedule berlin =
      Parse(DigestSchedule::FREQUENCY_DAILY, "02:30", "Europe/Berlin");
  EXPECT_EQ(Next(berlin, "2026-03-28 12:00:00 +00:00"),
            "2026-03-29 03:00 +02:00");
  EXPECT_EQ(Next(berlin, "2026-03-29 01:00:00 +00:00"),
            "2026-03-30 02:30 +02:00");
}

TEST(ScheduleTest, ClocksPutBackToIt) {
  const Schedule berlin =
      Parse(DigestSchedule::FREQUENCY_DAILY, "02:30", "Europe/Berlin");
  EXPECT_EQ(Next(berlin, "2026-10-24 12:00:00 +00:00"),
            "2026-10-25 02:30 +02:00");
  // Not at the second half past two.
  EXPECT_EQ(Next(berlin, "2026-10-25 00:30:00 +00:00"),
            "2026-10-26 02:30 +01:00");
}

TEST(ScheduleTest, ADayThatWasLeftOut) {
  // Samoa went from the 29th of December 2011 to the 31st.
  const Schedule apia =
      Parse(DigestSchedule::FREQUENCY_DAILY, "08:00", "Pacific/Apia");
  EXPECT_EQ(Next(apia, "2011-12-29 08:00:00 -10:00"),
            "2011-12-31 00:00 +14:00");
  EXPECT_EQ(Next(apia, "2011-12-31 00:00:00 +14:00"),
            "2011-12-31 08:00 +14:00");
}

// Whatever the zone: each day once, rising, at the wall clock's time but when
// there is none.
TEST(ScheduleTest, OnceADay) {
  std::mt19937 random(7);
  for (const char* zone :
       {"Europe/London", "America/St_Johns", "Australia/Lord_Howe",
        "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu"}) {
    const int hour = static_cast<int>(random() % 24);
    const int minute = static_cast<int>(random() % 60);
    const Schedule schedule =
        Parse(DigestSchedule::FREQUENCY_DAILY,
              absl::StrFormat("%02d:%02d", hour, minute).c_str(), zone);
    absl::Time time = At("2015-01-01 00:00:00 +00:00");
    absl::CivilDay day =
        absl::ToCivilDay(NextDue(schedule, time), schedule.zone);
    for (int i = 0; i < 2000; ++i, ++day) {
      const absl::Time next = NextDue(schedule, time);
      ASSERT_GT(next, time);
      const absl::CivilSecond wall = absl::ToCivilSecond(next, schedule.zone);
      ASSERT_EQ(absl::CivilDay(wall), day) << zone;
      const absl::CivilSecond wanted(day.year(), day.month(), day.day(), hour,
                                     minute, 0);
      if (schedule.zone.At(wanted).kind != absl::TimeZone::TimeInfo::SKIPPED) {
        ASSERT_EQ(wall, wanted) << zone;
      }
      time = next;
    }
  }
}

TEST(ScheduleTest, SaysWhatIsWrong) {
  const auto error = [](auto change) {
    DigestSchedule schedule;
    change(&schedule);
    return ParseSchedule(schedule).status();
  };
  for (const char* bad :
       {"8:00", "24:00", "12:60", "noon!", "12.30", "-1:00"}) {
    const absl::Status status =
        error([&](DigestSchedule* s) { s->set_time_of_day(bad); });
    EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "HH:MM"))
        << bad;
    EXPECT_EQ(FieldOf(status), "time_of_day");
  }
  for (const char* bad :
       {"Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Berlin;", " "}) {
    EXPECT_EQ(FieldOf(error([&](DigestSchedule* s) { s->set_time_zone(bad); })),
              "time_zone")
        << bad;
  }
  EXPECT_EQ(FieldOf(error([](DigestSchedule* s) { s->set_weekday(3); })),
            "weekday");
  EXPECT_EQ(FieldOf(error([](DigestSchedule* s) {
              s->set_frequency(DigestSchedule::FREQUENCY_WEEKLY);
              s->set_weekday(8);
            })),
            "weekday");
  EXPECT_EQ(FieldOf(error([](DigestSchedule* s) {
              s->set_frequency(static_cast<DigestSchedule::Frequency>(9));
            })),
            "frequency");
}

TEST(ScheduleTest, InWords) {
  EXPECT_EQ(ScheduleText(Parse(DigestSchedule::FREQUENCY_DAILY, "", "")),
            "daily at 08:00 (UTC)");
  EXPECT_EQ(ScheduleText(Parse(DigestSchedule::FREQUENCY_WEEKLY, "07:05",
                               "Europe/Berlin", 5)),
            "Fridays at 07:05 (Europe/Berlin)");
}

TEST(ScheduleTest, AttemptsBackOffAndEnd) {
  const absl::Time due = absl::FromUnixSeconds(1'000'000);
  absl::Time now = due;
  absl::Duration last;
  int attempts = 0;
  while (const std::optional<absl::Time> next =
             NextAttempt(due, attempts + 1, now, /*random=*/1.0)) {
    ++attempts;
    ASSERT_GT(*next, now);
    ASSERT_LE(*next - now, kLongestDelay);
    ASSERT_TRUE(attempts > 1 || *next - now == kFirstDelay);
    ASSERT_TRUE(attempts > 6 || *next - now >= last);
    last = *next - now;
    now = *next;
  }
  EXPECT_EQ(now, due + kGiveUpAfter);
  EXPECT_GE(attempts, 24);
  EXPECT_LE(attempts, 40);
  EXPECT_EQ(NextAttempt(due, 1, due, 0.0), due + kFirstDelay * 0.8);
}

}  // namespace
}  // namespace paperwire::digest
