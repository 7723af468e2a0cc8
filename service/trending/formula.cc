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

}  // namespace

Scorer::Scorer(const Formula& formula, int64_t at)
    : formula_(formula), at_(at) {}

double Scorer::ComputeLeft(int64_t time) const {
  return std::exp2(-static_cast<double>(at_ - time) /
                   absl::ToDoubleSeconds(formula_.half_life));
}

double Scorer::HackerNews(const Inputs& inputs) {
  const double points = by_votes_.Get(inputs.votes, [](int64_t votes) {
    return std::pow(static_cast<double>(votes - 1), 0.8);
  });
  return points / by_time_.Get(inputs.first_time, [this](int64_t time) {
    return std::pow(static_cast<double>(at_ - time) / kHour + 2, 1.8);
  });
}

double Scorer::RedditHot(const Inputs& inputs) {
  const double tens = by_votes_.Get(inputs.votes, [](int64_t votes) {
    return std::log10(static_cast<double>(std::max<int64_t>(votes, 1)));
  });
  return tens +
         static_cast<double>(inputs.first_time - kRedditEpoch) / kRedditSpan;
}

double Scorer::Score(const Inputs& inputs) {
  switch (formula_.kind) {
    case v1::TRENDING_FORMULA_HACKER_NEWS:
      return HackerNews(inputs);
    case v1::TRENDING_FORMULA_REDDIT_HOT:
      return RedditHot(inputs);
    case v1::TRENDING_FORMULA_VELOCITY:
      return inputs.left;
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
