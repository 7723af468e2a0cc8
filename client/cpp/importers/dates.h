// Dates as papers' sources write them.
//
//     ParseDate("2024-05");                          // 2024-05-01, month
//     ParseDate("2024-05-23T10:00:00.000Z");         // day (or better)
//     ParseDate("Mon, 2 Apr 2007 19:18:42 GMT");     // RFC 822

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_DATES_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_DATES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "paperwire/v1/paper.pb.h"

namespace paperwire::importers {

// A point in time, and how much of it the source said.
struct Date {
  // Since the epoch, UTC.
  int64_t seconds = 0;
  int32_t nanos = 0;
  v1::DatePrecision precision = v1::DATE_PRECISION_DAY;

  friend bool operator<(const Date& a, const Date& b) {
    return a.seconds != b.seconds ? a.seconds < b.seconds : a.nanos < b.nanos;
  }
};

// ISO 8601 and RFC 3339 (a year, a month, a day, or with a time after "T" or
// a blank; without zone it is UTC), and RFC 822. Nothing for anything else,
// for days that no calendar has, and outside of the years 1000 to 9999.
std::optional<Date> ParseDate(std::string_view text);

// A date of its parts; month or day 0 is not known. A day without a month is
// left out of account.
std::optional<Date> MakeDate(int year, int month, int day);

// 1 to 12 for a month as a number or as an English word, of which three
// letters will do ("aug", "August", "8", and the first one of "July-August").
// 0 for anything else.
int ParseMonth(std::string_view text);

// The day in UTC, "YYYY-MM-DD".
std::string DayOf(const Date& date);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_DATES_H_
