#include "service/index/one_word.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "service/base/status_macros.h"
#include "service/index/falling_bounds.h"
#include "service/index/offer.h"

namespace paperwire::index {
namespace {

constexpr uint32_t kBetweenChecks = 4;  // blocks

}  // namespace

OneWord::OneWord(const SegmentView& view, const Snapshot& snapshot,
                 PostingCursor* cursor, const LeafScorer& scorer,
                 const Boost& boost, const std::vector<uint32_t>& excluded)
    : view_(view),
      segment_(*view.segment),
      cursor_(*cursor),
      scorer_(scorer),
      boost_(boost),
      excluded_(excluded),
      impacts_(snapshot.impacts(scorer.fields)),
      drift_(
          Drift(segment_.meta().bound_averages, snapshot.average_lengths())) {}

absl::Status OneWord::Run(const std::function<absl::Status()>& check,
                          TopHits* top) {
  FallingBounds<uint8_t> blocks;
  blocks.Reserve(cursor_.blocks());
  for (uint32_t b = 0; b < cursor_.blocks(); ++b) {
    const uint8_t bound = cursor_.BlockBound(b);
    if (bound > 0) blocks.Add(bound, b);
  }
  blocks.Begin();
  const uint8_t* const rows = impacts_->rows();
  const uint8_t* const classes = segment_.classes();
  uint32_t least = NeededImpact(*top, boost_, scorer_.weight);
  const auto visit = [&](uint32_t document, uint8_t code) {
    if (rows[uint32_t{code} * 256 + classes[document]] < least) return;
    Offer(document, code, top);
    least = NeededImpact(*top, boost_, scorer_.weight);
  };
  const auto may_have = [&](uint8_t bound) {
    return bound > 0 && std::ceil(bound * drift_) >= least;
  };
  for (uint32_t n = 1; !blocks.empty() && may_have(blocks.bound()); ++n) {
    if (check && n % kBetweenChecks == 0) RETURN_IF_ERROR(check());
    const uint32_t block = blocks.Take();
    std::array<uint8_t, kEighths> bounds;
    if (!cursor_.EighthBounds(block, &bounds)) {
      cursor_.ForEachInBlock(block, visit);
      continue;
    }
    for (uint32_t left = kEighths; left > 0; --left) {
      const auto best = std::max_element(bounds.begin(), bounds.end());
      if (!may_have(*best)) break;
      *best = 0;
      cursor_.ForEachInEighth(
          block, static_cast<uint32_t>(best - bounds.begin()), visit);
    }
  }
  return absl::OkStatus();
}

void OneWord::Offer(uint32_t document, uint8_t code, TopHits* top) const {
  if (!view_.IsLive(document)) return;
  if (without_ != nullptr && without_->Find(document)) return;
  const FieldCounts counts = cursor_.counts(document, code);
  bool in_field = false;
  for (size_t f = 0; f < counts.size(); ++f) {
    in_field = in_field || (counts[f] > 0 && (scorer_.fields >> f & 1) != 0);
  }
  if (!in_field || std::find(excluded_.begin(), excluded_.end(), document) !=
                       excluded_.end()) {
    return;
  }
  const double score = scorer_.Score(counts, segment_.lengths(document).data());
  index::Offer(segment_, boost_, document, /*full=*/true, score, top);
}

}  // namespace paperwire::index
