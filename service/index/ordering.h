// The order of hits.

#ifndef PAPERWIRE_SERVICE_INDEX_ORDERING_H_
#define PAPERWIRE_SERVICE_INDEX_ORDERING_H_

#include <cstdint>

#include "service/index/search.h"
#include "service/index/segment.h"

namespace paperwire::index {

// Whether `a` stands before `b`. Total: no two documents of a snapshot have
// the same number.
inline bool StandsBefore(Order order, const HitKey& a, const HitKey& b) {
  if (a.full != b.full) return a.full;
  if (order != Order::kRelevance) {
    if (a.has_order_value != b.has_order_value) return a.has_order_value;
    if (a.has_order_value && a.order_value != b.order_value) {
      return order == Order::kPublishedAscending
                 ? a.order_value < b.order_value
                 : a.order_value > b.order_value;
    }
  }
  if (a.score != b.score) return a.score > b.score;
  return a.number < b.number;
}

// Fills in what the order looks at besides score and number.
inline void SetOrderValue(Order order, const Segment& segment,
                          uint32_t document, HitKey* key) {
  switch (order) {
    case Order::kRelevance:
      return;
    case Order::kPublishedDescending:
    case Order::kPublishedAscending:
      key->has_order_value = (segment.flags()[document] & kHasPublished) != 0;
      key->order_value = segment.published()[document];
      return;
    case Order::kVotesDescending:
      key->has_order_value = (segment.flags()[document] & kHasVotes) != 0;
      key->order_value = segment.votes()[document];
      return;
    case Order::kSequenceDescending:
      key->order_value = segment.sequences()[document];
      return;
  }
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_ORDERING_H_
