#include "service/index/window_scorer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "service/index/kernels.h"
#include "service/index/word_matcher.h"

namespace paperwire::index {
namespace {

// What all leaves together come to; the rest of 65,535 is for rounding up.
constexpr double kUnits = 60000;

// What steps cost, relative to each other: measured, roughly nanoseconds.
constexpr uint64_t kLookUpCost = 12;
constexpr uint64_t kHarvestCost = 120;

}  // namespace

WindowScorer::WindowScorer(
    const Segment& segment, const AverageLengths& averages,
    const std::vector<std::unique_ptr<LeafMatcher>>& leaves,
    const std::vector<LeafScorer>& scorers)
    : segment_(segment),
      windows_(WindowCount(segment.documents())),
      leaf_places_(leaves.size(), SIZE_MAX),
      window_bounds_(windows_) {
  double weights = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i] == nullptr) continue;
    weights += scorers[i].weight;
    leaf_places_[i] = leaves_.size();
    Leaf& leaf = leaves_.emplace_back();
    leaf.matcher = leaves[i].get();
    leaf.cursor = leaves[i]->cursor();
    leaf.scorer = scorers[i];
  }
  unit_ = weights / kUnits;
  const double drift = Drift(segment.meta().bound_averages, averages);
  for (Leaf& leaf : leaves_) {
    leaf.impacts = ImpactTable::Of(averages, leaf.scorer.fields);
    leaf.factor = static_cast<uint32_t>(
        std::ceil(leaf.scorer.weight / unit_ / 255 * 256));
    leaf.bounds.resize(windows_);
    leaf.matcher->RaiseBounds(&leaf.bounds);
    for (uint32_t w = 0; w < windows_; ++w) {
      uint8_t& bound = leaf.bounds[w];
      if (bound == 0) continue;
      if (drift > 1) {
        bound = static_cast<uint8_t>(std::min(255.0, std::ceil(bound * drift)));
      }
      window_bounds_[w] += Units(leaf, bound);
    }
  }
}

bool WindowScorer::MayHave(size_t leaf, uint32_t window) const {
  const size_t place = leaf_places_[leaf];
  return place != SIZE_MAX && leaves_[place].bounds[window] > 0;
}

uint32_t WindowScorer::Need(const TopHits& top) const {
  const double least = top.least_score();
  if (!(least > 0)) return 0;
  // A little less, for the rounding of exact sums.
  return static_cast<uint32_t>(least / unit_ * (1 - 1e-9));
}

void WindowScorer::SumUp(Leaf& leaf, const Window& window,
                         const WindowSet& set) {
  uint16_t* const sums = sums_.data();
  const auto add = [sums](uint32_t at, uint32_t units) {
    sums[at] = static_cast<uint16_t>(sums[at] + units);
  };
  if (leaf.cursor == nullptr) {
    WindowSet found = set;
    leaf.matcher->NarrowRoughly(window, &found);
    found.ForEach([&](uint32_t i) {
      add(i,
          Units(leaf, leaf.matcher->ImpactAt(window.begin + i, *leaf.impacts)));
    });
    return;
  }
  const PostingCursor::Run run = leaf.cursor->Load(window.begin / kWindowSize);
  const uint8_t* const rows = leaf.impacts->rows();
  const uint8_t* const classes = segment_.classes();
  const uint32_t factor = leaf.factor;
  const bool any_field = leaf.scorer.fields == query::kAllFields;
  for (uint32_t i = 0; i < run.size; ++i) {
    const uint32_t d = run.documents[i];
    const uint32_t impact = rows[uint32_t{run.codes[i]} * 256 + classes[d]];
    if (!any_field && impact == 0) continue;
    add(d - window.begin, (impact * factor >> 8) + 1);
  }
}

void WindowScorer::LookUp(Leaf& leaf, const Window& window,
                          uint32_t still_to_come, uint32_t need) {
  size_t kept = 0;
  for (Candidate c : candidates_) {
    const uint32_t document = window.begin + (c & 0xFFFF);
    c += Units(leaf, leaf.matcher->ImpactAt(document, *leaf.impacts)) << 16;
    candidates_[kept] = c;
    kept += (c >> 16) + still_to_come >= need;
  }
  candidates_.resize(kept);
}

