#include "service/index/one_phrase.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "service/base/status_macros.h"
#include "service/index/falling_bounds.h"
#include "service/index/offer.h"
#include "service/index/word_matcher.h"

namespace paperwire::index {

OnePhrase::OnePhrase(const SegmentView& view, const Snapshot& snapshot,
                     PhraseMatcher* phrase, const LeafScorer& scorer,
                     const Boost& boost, const std::vector<uint32_t>& excluded)
    : view_(view),
      segment_(*view.segment),
      phrase_(*phrase),
      cursors_(phrase->cursors()),
      scorer_(scorer),
      boost_(boost),
      excluded_(excluded),
      impacts_(snapshot.impacts(scorer.fields)),
      drift_(
          Drift(segment_.meta().bound_averages, snapshot.average_lengths())) {}

bool OnePhrase::IsWanted(uint8_t bound) const {
  return bound > 0 && std::ceil(bound * drift_) >= wanted();
}

absl::Status OnePhrase::Run(const std::function<absl::Status()>& check,
                            TopHits* top, int64_t* total) {
  std::vector<uint8_t> bounds(WindowCount(segment_.documents()));
  phrase_.RaiseBounds(&bounds);
  FallingBounds<uint8_t> windows;
  windows.Reserve(bounds.size());
  for (uint32_t w = 0; w < bounds.size(); ++w) {
    if (bounds[w] > 0) windows.Add(bounds[w], w);
  }
  windows.Begin();
  counts_ = total != nullptr;
  if (top != nullptr) least_ = NeededImpact(*top, boost_, scorer_.weight);
  while (!windows.empty() && IsWanted(windows.bound())) {
    if (check) RETURN_IF_ERROR(check());
    const int64_t found = RunWindow(windows.Take(), top);
    if (counts_) *total += found;
  }
  return absl::OkStatus();
}

uint32_t OnePhrase::Eighths(uint32_t window) const {
  std::array<uint8_t, kEighths> all;
  all.fill(255);
  bool any = false;
  for (const PostingCursor* cursor : cursors_) {
    std::array<uint8_t, kEighths> bounds;
    if (!cursor->EighthBounds(window, &bounds)) {
      if (phrase_.AddsUp()) return (1u << kEighths) - 1;
      continue;
    }
    for (size_t e = 0; e < kEighths; ++e) {
      all[e] = any ? phrase_.Together(all[e], bounds[e]) : bounds[e];
    }
    any = true;
  }
  uint32_t eighths = 0;
  for (size_t e = 0; e < kEighths; ++e) eighths |= IsWanted(all[e]) << e;
  return eighths;
}

int64_t OnePhrase::RunWindow(uint32_t window, TopHits* top) {
  const uint32_t eighths = Eighths(window);
  if (eighths == 0) return 0;
  // The shortest leads: its postings are gone through with the set of those
  // that all others have.
  by_size_.clear();
  for (PostingCursor* cursor : cursors_) {
    by_size_.emplace_back(cursor->SizeIn(window), cursor);
  }
  std::sort(by_size_.begin(), by_size_.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  const uint32_t begin = window * kWindowSize;
  const uint32_t end = std::min(begin + kWindowSize, segment_.documents());
  WindowSet set;
  if (by_size_.size() == 1) {
    set.AddFirst(end - begin);
  } else {
    by_size_[1].second->AddTo(window, &set);
  }
  set.KeepEighths(eighths);
  for (size_t i = 2; i < by_size_.size() && !set.Empty(); ++i) {
    NarrowToPostings(by_size_[i].second, query::kAllFields, {begin, end}, &set);
  }
  const uint32_t least = phrase_.AddsUp() ? 0 : wanted();
  places_.clear();
  by_size_[0].second->ForEachIn(window, set, [&](uint32_t place, uint8_t code) {
    if (impacts_->at(code, segment_.classes()[begin + place]) < least) return;
    places_.push_back(place);
  });
  FieldCounts counts;
  int64_t found = 0;
  for (const uint32_t place : places_) {
    const uint32_t document = begin + place;
    if (!view_.IsLive(document)) continue;
    const uint8_t impact = ImpactOf(document);
    if (impact == 0 || !phrase_.Count(&counts) ||
        std::find(excluded_.begin(), excluded_.end(), document) !=
            excluded_.end()) {
      continue;
    }
    ++found;
    if (top == nullptr || impact < least_) continue;
    const double score =
        scorer_.Score(counts, segment_.lengths(document).data());
    Offer(segment_, boost_, document, /*full=*/true, score, top);
    least_ = NeededImpact(*top, boost_, scorer_.weight);
  }
  return found;
}

uint8_t OnePhrase::ImpactOf(uint32_t document) {
  const uint8_t document_class = segment_.classes()[document];
  uint8_t all = 0;
  for (PostingCursor* const cursor : cursors_) {
    if (!cursor->Find(document)) return 0;
    const uint8_t one = impacts_->at(cursor->code(), document_class);
    all = cursor == cursors_[0] ? one : phrase_.Together(all, one);
    if (!phrase_.AddsUp() && all < wanted()) return 0;
  }
  return all >= wanted() ? all : 0;
}

}  // namespace paperwire::index
