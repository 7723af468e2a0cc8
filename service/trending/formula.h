// How votes become a score. The contract (trending_service.proto) publishes the
// formulas and where they come from.

#ifndef PAPERWIRE_SERVICE_TRENDING_FORMULA_H_
#define PAPERWIRE_SERVICE_TRENDING_FORMULA_H_

#include <cstdint>
#include <string>

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
  double faded = 0;        // the same, each times Fading; of VELOCITY
  int64_t first_time = 0;  // of its first vote
};

// What is left of a vote after so many seconds.
double Fading(const Formula& formula, int64_t age);

// The score at a moment, which is not before the first vote.
double Score(const Formula& formula, const Inputs& inputs, int64_t at);

// The lower bound of Wilson's interval for the share of `up` among all, with
// z = 1.96; 0 when there are none.
double WilsonLowerBound(double up, double down);

// The formula with its parameters, for people.
std::string FormulaText(const Formula& formula);

}  // namespace paperwire::trending

#endif  // PAPERWIRE_SERVICE_TRENDING_FORMULA_H_