void WindowScorer::Offer(uint32_t document, bool full, bool any, TopHits* top) {
  Hit hit;
  bool is_any = false;
  for (Leaf& leaf : leaves_) {
    const FieldCounts counts = leaf.matcher->CountsOf(document);
    if (counts == FieldCounts{}) continue;
    is_any = true;
    hit.key.score += leaf.scorer.Score(counts, segment_.lengths(document));
  }
  if (!is_any && !any) return;
  hit.key.full = full;
  hit.key.number = segment_.numbers()[document];
  hit.sequence = segment_.sequences()[document];
  top->Offer(hit);
}

void WindowScorer::ScoreExactly(const Window& window, bool full, bool any,
                                TopHits* top) {
  // The most promising first: they raise the bar for the others.
  constexpr size_t kFirst = 16;
  const auto offer = [&](size_t begin, size_t end) {
    std::sort(candidates_.begin() + static_cast<ptrdiff_t>(begin),
              candidates_.begin() + static_cast<ptrdiff_t>(end),
              std::greater<>());
    for (size_t i = begin; i < end; ++i) {
      if (!MayEnter(candidates_[i] >> 16, *top)) return;
      Offer(window.begin + (candidates_[i] & 0xFFFF), full, any, top);
    }
  };
  size_t begin = 0;
  while (candidates_.size() - begin > 2 * kFirst) {
    std::nth_element(
        candidates_.begin() + static_cast<ptrdiff_t>(begin),
        candidates_.begin() + static_cast<ptrdiff_t>(begin + kFirst),
        candidates_.end(), std::greater<>());
    offer(begin, begin + kFirst);
    begin += kFirst;
    const uint32_t need = Need(*top);
    candidates_.erase(
        std::remove_if(candidates_.begin() + static_cast<ptrdiff_t>(begin),
                       candidates_.end(),
                       [need](Candidate c) { return c >> 16 < need; }),
        candidates_.end());
  }
  offer(begin, candidates_.size());
}

void WindowScorer::Evaluate(const Window& window, const WindowSet& set,
                            bool full, bool any, TopHits* top) {
  const uint32_t w = window.begin / kWindowSize;
  const uint32_t need = Need(*top);
  here_.clear();
  uint64_t postings = 0;
  for (Leaf& leaf : leaves_) {
    if (leaf.bounds[w] == 0) continue;
    here_.emplace_back(Units(leaf, leaf.bounds[w]), &leaf);
  }
  std::sort(here_.begin(), here_.end());
  // The first leaves of here_ are not essential: together they stay below.
  size_t essential = 0;
  uint32_t others = 0;
  while (essential < here_.size() && others + here_[essential].first < need) {
    others += here_[essential++].first;
  }
  for (size_t i = essential; i < here_.size(); ++i) {
    postings += here_[i].second->matcher->CostIn(w);
  }
  candidates_.clear();
  if (any ||
      set.Count() * kLookUpCost * here_.size() < postings + kHarvestCost) {
    // Few documents: look each up in all leaves.
    set.ForEach([&](uint32_t i) { candidates_.push_back(i); });
    for (; essential < here_.size(); ++essential) {
      others += here_[essential].first;
    }
  } else if (essential < here_.size()) {
    if (sums_.empty()) sums_.resize(kWindowSize);
    for (size_t i = essential; i < here_.size(); ++i) {
      SumUp(*here_[i].second, window, set);
    }
    candidates_.resize(kWindowSize);
    const uint32_t least =
        std::clamp<uint32_t>(need > others ? need - others : 1, 1, UINT16_MAX);
    candidates_.resize(kernels::Best().harvest(sums_.data(), kWindowSize,
                                               static_cast<uint16_t>(least),
                                               candidates_.data()));
    std::erase_if(candidates_,
                  [&](Candidate c) { return !set.Has(c & 0xFFFF); });
  }
  // The others, strongest first.
  for (size_t i = essential; i-- > 0 && !candidates_.empty();) {
    others -= here_[i].first;
    LookUp(*here_[i].second, window, others, need);
  }
  if (!any)
    std::erase_if(candidates_, [](Candidate c) { return c >> 16 == 0; });
  ScoreExactly(window, full, any, top);
}

}  // namespace paperwire::index
