// The whole index at one moment.
//
//     std::shared_ptr<const Snapshot> now = index->snapshot();
//     now->documents();  // papers that can be found
//     now->sequence();   // complete up to here
//
// A list of segments, oldest first, each with the bitmap of its documents
// that are deleted, and the statistics of the living that scores are made
// of. A paper lives in one segment at most. Never changed once made; hold it
// as long as you want to see the same papers. Any thread.

#ifndef PAPERWIRE_SERVICE_INDEX_SNAPSHOT_H_
#define PAPERWIRE_SERVICE_INDEX_SNAPSHOT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "service/index/deleted_counts.h"
#include "service/index/field_norms.h"
#include "service/index/impacts.h"
#include "service/index/segment.h"

namespace paperwire::index {

// A segment, and which of its documents are deleted.
struct SegmentView {
  std::shared_ptr<const Segment> segment;
  // Bit d of the words: document d is deleted. Null: none is.
  std::shared_ptr<const std::vector<uint64_t>> deleted;
  uint32_t deleted_count = 0;
  // Of this bitmap; null when it is.
  std::shared_ptr<DeletedCounts> deleted_counts;
  // Of the living, by text field, in words.
  std::array<uint64_t, query::kTextFields> total_lengths{};

  // A view with nothing deleted.
  static SegmentView Of(std::shared_ptr<const Segment> segment);

  uint32_t live() const { return segment->documents() - deleted_count; }
  bool IsLive(uint32_t d) const {
    return deleted == nullptr || ((*deleted)[d / 64] >> (d % 64) & 1) == 0;
  }
};

class Snapshot {
 public:
  Snapshot(std::vector<SegmentView> segments, int64_t sequence);

  // The sequence number up to which it is complete.
  int64_t sequence() const { return sequence_; }
  // Living documents.
  int64_t documents() const { return documents_; }
  // Bytes of all segments, the deleted documents included.
  int64_t bytes() const;

  const std::vector<SegmentView>& segments() const { return segments_; }
  // Words of the living in a field, divided by documents().
  double average_length(int field) const {
    return average_lengths_[static_cast<size_t>(field)];
  }
  const std::array<double, query::kTextFields>& average_lengths() const {
    return average_lengths_;
  }
  const FieldNorms& norms() const;
  // Bounds of impacts in these fields.
  std::shared_ptr<const ImpactTable> impacts(query::FieldSet fields) const;

  // Where a paper lives.
  struct Place {
    size_t segment;  // index in segments()
    uint32_t document;
  };
  // False when no living document has this number.
  bool Find(int64_t number, Place* place) const;

 private:
  const std::vector<SegmentView> segments_;
  const int64_t sequence_;
  int64_t documents_ = 0;
  std::array<double, query::kTextFields> average_lengths_{};
  mutable std::once_flag norms_once_;
  mutable std::unique_ptr<const FieldNorms> norms_;
  mutable std::shared_ptr<const ImpactTable> impacts_;  // in all fields
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SNAPSHOT_H_
