#include "service/index/snapshot.h"

#include <utility>

namespace paperwire::index {

SegmentView SegmentView::Of(std::shared_ptr<const Segment> segment) {
  SegmentView view;
  view.total_lengths = segment->meta().total_lengths;
  view.segment = std::move(segment);
  return view;
}

Snapshot::Snapshot(std::vector<SegmentView> segments, int64_t sequence)
    : segments_(std::move(segments)), sequence_(sequence) {
  std::array<uint64_t, query::kTextFields> totals{};
  for (const SegmentView& view : segments_) {
    documents_ += view.live();
    for (size_t f = 0; f < totals.size(); ++f) {
      totals[f] += view.total_lengths[f];
    }
  }
  for (size_t f = 0; f < totals.size(); ++f) {
    if (documents_ > 0) {
      average_lengths_[f] =
          static_cast<double>(totals[f]) / static_cast<double>(documents_);
    }
  }
}

int64_t Snapshot::bytes() const {
  int64_t sum = 0;
  for (const SegmentView& view : segments_) sum += view.segment->bytes();
  return sum;
}

const FieldNorms& Snapshot::norms() const {
  std::call_once(norms_once_, [this] {
    norms_ = std::make_unique<const FieldNorms>(average_lengths_);
    impacts_ = ImpactTable::Of(average_lengths_);
  });
  return *norms_;
}

std::shared_ptr<const ImpactTable> Snapshot::impacts(
    query::FieldSet fields) const {
  if (fields != query::kAllFields) {
    return ImpactTable::Of(average_lengths_, fields);
  }
  norms();
  return impacts_;
}

bool Snapshot::Find(int64_t number, Place* place) const {
  // The newest state of a paper is in the newest segment that knows it.
  for (size_t i = segments_.size(); i-- > 0;) {
    const uint32_t d = segments_[i].segment->FindNumber(number);
    if (d != kNotFound && segments_[i].IsLive(d)) {
      *place = {i, d};
      return true;
    }
  }
  return false;
}

}  // namespace paperwire::index
