#include "service/index/two_words.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "service/base/status_macros.h"
#include "service/index/offer.h"
#include "service/index/one_word.h"
#include "service/index/promising_first.h"

namespace paperwire::index {
namespace {

constexpr uint32_t kBetweenChecks = 4;  // blocks or windows
constexpr uint32_t kNone = 256;         // no impact is
constexpr double kVisited = -1;         // no bound is

// Up to so many documents for each window are looked up one by one. Measured.
constexpr uint32_t kRare = 16;
// In a window, so many are. Measured.
constexpr size_t kLookUps = 8;
// So many windows are visited first.
constexpr size_t kBest = 16;

bool SecondIsRarer(const std::array<TwoWords::Word, 2>& words) {
  return words[1].cursor->documents() < words[0].cursor->documents();
}

}  // namespace

TwoWords::TwoWords(const SegmentView& view, const Snapshot& snapshot,
                   const std::array<Word, 2>& words, const Boost& boost,
                   const std::vector<uint32_t>& excluded)
    : view_(view),
      segment_(*view.segment),
      snapshot_(snapshot),
      boost_(boost),
      excluded_(excluded),
      impacts_(snapshot.impacts(query::kAllFields)),
      drift_(Drift(segment_.meta().bound_averages, snapshot.average_lengths())),
      lead_(words[SecondIsRarer(words) ? 1 : 0]),
      other_(words[SecondIsRarer(words) ? 0 : 1]),
      lead_step_(lead_.scorer.weight / 255),
      other_step_(other_.scorer.weight / 255),
      per_lead_step_(1 / lead_step_),
      lead_bounds_(WindowBounds(lead_)),
      other_bounds_(WindowBounds(other_)),
      other_bound_(
          *std::max_element(other_bounds_.begin(), other_bounds_.end())) {}

std::vector<uint8_t> TwoWords::WindowBounds(const Word& word) const {
  std::vector<uint8_t> bounds(WindowCount(segment_.documents()));
  word.cursor->RaiseBounds(&bounds);
  for (uint8_t& bound : bounds) bound = Drifted(bound, drift_);
  return bounds;
}

uint32_t TwoWords::LeastImpact(double other_bound) const {
  const double need = need_ - other_bound;
  if (!(need > lead_step_)) return 1;
  if (need > lead_step_ * 255) return kNone;
  // Rounded down, which is fast: what that lets through, its bound will not.
  return static_cast<uint32_t>(need * per_lead_step_);
}

TwoWords::Least TwoWords::LeastImpacts(uint32_t window) const {
  // Those of a word that is not dense are not known.
  std::array<uint8_t, kEighths> leads;
  const bool known = lead_.cursor->EighthBounds(window, &leads);
  std::array<uint8_t, kEighths> others;
  const bool other_known = other_.cursor->EighthBounds(window, &others);
  Least least;
  for (size_t e = 0; e < kEighths; ++e) {
    const uint8_t other =
        other_known ? Drifted(others[e], drift_) : other_bounds_[window];
    least[e] = both_ && other == 0 ? kNone : LeastImpact(other_step_ * other);
    if ((known ? Drifted(leads[e], drift_) : lead_bounds_[window]) < least[e]) {
      least[e] = kNone;
    }
  }
  return least;
}

absl::Status TwoWords::Run(bool both,
                           const std::function<absl::Status()>& check,
                           TopHits* top) {
  both_ = both;
  least_score_ = top->least_score();
  need_ = NeededScore(*top, boost_);
  const bool rare =
      lead_.cursor->documents() <=
      std::max<size_t>(2 * kBlockSize, kRare * lead_bounds_.size());
  RETURN_IF_ERROR(rare && !lead_.cursor->is_dense() ? ByDocument(check, top)
                                                    : ByWindow(check, top));
  if (both) return absl::OkStatus();
  return OneWord(view_, snapshot_, other_.cursor, other_.scorer, boost_,
                 excluded_)
      .Without(lead_.cursor)
      .Run(check, top);
}

absl::Status TwoWords::ByDocument(const std::function<absl::Status()>& check,
                                  TopHits* top) {
  if (lead_.cursor->blocks() == 0) return absl::OkStatus();
  // The best block raises the bar. The others come in order: the other word is
  // looked up fastest in rising documents.
  uint32_t best = 0;
  for (uint32_t b = 1; b < lead_.cursor->blocks(); ++b) {
    if (lead_.cursor->BlockBound(b) > lead_.cursor->BlockBound(best)) best = b;
  }
  VisitBlock(best);
  OfferCandidates(top);
  for (uint32_t b = 0; b < lead_.cursor->blocks(); ++b) {
    if (check && b % kBetweenChecks == 0) RETURN_IF_ERROR(check());
    if (b == best) continue;
    VisitBlock(b);
    OfferCandidates(top);
  }
  return absl::OkStatus();
}

absl::Status TwoWords::ByWindow(const std::function<absl::Status()>& check,
                                TopHits* top) {
  std::vector<double> bounds(lead_bounds_.size(), kVisited);
  std::vector<uint32_t> windows;
  windows.reserve(lead_bounds_.size());
  for (uint32_t w = 0; w < lead_bounds_.size(); ++w) {
    if (lead_bounds_[w] == 0 || (both_ && other_bounds_[w] == 0)) continue;
    bounds[w] = lead_step_ * lead_bounds_[w] + OtherBound(w);
    windows.push_back(w);
  }
  uint32_t visits = 0;
  const auto visit = [&](uint32_t window) {
    if (bounds[window] == kVisited || bounds[window] < need_) {
      return absl::OkStatus();
    }
    bounds[window] = kVisited;
    VisitWindow(window);
    OfferCandidates(top);
    return check && ++visits % kBetweenChecks == 0 ? check() : absl::OkStatus();
  };
  // The best ones raise the bar. The others come in order, which memory likes.
  std::vector<uint32_t> best(std::min(kBest, windows.size()));
  std::partial_sort_copy(
      windows.begin(), windows.end(), best.begin(), best.end(),
      [&](uint32_t a, uint32_t b) { return bounds[a] > bounds[b]; });
  for (const uint32_t w : best) RETURN_IF_ERROR(visit(w));
  for (const uint32_t w : windows) RETURN_IF_ERROR(visit(w));
  return absl::OkStatus();
}

void TwoWords::VisitBlock(uint32_t block) {
  candidates_.clear();
  const uint32_t least = LeastImpact(other_step_ * other_bound_);
  if (Drifted(lead_.cursor->BlockBound(block), drift_) < least) return;
  const uint8_t* const rows = impacts_->rows();
  const uint8_t* const classes = segment_.classes();
  lead_.cursor->ForEachInBlock(block, [&](uint32_t document, uint8_t code) {
    const uint32_t impact = rows[uint32_t{code} * 256 + classes[document]];
    if (impact < least ||
        lead_step_ * impact + OtherBound(document / kWindowSize) < need_) {
      return;
    }
    AddCandidate(document, code, impact);
  });
  LookUp();
}

void TwoWords::VisitWindow(uint32_t window) {
  candidates_.clear();
  const Least least = LeastImpacts(window);
  uint32_t eighths = 0;
  for (size_t e = 0; e < kEighths; ++e) eighths |= (least[e] < kNone) << e;
  if (eighths == 0) return;
  const uint32_t begin = window * kWindowSize;
  const uint8_t* const rows = impacts_->rows();
  const uint8_t* const classes = segment_.classes() + begin;
  const auto visit = [&](uint32_t place, uint8_t code) {
    const uint32_t impact = rows[uint32_t{code} * 256 + classes[place]];
    if (impact < least[place / kEighthSize]) return;
    AddCandidate(begin + place, code, impact);
  };
  if (both_) {
    WindowSet set;
    other_.cursor->AddTo(window, &set);
    set.KeepEighths(eighths);
    lead_.cursor->ForEachIn(window, set, visit);
  } else {
    lead_.cursor->ForEachIn(window, visit);
  }
  if (candidates_.size() > kLookUps) {
    LookUpIn(window);
  } else {
    LookUp();
  }
}

void TwoWords::AddOther(uint8_t code, Candidate* candidate) const {
  candidate->has_other = true;
  candidate->other_code = code;
  candidate->bound +=
      other_step_ * impacts_->at(code, segment_.classes()[candidate->document]);
}

void TwoWords::DropLow() {
  std::erase_if(candidates_, [this](const Candidate& c) {
    return c.bound < need_ || (both_ && !c.has_other);
  });
}

void TwoWords::LookUp() {
  PostingCursor& other = *other_.cursor;
  for (Candidate& c : candidates_) {
    if (other.Find(c.document)) AddOther(other.code(), &c);
  }
  DropLow();
}

void TwoWords::LookUpIn(uint32_t window) {
  const uint32_t begin = window * kWindowSize;
  WindowSet set;
  for (const Candidate& c : candidates_) set.Add(c.document - begin);
  auto candidate = candidates_.begin();
  other_.cursor->ForEachIn(window, set, [&](uint32_t place, uint8_t code) {
    while (candidate->document != begin + place) ++candidate;
    AddOther(code, &*candidate);
  });
  DropLow();
}

void TwoWords::OfferCandidates(TopHits* top) {
  OfferPromisingFirst(
      &candidates_,
      [](const Candidate& a, const Candidate& b) { return a.bound > b.bound; },
      [this](const Candidate& c) { return c.bound >= need_; },
      [&](const Candidate& c) { Offer(c, top); });
}

void TwoWords::Offer(const Candidate& candidate, TopHits* top) {
  const uint32_t document = candidate.document;
  if (!view_.IsLive(document) || std::find(excluded_.begin(), excluded_.end(),
                                           document) != excluded_.end()) {
    return;
  }
  const FieldLengths lengths = segment_.lengths(document);
  const auto score = [&](const Word& word, uint8_t code) {
    return word.scorer.Score(word.cursor->counts(document, code),
                             lengths.data());
  };
  double sum = score(lead_, candidate.code);
  if (candidate.has_other) sum += score(other_, candidate.other_code);
  index::Offer(segment_, boost_, document, /*full=*/true, sum, top);
  if (top->least_score() == least_score_) return;
  least_score_ = top->least_score();
  need_ = NeededScore(*top, boost_);
}

}  // namespace paperwire::index
