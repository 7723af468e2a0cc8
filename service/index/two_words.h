// Finds the best documents of two words: of those that have both, or any.
//
//     TwoWords words(view, snapshot, {first, second}, boost, excluded);
//     RETURN_IF_ERROR(words.Run(/*both=*/true, check, &top));
//
// MaxScore (Turtle and Flood 1995) with the roles fixed from the start: the
// rarer word *leads*. Its postings are gone through, blocks by falling bound
// (Ding and Suel 2011), and those whose impact and the other's bound can come
// to the page are looked up in the other. Of documents that have only the
// other, one_word.h finds the best: most often none can enter any more.
//
// What window_scorer.h does for many words, without its sets and sums. What may
// enter is scored exactly; so both find the same.
//
// Not thread-safe. What it is made with must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_TWO_WORDS_H_
#define PAPERWIRE_SERVICE_INDEX_TWO_WORDS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "service/index/boost.h"
#include "service/index/impacts.h"
#include "service/index/matcher.h"
#include "service/index/postings.h"
#include "service/index/snapshot.h"
#include "service/index/top_hits.h"

namespace paperwire::index {

class TwoWords {
 public:
  // Words in any field. `excluded`: documents to leave out.
  struct Word {
    PostingCursor* cursor = nullptr;
    LeafScorer scorer;
  };
  TwoWords(const SegmentView& view, const Snapshot& snapshot,
           const std::array<Word, 2>& words, const Boost& boost,
           const std::vector<uint32_t>& excluded);

  // Offers every living document with both words, or any, that may enter. The
  // error is that of `check`, if any, which is asked now and then.
  absl::Status Run(bool both, const std::function<absl::Status()>& check,
                   TopHits* top);

 private:
  // A document of the lead that may get onto the page.
  struct Candidate {
    double bound;  // of its score, as far as is known
    uint32_t document;
    uint8_t code;  // of the lead
    bool has_other;
    uint8_t other_code;
  };
  // The impacts that the lead must have in each eighth of a window; 256, which
  // none has, where no document can enter.
  using Least = std::array<uint32_t, kEighths>;

  std::vector<uint8_t> WindowBounds(const Word& word) const;
  double OtherBound(uint32_t window) const {
    return other_step_ * other_bounds_[window];
  }
  // The impact that makes up for what the other cannot come to.
  uint32_t LeastImpact(double other_bound) const;
  Least LeastImpacts(uint32_t window) const;

  absl::Status ByDocument(const std::function<absl::Status()>& check,
                          TopHits* top);
  absl::Status ByWindow(const std::function<absl::Status()>& check,
                        TopHits* top);
  void VisitBlock(uint32_t block);
  void VisitWindow(uint32_t window);
  void AddCandidate(uint32_t document, uint8_t code, uint32_t impact) {
    candidates_.push_back(
        {lead_step_ * impact, document, code, /*has_other=*/false, 0});
  }
  // Adds to the candidates what they have of the other, and drops those that
  // cannot enter.
  void LookUp();
  void LookUpIn(uint32_t window);
  void AddOther(uint8_t code, Candidate* candidate) const;
  void DropLow();
  void OfferCandidates(TopHits* top);
  void Offer(const Candidate& candidate, TopHits* top);

  const SegmentView& view_;
  const Segment& segment_;
  const Snapshot& snapshot_;
  const Boost boost_;
  const std::vector<uint32_t>& excluded_;
  const std::shared_ptr<const ImpactTable> impacts_;
  const double drift_;  // of the bounds
  const Word lead_;
  const Word other_;
  const double lead_step_;  // what an impact of 1 can score
  const double other_step_;
  const double per_lead_step_;

  const std::vector<uint8_t> lead_bounds_;  // by window
  const std::vector<uint8_t> other_bounds_;
  const uint8_t other_bound_;  // of all

  bool both_ = false;
  double least_score_ = -1;  // of the page, and what that needs:
  double need_ = 0;
  std::vector<Candidate> candidates_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_TWO_WORDS_H_
