#include "service/index/offer.h"

#include <algorithm>
#include <cmath>

namespace paperwire::index {

double NeededScore(const TopHits& top, const Boost& boost) {
  return top.least_score() / boost.Max() * (1 - 1e-9);
}

uint32_t NeededImpact(const TopHits& top, const Boost& boost, double weight) {
  const double need = NeededScore(top, boost);
  if (!(need > 0) || !(weight > 0)) return 1;
  return static_cast<uint32_t>(
      std::clamp(std::ceil(need * 255 / weight), 1.0, 256.0));
}

void Offer(const Segment& segment, const Boost& boost, uint32_t document,
           bool full, double score, TopHits* top) {
  Hit hit;
  hit.key.score = score;
  if (boost.Any()) hit.key.score *= boost.Factor(segment, document);
  if (hit.key.score < top->least_score()) return;
  hit.key.full = full;
  hit.key.number = segment.numbers()[document];
  hit.sequence = segment.sequences()[document];
  top->Offer(hit);
}

}  // namespace paperwire::index
