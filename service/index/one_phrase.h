// Finds the best documents that have one phrase: windows by falling bound, and
// in each the documents that have all of its words. Of these, those whose
// impacts may do are looked up in the positions.
//
//     OnePhrase phrase(view, snapshot, matcher, scorer, boost, excluded);
//     RETURN_IF_ERROR(phrase.Run(check, &top, /*total=*/nullptr));
//
// Who wants to know how many there are gets that from the same look.
//
// What window_scorer.h does for a single phrase, in one step for a document: a
// hit raises the bar for the next one. For a rare word, conjunction.h.
//
// Not thread-safe. What it is made with must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_ONE_PHRASE_H_
#define PAPERWIRE_SERVICE_INDEX_ONE_PHRASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "service/index/boost.h"
#include "service/index/impacts.h"
#include "service/index/matcher.h"
#include "service/index/phrase_matcher.h"
#include "service/index/postings.h"
#include "service/index/snapshot.h"
#include "service/index/top_hits.h"

namespace paperwire::index {

class OnePhrase {
 public:
  // `excluded`: documents to leave out.
  OnePhrase(const SegmentView& view, const Snapshot& snapshot,
            PhraseMatcher* phrase, const LeafScorer& scorer, const Boost& boost,
            const std::vector<uint32_t>& excluded);

  // Offers every living document that may enter to `top`, and adds how many
  // have the phrase to `total`; either may be null. The error is that of
  // `check`, if any, which is asked now and then.
  absl::Status Run(const std::function<absl::Status()>& check, TopHits* top,
                   int64_t* total);

 private:
  // What must be looked at: what may enter, or all.
  uint32_t wanted() const { return counts_ ? 1 : least_; }
  // Whether that has something with this bound.
  bool IsWanted(uint8_t bound) const;
  // Returns how many of the window have the phrase, as far as all are looked
  // at.
  int64_t RunWindow(uint32_t window, TopHits* top);
  // Which eighths of the window, by bit, must be looked at.
  uint32_t Eighths(uint32_t window) const;
  // A bound of the impact of the document, which has all words, or 0 when it
  // need not be looked at. All cursors stand on it otherwise.
  uint8_t ImpactOf(uint32_t document);

  const SegmentView& view_;
  const Segment& segment_;
  PhraseMatcher& phrase_;
  const std::vector<PostingCursor*> cursors_;
  const LeafScorer scorer_;
  const Boost boost_;
  const std::vector<uint32_t>& excluded_;
  const std::shared_ptr<const ImpactTable> impacts_;
  const double drift_;  // of the bounds

  bool counts_ = false;
  uint32_t least_ = 1;  // the least impact that enters
  std::vector<std::pair<uint32_t, PostingCursor*>> by_size_;
  std::vector<uint32_t> places_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_ONE_PHRASE_H_
