#include "service/index/segment_list.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "service/base/priority.h"

namespace paperwire::index {
namespace {

// Copies the bitmap of the view, once for all of the documents.
void Delete(const std::vector<uint32_t>& documents, SegmentView* view) {
  const Segment& s = *view->segment;
  auto bitmap = view->deleted != nullptr
                    ? std::make_shared<std::vector<uint64_t>>(*view->deleted)
                    : std::make_shared<std::vector<uint64_t>>(
                          (size_t{s.documents()} + 63) / 64, 0);
  for (const uint32_t d : documents) {
    uint64_t& word = (*bitmap)[d / 64];
    const uint64_t bit = uint64_t{1} << (d % 64);
    if ((word & bit) != 0) continue;
    word |= bit;
    ++view->deleted_count;
    for (size_t f = 0; f < view->total_lengths.size(); ++f) {
      view->total_lengths[f] -= s.lengths(d)[f];
    }
  }
  view->deleted = std::move(bitmap);
  view->deleted_counts = std::make_shared<DeletedCounts>();
}

void RemoveEmpty(std::vector<SegmentView>* segments) {
  std::erase_if(*segments, [](const SegmentView& v) { return v.live() == 0; });
}

}  // namespace

void DeleteNumbers(const std::vector<int64_t>& numbers,
                   std::vector<SegmentView>* segments) {
  std::map<size_t, std::vector<uint32_t>> deleted;
  for (const int64_t number : numbers) {
    GiveWay();
    for (size_t i = segments->size(); i-- > 0;) {
      const SegmentView& view = (*segments)[i];
      const uint32_t d = view.segment->FindNumber(number);
      if (d == kNotFound || !view.IsLive(d)) continue;
      deleted[i].push_back(d);
      break;
    }
  }
  for (const auto& [i, documents] : deleted) {
    Delete(documents, &(*segments)[i]);
  }
  RemoveEmpty(segments);
}

void ReplaceMerged(const std::vector<SegmentView>& before,
                   const MergedSegment& merged, size_t at,
                   std::vector<SegmentView>* segments) {
  SegmentView view = SegmentView::Of(merged.segment);
  std::vector<uint32_t> deleted;
  size_t now = at;  // segments that became empty have left the list
  for (size_t i = 0; i < before.size(); ++i) {
    const bool here = now < segments->size() &&
                      (*segments)[now].segment.get() == before[i].segment.get();
    for (uint32_t d = 0; d < merged.documents[i].size(); ++d) {
      const uint32_t target = merged.documents[i][d];
      if (target == kNotFound) continue;
      if (!here || !(*segments)[now].IsLive(d)) deleted.push_back(target);
    }
    now += here;
  }
  if (!deleted.empty()) Delete(deleted, &view);
  const auto begin = segments->begin() + static_cast<ptrdiff_t>(at);
  segments->erase(begin, segments->begin() + static_cast<ptrdiff_t>(now));
  segments->insert(segments->begin() + static_cast<ptrdiff_t>(at),
                   std::move(view));
  RemoveEmpty(segments);
}

}  // namespace paperwire::index
