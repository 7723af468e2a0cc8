// Which neighbouring segments to merge next.
//
// Tiers are powers of the merge factor: with 8, segments of 1 to 7 documents
// are in tier 0, of 8 to 63 in tier 1, and so on. Segments are looked at from
// the newest back; as soon as the newest ones, none above tier t, hold a
// factor's worth of tier t itself, they all become one segment. Smaller ones
// that stand between larger ones go along with them. So every document is
// rewritten about once a tier, and no more than a few segments of each tier
// remain.
//
// A segment of which more than a quarter is deleted is rewritten alone.

#ifndef PAPERWIRE_SERVICE_INDEX_MERGE_POLICY_H_
#define PAPERWIRE_SERVICE_INDEX_MERGE_POLICY_H_

#include <cstddef>
#include <vector>

#include "service/index/snapshot.h"

namespace paperwire::index {

// The segments [begin, end) of the list; begin == end: nothing to do.
struct MergeChoice {
  size_t begin = 0;
  size_t end = 0;
};

MergeChoice ChooseMerge(const std::vector<SegmentView>& segments, int factor);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_MERGE_POLICY_H_
