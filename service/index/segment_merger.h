// Makes one segment of several neighbouring ones.
//
//     MergedSegment m = MergeSegments(views, id);
//     // m.documents[i][d]: where document d of views[i] is now
//
// Works on the encoded postings, without the texts. Deleted documents are
// left out; spellings and stems that only they had go with the next merge.

#ifndef PAPERWIRE_SERVICE_INDEX_SEGMENT_MERGER_H_
#define PAPERWIRE_SERVICE_INDEX_SEGMENT_MERGER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "service/index/snapshot.h"

namespace paperwire::index {

struct MergedSegment {
  std::shared_ptr<const Segment> segment;
  // By view and document; kNotFound for the deleted.
  std::vector<std::vector<uint32_t>> documents;
};

MergedSegment MergeSegments(const std::vector<SegmentView>& views, uint64_t id);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SEGMENT_MERGER_H_
