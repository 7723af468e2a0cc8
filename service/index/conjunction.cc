#include "service/index/conjunction.h"

#include <algorithm>
#include <utility>

#include "service/base/status_macros.h"
#include "service/index/offer.h"

namespace paperwire::index {
namespace {

// Documents between two checks.
constexpr uint32_t kBetweenChecks = 512;

// Whether looking documents up one by one beats going through the windows, by
// instructions: up to 32 for each window, half of what makes a stem dense.
bool IsRare(uint32_t with_stem, uint32_t documents) {
  return with_stem <= std::max(kBlockSize, 32 * WindowCount(documents));
}

}  // namespace

bool Conjunction::MayMatch(const Segment& segment,
                           std::vector<uint32_t> terms) {
  constexpr size_t kMany = 3;  // for two, it would be the search itself
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  if (terms.size() < kMany) return true;
  std::vector<std::pair<uint32_t, uint32_t>> by_size;
  by_size.reserve(terms.size());
  for (const uint32_t t : terms) {
    by_size.emplace_back(segment.term(t).documents, t);
  }
  std::nth_element(by_size.begin(), by_size.begin() + 1, by_size.end());
  if (by_size[0].first > kBlockSize) return true;
  PostingCursor rarest(segment, by_size[0].second);
  PostingCursor other(segment, by_size[1].second);
  for (uint32_t i = 0, n = rarest.LoadAll(); i < n; ++i) {
    rarest.StandOn(i);
    if (other.Find(rarest.document())) return true;
  }
  return false;
}

bool Conjunction::Suits(const Leaves& leaves) {
  bool rare = false;
  for (const std::shared_ptr<LeafMatcher>& leaf : leaves) {
    if (leaf == nullptr || leaf->lead() == nullptr) return false;
    const PostingCursor& lead = *leaf->lead();
    rare = rare || IsRare(lead.documents(), lead.segment().documents());
  }
  return rare;
}

Conjunction::Conjunction(const SegmentView& view, const Snapshot& snapshot,
                         const Leaves& leaves,
                         const std::vector<LeafScorer>& scorers,
                         const Boost& boost,
                         const std::vector<uint32_t>& excluded)
    : view_(view),
      segment_(*view.segment),
      boost_(boost),
      excluded_(excluded),
      leaves_(leaves.size()) {
  by_cost_.reserve(leaves.size());
  for (size_t i = 0; i < leaves.size(); ++i) {
    Leaf& leaf = leaves_[i];
    leaf.matcher = leaves[i].get();
    leaf.cursor = leaves[i]->cursor();
    leaf.scorer = scorers[i];
    leaf.impacts = snapshot.impacts(leaf.scorer.fields);
    leaf.step = leaf.scorer.weight / 255;
    by_cost_.push_back(&leaf);
  }
  std::stable_sort(by_cost_.begin(), by_cost_.end(),
                   [](const Leaf* a, const Leaf* b) {
                     return a->matcher->Cost() < b->matcher->Cost();
                   });
  if (by_cost_.size() > 1 && by_cost_[0]->cursor != nullptr) {
    second_ = by_cost_[1]->cursor;
  }
  double others = 0;
  for (size_t i = by_cost_.size(); i-- > 0;) {
    by_cost_[i]->others = others;
    others += by_cost_[i]->scorer.weight;
  }
}

absl::Status Conjunction::Run(const std::function<absl::Status()>& check,
                              const std::function<void(uint32_t)>& visit,
                              TopHits* top) {
  PostingCursor& lead = *by_cost_.front()->matcher->lead();
  const uint32_t documents = lead.LoadAll();
  if (second_ != nullptr) second_->ExpectFinds(documents);
  double least = -1;
  double need = 0;
  for (uint32_t i = 0; i < documents; ++i) {
    if (check && i % kBetweenChecks == kBetweenChecks - 1) {
      RETURN_IF_ERROR(check());
    }
    lead.StandOn(i);
    const uint32_t document = lead.document();
    if (second_ != nullptr && !second_->Find(document)) continue;
    if (!view_.IsLive(document)) continue;
    if (top != nullptr && top->least_score() != least) {
      least = top->least_score();
      need = NeededScore(*top, boost_);
    }
    double bound = 0;
    if (top == nullptr) {
      if (!HasStems(document)) continue;
    } else if (!MayEnter(document, visit ? 0 : need, &bound)) {
      continue;
    }
    if (!Matches(document)) continue;
    if (std::find(excluded_.begin(), excluded_.end(), document) !=
        excluded_.end()) {
      continue;
    }
    if (visit != nullptr) visit(document);
    if (top != nullptr && bound >= need) Offer(document, top);
  }
  return absl::OkStatus();
}

bool Conjunction::HasStems(uint32_t document) {
  return std::all_of(by_cost_.begin(), by_cost_.end(), [&](const Leaf* leaf) {
    if (leaf->cursor == nullptr) {
      return leaf->matcher->ImpactAt(document, *leaf->impacts) > 0;
    }
    return leaf == by_cost_.front() || leaf->cursor == second_ ||
           leaf->cursor->Find(document);
  });
}

bool Conjunction::MayEnter(uint32_t document, double need, double* bound) {
  const uint8_t document_class = segment_.classes()[document];
  double sum = 0;
  for (Leaf* const leaf : by_cost_) {
    uint32_t impact;
    if (leaf->cursor != nullptr &&
        (leaf == by_cost_.front() || leaf->cursor == second_)) {
      impact = leaf->impacts->at(leaf->cursor->code(), document_class);
    } else {
      impact = leaf->matcher->ImpactAt(document, *leaf->impacts);
    }
    if (impact == 0) return false;
    sum += leaf->step * impact;
    if (sum + leaf->others < need) return false;
  }
  *bound = sum;
  return true;
}

bool Conjunction::Matches(uint32_t document) {
  for (Leaf& leaf : leaves_) {
    if (leaf.cursor == nullptr) {
      leaf.counts = leaf.matcher->CountsOf(document);
    } else {
      leaf.counts = leaf.cursor->counts();
      for (size_t f = 0; f < leaf.counts.size(); ++f) {
        if ((leaf.scorer.fields >> f & 1) == 0) leaf.counts[f] = 0;
      }
    }
    if (leaf.counts == FieldCounts{}) return false;
  }
  return true;
}

void Conjunction::Offer(uint32_t document, TopHits* top) const {
  const FieldLengths lengths = segment_.lengths(document);
  double score = 0;
  for (const Leaf& leaf : leaves_) {
    score += leaf.scorer.Score(leaf.counts, lengths.data());
  }
  index::Offer(segment_, boost_, document, /*full=*/true, score, top);
}

}  // namespace paperwire::index
