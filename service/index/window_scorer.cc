#include "service/index/window_scorer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "service/index/kernels.h"
#include "service/index/offer.h"
#include "service/index/promising_first.h"
#include "service/index/word_matcher.h"

namespace paperwire::index {
namespace {

// What all leaves together come to; the rest of 65,535 is for rounding up.
constexpr double kUnits = 60000;

// More than any sum.
constexpr double kMaxNeed = 1 << 20;

// What a look-up costs, in postings summed up. Measured.
constexpr double kLookUpCost = 6;
// So many documents are looked up one by one.
constexpr size_t kLookUps = 8;
// Windows with so few documents to choose from are treated by document, or by
// posting with a test; others by posting, and tested later.
constexpr uint32_t kTiny = 4;
constexpr uint32_t kFew = kWindowSize / 8;
// So few postings are made a set of first.
constexpr uint32_t kShort = 32;
// Of a window, at once; more take time to ask for memory.
constexpr size_t kUsualCandidates = 256;

}  // namespace

WindowScorer::WindowScorer(
    const Segment& segment, const Snapshot& snapshot,
    const std::vector<std::shared_ptr<LeafMatcher>>& leaves,
    const std::vector<LeafScorer>& scorers, const Boost& boost, Room* room)
    : segment_(segment),
      windows_(WindowCount(segment.documents())),
      boost_(boost),
      leaf_places_(leaves.size(), SIZE_MAX),
      window_bounds_(windows_),
      here_(room->here_),
      by_size_(room->by_size_),
      sums_(room->sums_),
      harvest_(room->harvest_),
      candidates_(room->candidates_) {
  leaves_.reserve(leaves.size());
  here_.reserve(leaves.size());
  candidates_.reserve(kUsualCandidates);
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
  // Without weights every score is 0.
  unit_ = weights > 0 ? weights / kUnits : 1;
  sums_.resize(kWindowSize);
  drift_ = Drift(segment.meta().bound_averages, snapshot.average_lengths());
  for (Leaf& leaf : leaves_) {
    leaf.impacts = snapshot.impacts(leaf.scorer.fields);
    leaf.factor = static_cast<uint32_t>(
        std::ceil(leaf.scorer.weight / unit_ / 255 * 256));
    leaf.bounds.resize(windows_);
    leaf.matcher->RaiseBounds(&leaf.bounds);
    for (uint32_t w = 0; w < windows_; ++w) {
      uint8_t& bound = leaf.bounds[w];
      if (bound == 0) continue;
      bound = Drifted(bound, drift_);
      window_bounds_[w] += Units(leaf, bound);
    }
  }
}

bool WindowScorer::MayHave(size_t leaf, uint32_t window) const {
  const size_t place = leaf_places_[leaf];
  return place != SIZE_MAX && leaves_[place].bounds[window] > 0;
}

uint32_t WindowScorer::Need(const TopHits& top) const {
  const double need = NeededScore(top, boost_);
  if (!(need > 0)) return 0;
  return static_cast<uint32_t>(std::min(need / unit_, kMaxNeed));
}

template <bool kAnyField>
void WindowScorer::SumUpWord(Leaf& leaf, uint32_t window,
                             const WindowSet* set) {
  uint16_t* const sums = sums_.data();
  const uint8_t* const rows = leaf.impacts->rows();
  const uint8_t* const classes =
      segment_.classes() + size_t{window} * kWindowSize;
  const uint32_t factor = leaf.factor;
  const auto add = [=](uint32_t place, uint8_t code) {
    const uint32_t impact = rows[uint32_t{code} * 256 + classes[place]];
    if (!kAnyField && impact == 0) return;
    sums[place] =
        static_cast<uint16_t>(sums[place] + (impact * factor >> 8) + 1);
  };
  if (set == nullptr) {
    leaf.cursor->ForEachIn(window, add);
  } else {
    leaf.cursor->ForEachIn(window, *set, add);
  }
}

void WindowScorer::SumUp(Leaf& leaf, const Window& window, const WindowSet& set,
                         bool few) {
  const uint32_t w = window.begin / kWindowSize;
  if (leaf.cursor != nullptr) {
    if (leaf.scorer.fields == query::kAllFields) {
      SumUpWord<true>(leaf, w, few ? &set : nullptr);
    } else {
      SumUpWord<false>(leaf, w, few ? &set : nullptr);
    }
    return;
  }
  WindowSet found = set;
  std::array<uint8_t, kWindowSize> impacts;
  leaf.matcher->ImpactsIn(window, *leaf.impacts, 1, &found, impacts.data());
  found.ForEach([&](uint32_t i) {
    sums_[i] = static_cast<uint16_t>(sums_[i] + Units(leaf, impacts[i]));
  });
}

void WindowScorer::LookUp(Leaf& leaf, const Window& window,
                          uint32_t still_to_come, uint32_t need) {
  // Many are cheaper to find by going through the postings once.
  const bool through = leaf.cursor != nullptr && candidates_.size() > kLookUps;
  if (through) {
    WindowSet set;
    for (const Candidate c : candidates_) set.Add(c & 0xFFFF);
    SumUp(leaf, window, set, /*few=*/true);
  }
  size_t kept = 0;
  for (Candidate c : candidates_) {
    const uint32_t place = c & 0xFFFF;
    if (through) {
      c += uint32_t{sums_[place]} << 16;
      sums_[place] = 0;
    } else {
      c += Units(leaf,
                 leaf.matcher->ImpactAt(window.begin + place, *leaf.impacts))
           << 16;
    }
    candidates_[kept] = c;
    kept += (c >> 16) + still_to_come >= need;
  }
  candidates_.resize(kept);
}

void WindowScorer::Verify(const Window& window) {
  if (leaves_.size() != 1 || leaves_[0].cursor != nullptr) return;
  // Whether a phrase is there is cheapest to find out in order.
  WindowSet set;
  for (const Candidate c : candidates_) set.Add(c & 0xFFFF);
  leaves_[0].matcher->Narrow(window, &set);
  std::erase_if(candidates_, [&](Candidate c) { return !set.Has(c & 0xFFFF); });
}

void WindowScorer::Offer(uint32_t document, bool full, bool any, TopHits* top) {
  const FieldLengths lengths = segment_.lengths(document);
  double score = 0;
  bool is_any = false;
  for (Leaf& leaf : leaves_) {
    if (leaf.cursor != nullptr && leaf.scorer.fields == query::kAllFields) {
      if (!leaf.cursor->Find(document)) continue;
      is_any = true;
      score += leaf.cursor->code() != kNoCode
                   ? leaf.scorer.Score(kCodeTable.counts(leaf.cursor->code()),
                                       lengths.data())
                   : leaf.scorer.Score(leaf.cursor->counts(), lengths.data());
      continue;
    }
    const FieldCounts counts = leaf.matcher->CountsOf(document);
    if (counts == FieldCounts{}) continue;
    is_any = true;
    score += leaf.scorer.Score(counts, lengths.data());
  }
  if (!is_any && !any) return;
  index::Offer(segment_, boost_, document, full, score, top);
}

void WindowScorer::ScoreExactly(const Window& window, bool full, bool any,
                                TopHits* top) {
  OfferPromisingFirst(
      &candidates_, std::greater<>(),
      [&](Candidate c) { return MayEnter(c >> 16, *top); },
      [&](Candidate c) { Offer(window.begin + (c & 0xFFFF), full, any, top); });
}

uint32_t WindowScorer::Partition(uint32_t window, uint32_t need,
                                 size_t* essential) {
  here_.clear();
  for (Leaf& leaf : leaves_) {
    if (leaf.bounds[window] == 0) continue;
    here_.emplace_back(Units(leaf, leaf.bounds[window]), &leaf);
  }
  std::sort(here_.begin(), here_.end(), std::greater<>());
  // The last leaves are not essential: together they stay below.
  *essential = here_.size();
  uint32_t others = 0;
  while (*essential > 0 && others + here_[*essential - 1].first < need) {
    others += here_[--*essential].first;
  }
  return others;
}

uint32_t WindowScorer::EighthsFrom(uint32_t need, uint32_t window) const {
  std::array<uint32_t, kEighths> sums{};
  for (const auto& [bound, leaf] : here_) {
    std::array<uint8_t, kEighths> bounds;
    const bool known =
        leaf->cursor != nullptr && leaf->cursor->EighthBounds(window, &bounds);
    for (size_t e = 0; e < kEighths; ++e) {
      sums[e] += known ? Units(*leaf, Drifted(bounds[e], drift_)) : bound;
    }
  }
  uint32_t eighths = 0;
  for (size_t e = 0; e < kEighths; ++e) eighths |= (sums[e] >= need) << e;
  return eighths;
}

void WindowScorer::Shrink(const Window& window, uint32_t need, WindowSet* set) {
  const uint32_t w = window.begin / kWindowSize;
  uint32_t total = 0;
  for (const auto& [bound, leaf] : here_) total += bound;
  for (const auto& [bound, leaf] : here_) {
    // A single leaf is gone through anyway.
    if (sets_have_all_ || here_.size() == 1 || total - bound >= need) continue;
    if (leaf->cursor != nullptr) leaf->cursor->Narrow(w, set);
  }
  set->KeepEighths(EighthsFrom(need, w));
}

void WindowScorer::Evaluate(const Window& window, WindowSet set, bool full,
                            bool any, TopHits* top) {
  const uint32_t need = Need(*top);
  size_t essential;
  const uint32_t others =
      Partition(window.begin / kWindowSize, need, &essential);
  if (need > 0) Shrink(window, need, &set);
  const uint32_t size = set.Count();
  if (size <= kTiny) {
    candidates_.clear();
    set.ForEach([&](uint32_t i) { candidates_.push_back(i); });
    LookUpFrom(0, window, need);
  } else if (here_.size() == 1 && !any) {
    EvaluateOne(window, set, /*few=*/size <= kWindowSize / 4, 0, need);
  } else if (any || size < kFew) {
    EvaluateFew(window, set, any, essential, others, need);
  } else if (essential > 0) {
    EvaluateMany(window, set, essential, others, need);
  } else {
    return;
  }
  if (!any) {
    std::erase_if(candidates_, [](Candidate c) { return c >> 16 == 0; });
    Verify(window);
  }
  ScoreExactly(window, full, any, top);
}

bool WindowScorer::CanEvaluateAll(
    const std::vector<std::shared_ptr<LeafMatcher>>& leaves,
    const std::vector<LeafScorer>& scorers) {
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i] == nullptr || leaves[i]->cursor() == nullptr ||
        scorers[i].fields != query::kAllFields) {
      return false;
    }
  }
  return leaves.size() > 1;
}

