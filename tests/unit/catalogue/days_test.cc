#include "service/catalogue/days.h"

#include <gtest/gtest.h>

#include "tests/unit/status_matchers.h"

namespace paperwire::catalogue {
namespace {

using v1::ListDaysRequest;

TEST(SpanTest, ADayIsItself) {
  const absl::CivilDay day(2026, 7, 10);
  EXPECT_EQ(SpanOf(day, ListDaysRequest::UNIT_UNSPECIFIED),
            (Span{"2026-07-10", day, day}));
}

TEST(SpanTest, AWeekGoesFromMondayToSunday) {
  const Span week{"2026-W28", absl::CivilDay(2026, 7, 6),
                  absl::CivilDay(2026, 7, 12)};
  for (absl::CivilDay day = week.first; day <= week.last; ++day) {
    EXPECT_EQ(SpanOf(day, ListDaysRequest::UNIT_WEEK), week) << day;
  }
}

TEST(SpanTest, AWeekBelongsToTheYearOfItsThursday) {
  const auto label = [](int year, int month, int day) {
    return SpanOf(absl::CivilDay(year, month, day), ListDaysRequest::UNIT_WEEK)
        .label;
  };
  EXPECT_EQ(label(2024, 12, 30), "2025-W01");
  EXPECT_EQ(label(2027, 1, 1), "2026-W53");
  EXPECT_EQ(label(2023, 1, 1), "2022-W52");
  EXPECT_EQ(label(2026, 1, 1), "2026-W01");
}

TEST(SpanTest, ALabelNamesItsSpan) {
  for (const v1::ListDaysRequest::Unit unit :
       {ListDaysRequest::UNIT_DAY, ListDaysRequest::UNIT_WEEK,
        ListDaysRequest::UNIT_MONTH}) {
    for (absl::CivilDay day(2019, 12, 1); day < absl::CivilDay(2028, 2, 1);
         ++day) {
      const Span span = SpanOf(day, unit);
      const absl::StatusOr<Span> parsed = ParseSpan(span.label);
      ASSERT_THAT(parsed, IsOk());
      ASSERT_EQ(*parsed, span) << span.label;
    }
  }
}

TEST(SpanTest, WhatIsNoLabelIsTold) {
  for (const char* label :
       {"", "2026", "2026-7-10", "2026-02-30", "2026-13-01", "2026-00",
        "2026-13", "2026-W00", "2026-W54", "2025-W53", "2026-W1", "2026-w28",
        "2026-07-10 ", "+026-07-10", "2026/07/10", "20260710", "today"}) {
    EXPECT_THAT(ParseSpan(label),
                IsError(absl::StatusCode::kInvalidArgument,
                        "Write it like 2026-07-10, 2026-W28 or 2026-07."))
        << label;
  }
}

TEST(SpanTest, AMonthHasItsDays) {
  EXPECT_EQ(SpanOf(absl::CivilDay(2024, 2, 29), ListDaysRequest::UNIT_MONTH),
            (Span{"2024-02", absl::CivilDay(2024, 2, 1),
                  absl::CivilDay(2024, 2, 29)}));
  EXPECT_EQ(SpanOf(absl::CivilDay(2026, 12, 1), ListDaysRequest::UNIT_MONTH),
            (Span{"2026-12", absl::CivilDay(2026, 12, 1),
                  absl::CivilDay(2026, 12, 31)}));
}

}  // namespace
}  // namespace paperwire::catalogue
