// What all ways to find the best documents end with: a document that may get
// onto the page, and its exact score before the boost.

#ifndef PAPERWIRE_SERVICE_INDEX_OFFER_H_
#define PAPERWIRE_SERVICE_INDEX_OFFER_H_

#include <cstdint>

#include "service/index/boost.h"
#include "service/index/segment.h"
#include "service/index/top_hits.h"

namespace paperwire::index {

// Scores below this, before the boost, cannot get onto the page. A little less
// than the page's last hit, for the rounding of sums.
double NeededScore(const TopHits& top, const Boost& boost);

// The same as an impact (impacts.h) of a leaf of this weight: 1 to 256, which
// none has.
uint32_t NeededImpact(const TopHits& top, const Boost& boost, double weight);

// Offers a document with its score, boosted, unless that is too low.
void Offer(const Segment& segment, const Boost& boost, uint32_t document,
           bool full, double score, TopHits* top);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_OFFER_H_
