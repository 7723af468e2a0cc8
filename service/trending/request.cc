#include "service/trending/request.h"

#include "service/base/error_details.h"
#include "service/base/strings.h"

namespace paperwire::trending {
namespace {

constexpr absl::Duration kMinHalfLife = absl::Minutes(1);
constexpr absl::Duration kMaxHalfLife = absl::Hours(24 * 366 * 10);

}  // namespace

absl::StatusOr<absl::Duration> WindowOf(v1::TrendingWindow window) {
  switch (window) {
    case v1::TRENDING_WINDOW_UNSPECIFIED:
    case v1::TRENDING_WINDOW_WEEK:
      return absl::Hours(24 * 7);
    case v1::TRENDING_WINDOW_DAY:
      return absl::Hours(24);
    case v1::TRENDING_WINDOW_MONTH:
      return absl::Hours(24 * 30);
    case v1::TRENDING_WINDOW_ALL:
      return absl::InfiniteDuration();
    default:
      return InvalidField(
          "window", StrCat("There is no window ", static_cast<int>(window),
                           ". Choose the day, the week, the "
                           "month or all."));
  }
}

std::string WindowText(v1::TrendingWindow window) {
  switch (window) {
    case v1::TRENDING_WINDOW_DAY:
      return "the last 24 hours";
    case v1::TRENDING_WINDOW_MONTH:
      return "the last 30 days";
    case v1::TRENDING_WINDOW_ALL:
      return "all votes";
    default:
      return "the last 7 days";
  }
}

absl::StatusOr<Formula> FormulaOf(v1::TrendingFormula formula,
                                  const google::protobuf::Duration* half_life) {
  Formula wanted;
  if (!v1::TrendingFormula_IsValid(formula)) {
    return InvalidField(
        "formula", StrCat("There is no formula ", static_cast<int>(formula),
                          ". Choose votes, Hacker News, Reddit hot, velocity "
                          "or Wilson."));
  }
  if (formula != v1::TRENDING_FORMULA_UNSPECIFIED) wanted.kind = formula;
  if (half_life == nullptr) return wanted;
  if (wanted.kind != v1::TRENDING_FORMULA_VELOCITY) {
    return InvalidField("half_life",
                        "Only the formula velocity has a half-life. Leave it "
                        "out, or choose that formula.");
  }
  wanted.half_life = absl::Seconds(half_life->seconds()) +
                     absl::Nanoseconds(half_life->nanos());
  if (wanted.half_life < kMinHalfLife || wanted.half_life > kMaxHalfLife) {
    return InvalidField("half_life",
                        StrCat("It is ", absl::FormatDuration(wanted.half_life),
                               "; one minute to ten years are allowed."));
  }
  return wanted;
}

}  // namespace paperwire::trending
