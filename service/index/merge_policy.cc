#include "service/index/merge_policy.h"

#include <algorithm>
#include <cstdint>

namespace paperwire::index {
namespace {

int Tier(uint32_t documents, uint32_t factor) {
  int tier = 0;
  for (; documents >= factor; documents /= factor) ++tier;
  return tier;
}

}  // namespace

MergeChoice ChooseMerge(const std::vector<SegmentView>& segments, int factor) {
  const uint32_t f = static_cast<uint32_t>(std::max(2, factor));
  std::vector<int> tiers;
  for (const SegmentView& s : segments) tiers.push_back(Tier(s.live(), f));
  const int top =
      tiers.empty() ? -1 : *std::max_element(tiers.begin(), tiers.end());
  for (int tier = 0; tier <= top; ++tier) {
    size_t begin = segments.size();
    size_t of_tier = 0;
    while (begin > 0 && tiers[begin - 1] <= tier) {
      --begin;
      of_tier += tiers[begin] == tier;
    }
    const size_t all = segments.size() - begin;
    // Small ones among few large ones must not pile up either.
    if (of_tier >= f || all >= 4 * f) return {begin, segments.size()};
  }
  for (size_t i = 0; i < segments.size(); ++i) {
    const SegmentView& s = segments[i];
    if (uint64_t{s.deleted_count} * 4 > s.segment->documents()) {
      return {i, i + 1};
    }
  }
  return {};
}

}  // namespace paperwire::index
