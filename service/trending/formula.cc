#include "service/trending/formula.h"

#include <algorithm>
#include <cmath>

#include "service/base/strings.h"

namespace paperwire::trending {
namespace {

constexpr double kHour = 3600;
// Of Reddit: the seconds that are worth ten times the votes, and where it
// begins to count, 2005-12-08 07:46:43 UTC.
constexpr double kRedditSpan = 45000;
constexpr int64_t kRedditEpoch = 1134028003;
// 95 % of a normal distribution lie within so many standard deviations.
constexpr double kZ = 1.96;

double HackerNews(const Inputs& inputs, int64_t at) {
  const double hours = static_cast<double>(at - inputs.first_time) / kHour;
  return std::pow(static_cast<double>(inputs.votes - 1), 0.8) /
         std::pow(hours + 2, 1.8);
}

double RedditHot(const Inputs& inputs) {
  return std::log10(static_cast<double>(std::max<int64_t>(inputs.votes, 1))) +
         static_cast<double>(inputs.first_time - kRedditEpoch) / kRedditSpan;
}

}  // namespace

double Fading(const Formula& formula, int64_t age) {
  return std::exp2(-static_cast<double>(age) /
                   absl::ToDoubleSeconds(formula.half_life));
}

double Score(const Formula& formula, const Inputs& inputs, int64_t at) {
  switch (formula.kind) {
    case v1::TRENDING_FORMULA_HACKER_NEWS:
      return HackerNews(inputs, at);
    case v1::TRENDING_FORMULA_REDDIT_HOT:
      return RedditHot(inputs);
    case v1::TRENDING_FORMULA_VELOCITY:
      return inputs.faded;
    case v1::TRENDING_FORMULA_WILSON:
      return WilsonLowerBound(static_cast<double>(inputs.votes), 0);
    default:
      return static_cast<double>(inputs.votes);
  }
}

double WilsonLowerBound(double up, double down) {
  const double n = up + down;
  if (n <= 0) return 0;
  const double share = up / n;
  const double z2 = kZ * kZ;
  return (share + z2 / (2 * n) -
          kZ * std::sqrt((share * (1 - share) + z2 / (4 * n)) / n)) /
         (1 + z2 / n);
}

std::string FormulaText(const Formula& formula) {
  switch (formula.kind) {
    case v1::TRENDING_FORMULA_HACKER_NEWS:
      return "(votes - 1)^0.8 / (hours since the first vote + 2)^1.8";
    case v1::TRENDING_FORMULA_REDDIT_HOT:
      return "log10(max(votes, 1)) + (first vote - 2005-12-08 07:46:43 UTC) "
             "in seconds / 45000";
    case v1::TRENDING_FORMULA_VELOCITY:
      return StrCat("sum over votes of 2^(-time since the vote / ",
                    absl::FormatDuration(formula.half_life), ")");
    case v1::TRENDING_FORMULA_WILSON:
      return "lower bound of the 95 % Wilson interval: votes / (votes + "
             "1.96^2)";
    default:
      return "votes";
  }
}

}  // namespace paperwire::trending
