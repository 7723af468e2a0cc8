// How votes become a score. The contract (trending_service.proto) publishes the
// formulas and where they come from.

#ifndef PAPERWIRE_SERVICE_TRENDING_FORMULA_H_
#define PAPERWIRE_SERVICE_TRENDING_FORMULA_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "paperwire/v1/trending_service.pb.h"

namespace paperwire::trending {

struct Formula {
  v1::TrendingFormula kind = v1::TRENDING_FORMULA_VOTES;
  absl::Duration half_life = absl::Hours(24);  // of VELOCITY
};

// What a formula is given about a paper. Times in seconds since the epoch.
struct Inputs {
  int64_t votes = 0;       // in the window; positive
  double left = 0;         // the same, each times Left; of VELOCITY
  int64_t first_time = 0;  // of its first vote
};

// A formula at a moment, for many papers: powers are kept, because lists count
// their votes from midnight on, and most counts are small.
//
//     Scorer scorer(formula, at);
//     inputs.left += votes * scorer.Left(time);
//     const double score = scorer.Score(inputs);
//
// No vote is from after the moment. One thread.
class Scorer {
 public:
  Scorer(const Formula& formula, int64_t at);

  // What is left of a vote that was cast then.
  double Left(int64_t time) {
    return by_time_.Get(time, [this](int64_t t) { return ComputeLeft(t); });
  }

  double Score(const Inputs& inputs);

 private:
  // The newest values of a function, by argument.
  class Cache {
   public:
    template <typename F>
    double Get(int64_t argument, F compute) {
      Line& line =
          lines_[static_cast<uint64_t>(argument) * kMultiplier >> (64 - kBits)];
      if (line.argument != argument) line = {argument, compute(argument)};
      return line.value;
    }

   private:
    static constexpr int kBits = 11;
    static constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;
    struct Line {
      int64_t argument = std::numeric_limits<int64_t>::min();  // of nothing
      double value = 0;
    };
    std::vector<Line> lines_ = std::vector<Line>(size_t{1} << kBits);
  };

  double ComputeLeft(int64_t time) const;
  double HackerNews(const Inputs& inputs);
  double RedditHot(const Inputs& inputs);

  const Formula formula_;
  const int64_t at_;
  Cache by_time_;
  Cache by_votes_;
};

// The lower bound of Wilson's interval for the share of `up` among all, with
// z = 1.96; 0 when there are none.
double WilsonLowerBound(double up, double down);

// The formula with its parameters, for people.
std::string FormulaText(const Formula& formula);

}  // namespace paperwire::trending

#endif  // PAPERWIRE_SERVICE_TRENDING_FORMULA_H_
