// Raises recent papers, and those that people voted for, on request.
//
//     boosted = score * (1 + recency_weight * 2^(-age / half_life)
//                          + votes_weight * votes / (votes + kHalfVotes))
//
// The words still decide: a paper that does not match gets nothing, full
// matches stay before partial ones, and no score grows more than Max() times,
// which is what bounds of scores are stretched by (window_scorer.h). Both
// parts are between 0 and 1, so that a weight says how much is at stake. A
// paper without a date, or without votes, goes without that part; one that is
// dated later than `from` counts as new.

#ifndef PAPERWIRE_SERVICE_INDEX_BOOST_H_
#define PAPERWIRE_SERVICE_INDEX_BOOST_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "service/index/segment.h"

namespace paperwire::index {

struct Boost {
  double recency_weight = 0;
  double half_life_seconds = 1;
  int64_t from = 0;  // seconds since the epoch; where age is counted from
  double votes_weight = 0;

  // So many votes have half of the effect of endless ones.
  static constexpr double kHalfVotes = 20;

  bool operator==(const Boost&) const = default;
  bool Any() const { return recency_weight > 0 || votes_weight > 0; }
  double Max() const { return 1 + recency_weight + votes_weight; }

  // What the parts add to 1.
  double Recency(const Segment& segment, uint32_t document) const {
    if ((segment.flags()[document] & kHasPublished) == 0) return 0;
    const double age =
        static_cast<double>(from) -
        static_cast<double>(int64_t{segment.published()[document]});
    return recency_weight * std::exp2(-std::max(0.0, age) / half_life_seconds);
  }
  double Votes(const Segment& segment, uint32_t document) const {
    if ((segment.flags()[document] & kHasVotes) == 0) return 0;
    const double votes = std::max(
        0.0, static_cast<double>(int64_t{segment.votes()[document]}));
    return votes_weight * (votes / (votes + kHalfVotes));
  }
  double Factor(const Segment& segment, uint32_t document) const {
    return 1 + Recency(segment, document) + Votes(segment, document);
  }
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_BOOST_H_