void WindowScorer::EvaluateAll(const Window& window, const SegmentView& view,
                               TopHits* top) {
  const uint32_t w = window.begin / kWindowSize;
  const uint32_t need = Need(*top);
  size_t essential;
  Partition(w, need, &essential);
  const uint32_t eighths = EighthsFrom(need, w);
  if (eighths == 0) return;
  // The shortest leads: its postings are gone through with the set of those
  // that all others have.
  by_size_.clear();
  by_size_.reserve(here_.size());
  for (const auto& [bound, leaf] : here_) {
    by_size_.emplace_back(leaf->cursor->SizeIn(w), leaf);
  }
  std::sort(by_size_.begin(), by_size_.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Leaf& first = *by_size_[0].second;
  uint32_t others = 0;
  for (const auto& [bound, leaf] : here_) others += leaf != &first ? bound : 0;
  WindowSet set;
  const bool few = by_size_[0].first <= kShort;
  by_size_[few ? 0 : 1].second->cursor->AddTo(w, &set);
  set.KeepEighths(eighths);
  for (size_t i = few ? 1 : 2; i < by_size_.size(); ++i) {
    NarrowToPostings(by_size_[i].second->cursor, query::kAllFields, window,
                     &set);
    if (set.Empty()) return;
  }
  if (view.deleted != nullptr) {
    set.SubtractBitmap(view.deleted->data(), view.deleted->size(),
                       window.begin);
  }
  candidates_.clear();
  const uint8_t* const rows = first.impacts->rows();
  const uint8_t* const classes = segment_.classes() + window.begin;
  const uint32_t factor = first.factor;
  first.cursor->ForEachIn(w, set, [&](uint32_t place, uint8_t code) {
    const uint32_t impact = rows[uint32_t{code} * 256 + classes[place]];
    const uint32_t units = (impact * factor >> 8) + 1;
    if (units + others >= need) candidates_.push_back(units << 16 | place);
  });
  std::erase_if(here_, [&](const auto& h) { return h.second == &first; });
  LookUpFrom(0, window, need);
  ScoreExactly(window, /*full=*/true, /*any=*/false, top);
}

void WindowScorer::LookUpFrom(size_t first, const Window& window,
                              uint32_t need) {
  uint32_t to_come = 0;
  for (size_t i = first; i < here_.size(); ++i) to_come += here_[i].first;
  for (size_t i = first; i < here_.size() && !candidates_.empty(); ++i) {
    to_come -= here_[i].first;
    LookUp(*here_[i].second, window, to_come, need);
  }
}

void WindowScorer::EvaluateFew(const Window& window, const WindowSet& set,
                               bool any, size_t essential, uint32_t others,
                               uint32_t need) {
  for (size_t i = 0; i < essential; ++i) {
    SumUp(*here_[i].second, window, set, /*few=*/true);
  }
  candidates_.clear();
  const uint32_t least =
      any || need > others ? need - std::min(need, others) : 1;
  set.ForEach([&](uint32_t i) {
    if (sums_[i] >= least) {
      candidates_.push_back(uint32_t{sums_[i]} << 16 | i);
    }
    sums_[i] = 0;
  });
  LookUpFrom(essential, window, need);
}

void WindowScorer::EvaluateOne(const Window& window, const WindowSet& set,
                               bool few, uint32_t others, uint32_t need) {
  Leaf& leaf = *here_[0].second;
  const uint8_t* const rows = leaf.impacts->rows();
  const uint8_t* const classes = segment_.classes() + window.begin;
  const uint32_t factor = leaf.factor;
  // The least impact that will do: of the inverse of Units.
  uint32_t least = 1;
  if (need > others + 1) {
    const uint64_t units = uint64_t{need - others - 1} << 8;
    least = static_cast<uint32_t>(
        std::clamp<uint64_t>((units + leaf.factor - 1) / leaf.factor, 1, 255));
  }
  candidates_.clear();
  if (leaf.cursor == nullptr) {
    WindowSet found = set;
    if (need <= others) {
      // Whatever it is true of will do.
      leaf.matcher->Narrow(window, &found);
      found.ForEach([&](uint32_t i) {
        candidates_.push_back(Units(leaf, 255) << 16 | i);
      });
      return;
    }
    std::array<uint8_t, kWindowSize> impacts;
    leaf.matcher->ImpactsIn(window, *leaf.impacts, least, &found,
                            impacts.data());
    found.ForEach([&](uint32_t i) {
      candidates_.push_back(Units(leaf, impacts[i]) << 16 | i);
    });
    return;
  }
  const auto take = [&](uint32_t place, uint8_t code) {
    const uint32_t impact = rows[uint32_t{code} * 256 + classes[place]];
    if (impact < least || !set.Has(place)) return;
    candidates_.push_back(((impact * factor >> 8) + 1) << 16 | place);
  };
  if (few) {
    leaf.cursor->ForEachIn(window.begin / kWindowSize, set, take);
  } else {
    leaf.cursor->ForEachIn(window.begin / kWindowSize, take);
  }
}

void WindowScorer::EvaluateMany(const Window& window, const WindowSet& set,
                                size_t essential, uint32_t others,
                                uint32_t need) {
  uint64_t postings = 0;
  uint64_t other_postings = 0;
  for (size_t i = 0; i < here_.size(); ++i) {
    (i < essential ? postings : other_postings) +=
        here_[i].second->matcher->CostIn(window.begin / kWindowSize);
  }
  // Looking up what the essential leaves leave over, or summing up all?
  // As many as last time are likely to be left.
  const double lookups = static_cast<double>(postings) * left_over_ *
                         static_cast<double>(here_.size() - essential);
  if (lookups * kLookUpCost > static_cast<double>(other_postings)) {
    essential = here_.size();
    others = 0;
  } else if (essential == 1 && here_[0].second->cursor != nullptr) {
    EvaluateOne(window, set, /*few=*/false, others, need);
    left_over_ = static_cast<double>(candidates_.size()) /
                 static_cast<double>(postings + 1);
    LookUpFrom(1, window, need);
    return;
  }
  for (size_t i = 0; i < essential; ++i) {
    SumUp(*here_[i].second, window, set, /*few=*/false);
  }
  const uint32_t least =
      std::clamp<uint32_t>(need > others ? need - others : 1, 1, UINT16_MAX);
  harvest_.resize(kWindowSize);
  const uint32_t harvested = kernels::Best().harvest(
      sums_.data(), kWindowSize, static_cast<uint16_t>(least), harvest_.data());
  if (essential < here_.size()) {
    left_over_ =
        static_cast<double>(harvested) / static_cast<double>(postings + 1);
  } else {
    left_over_ *= 0.9;  // try again some time
  }
  candidates_.clear();
  for (uint32_t i = 0; i < harvested; ++i) {
    const Candidate c = harvest_[i];
    if (set.Has(c & 0xFFFF)) candidates_.push_back(c);
  }
  LookUpFrom(essential, window, need);
}

}  // namespace paperwire::index
