// Keeps the first hits of those that are offered, in a bounded heap.

#ifndef PAPERWIRE_SERVICE_INDEX_TOP_HITS_H_
#define PAPERWIRE_SERVICE_INDEX_TOP_HITS_H_

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "service/index/ordering.h"
#include "service/index/search.h"

namespace paperwire::index {

class TopHits {
 public:
  // The first `size` hits that stand after `after`.
  TopHits(Order order, std::optional<HitKey> after, size_t size);

  // A score below this cannot enter (by relevance only).
  double least_score() const { return least_score_; }
  size_t size() const { return heap_.size(); }
  bool IsFull() const { return heap_.size() >= size_; }

  void Offer(const Hit& hit);

  // The hits in order. Ends the collection.
  std::vector<Hit> Take();

 private:
  bool Before(const Hit& a, const Hit& b) const {
    return StandsBefore(order_, a.key, b.key);
  }

  const Order order_;
  const std::optional<HitKey> after_;
  const size_t size_;
  double least_score_ = -std::numeric_limits<double>::infinity();
  std::vector<Hit> heap_;  // the last one on top
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_TOP_HITS_H_
