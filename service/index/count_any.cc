#include "service/index/count_any.h"

#include <algorithm>
#include <bit>

#include "service/base/status_macros.h"
#include "service/index/window.h"

namespace paperwire::index {

absl::StatusOr<int64_t> CountAny(const SegmentView& view,
                                 std::span<PostingCursor* const> words,
                                 const std::vector<uint32_t>& excluded,
                                 const std::function<absl::Status()>& check) {
  std::vector<uint64_t> bitmap(WindowCount(view.segment->documents()) *
                               WindowSet::kWords);
  for (PostingCursor* const word : words) {
    if (check) RETURN_IF_ERROR(check());
    word->AddAllTo(bitmap);
  }
  if (view.deleted != nullptr) {
    const size_t n = std::min(bitmap.size(), view.deleted->size());
    for (size_t w = 0; w < n; ++w) bitmap[w] &= ~(*view.deleted)[w];
  }
  for (const uint32_t d : excluded) {
    bitmap[d / 64] &= ~(uint64_t{1} << (d % 64));
  }
  int64_t count = 0;
  for (const uint64_t w : bitmap) count += std::popcount(w);
  return count;
}

}  // namespace paperwire::index
