// The changes that an index makes to its list of segments.
//
// Pure functions from one list to the next: Index guards the current list,
// these do not know of threads.

#ifndef PAPERWIRE_SERVICE_INDEX_SEGMENT_LIST_H_
#define PAPERWIRE_SERVICE_INDEX_SEGMENT_LIST_H_

#include <cstdint>
#include <vector>

#include "service/index/merge_policy.h"
#include "service/index/segment_merger.h"
#include "service/index/snapshot.h"

namespace paperwire::index {

// Marks the living documents with these numbers as deleted. A segment of
// which nothing lives any more leaves the list.
void DeleteNumbers(const std::vector<int64_t>& numbers,
                   std::vector<SegmentView>* segments);

// Puts the merged segment in the place of those that it was made of, which
// were `before` when the merge began. What was deleted from them since then is
// deleted from it. `at` is where they stand now.
void ReplaceMerged(const std::vector<SegmentView>& before,
                   const MergedSegment& merged, size_t at,
                   std::vector<SegmentView>* segments);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SEGMENT_LIST_H_
