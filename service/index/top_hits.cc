#include "service/index/top_hits.h"

#include <algorithm>
#include <utility>

namespace paperwire::index {
namespace {

constexpr size_t kUsualSize = 32;

}  // namespace

TopHits::TopHits(Order order, std::optional<HitKey> after, size_t size)
    : order_(order), after_(after), size_(size) {
  heap_.reserve(std::min(size, kUsualSize));
}

void TopHits::Offer(const Hit& hit) {
  if (size_ == 0 ||
      (after_.has_value() && !StandsBefore(order_, *after_, hit.key))) {
    return;
  }
  const auto before = [this](const Hit& a, const Hit& b) {
    return Before(a, b);
  };
  if (heap_.size() == size_) {
    if (!Before(hit, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), before);
    heap_.back() = hit;
  } else {
    heap_.push_back(hit);
  }
  std::push_heap(heap_.begin(), heap_.end(), before);
  // Full hits come first: a heap that still holds partial ones is open to
  // full ones of any score.
  if (order_ == Order::kRelevance && heap_.size() == size_ &&
      heap_.front().key.full == hit.key.full) {
    least_score_ = heap_.front().key.score;
  }
}

std::vector<Hit> TopHits::Take() {
  std::sort(heap_.begin(), heap_.end(),
            [this](const Hit& a, const Hit& b) { return Before(a, b); });
  return std::move(heap_);
}

}  // namespace paperwire::index
