#include "service/catalogue/days.h"

#include <gtest/gtest.h>

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
