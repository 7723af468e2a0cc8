#include "client/cpp/importers/dates.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"

namespace paperwire::importers {
namespace {

// "2024-05-23T10:00:00 D", with D, M or Y for the precision; "" for no date.
std::string Show(const std::optional<Date>& date) {
  if (!date.has_value()) return "";
  const char* const precision = date->precision == v1::DATE_PRECISION_DAY ? " D"
                                : date->precision == v1::DATE_PRECISION_MONTH
                                    ? " M"
                                    : " Y";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S",
                          absl::FromUnixSeconds(date->seconds),
                          absl::UTCTimeZone()) +
         precision;
}

TEST(ParseDate, ReadsWhatSourcesWrite) {
  const std::pair<const char*, const char*> cases[] = {
      {"2024", "2024-01-01T00:00:00 Y"},
      {"2024-05", "2024-05-01T00:00:00 M"},
      {"2024-05-23", "2024-05-23T00:00:00 D"},
      {" 2024/5/3 ", "2024-05-03T00:00:00 D"},
      {"1963-02-28", "1963-02-28T00:00:00 D"},
      {"2024-02-29", "2024-02-29T00:00:00 D"},
      {"2024-05-23T10:11:12Z", "2024-05-23T10:11:12 D"},
      {"2024-05-23T10:11:12.345Z", "2024-05-23T10:11:12 D"},
      {"2024-05-23 10:11:12", "2024-05-23T10:11:12 D"},
      {"2024-05-23T00:30:00+02:00", "2024-05-22T22:30:00 D"},
      {"2024-05-23T23:30-0400", "2024-05-24T03:30:00 D"},
      {"Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02T19:18:42 D"},
      {"Sat, 07 Nov 2026 00:00:00 EST", "2026-11-07T05:00:00 D"},
      {"2 Apr 2007 19:18 -0400", "2007-04-02T23:18:00 D"},
      {"2 April 2007", "2007-04-02T00:00:00 D"},
      {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59 D"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(Show(ParseDate(text)), expected) << text;
  }
}

TEST(ParseDate, RefusesWhatNoCalendarHas) {
  for (const char* text :
       {"", "soon", "0999", "20245", "2024-13", "2024-00", "2023-02-29",
        "2024-05-32", "2024-05-23T25:00:00Z", "2024-05-23T10:61:00Z",
        "2024-05-23X", "Mon, 31 Feb 2007 19:18:42 GMT",
        "Mon, 2 Xyz 2007 19:18:42 GMT", "2024-05-23T10:00:00+99:00",
        "2024-05-23T10:00:00 somewhere"}) {
    EXPECT_EQ(Show(ParseDate(text)), "") << text;
  }
}

TEST(ParseDate, KeepsFractionsOfSeconds) {
  EXPECT_EQ(ParseDate("2024-05-23T10:11:12.345Z")->nanos, 345000000);
}

TEST(ParseMonth, ReadsWordsAndNumbers) {
  EXPECT_EQ(ParseMonth("aug"), 8);
  EXPECT_EQ(ParseMonth("August"), 8);
  EXPECT_EQ(ParseMonth("July-August"), 7);
  EXPECT_EQ(ParseMonth(" 12 "), 12);
  EXPECT_EQ(ParseMonth("13"), 0);
  EXPECT_EQ(ParseMonth("Summer"), 0);
  EXPECT_EQ(ParseMonth(""), 0);
}

TEST(DayOf, IsTheDayInUtc) {
  EXPECT_EQ(DayOf(*ParseDate("2024-05-23T23:30:00-04:00")), "2024-05-24");
  EXPECT_EQ(DayOf(*ParseDate("1969-12-31T23:59:59Z")), "1969-12-31");
}

}  // namespace
}  // namespace paperwire::importers
