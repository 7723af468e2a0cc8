// Finds the best documents that have one word: the blocks of its postings by
// falling bound (the bounds are those of block-max indexes, Ding and Suel 2011)
// until none can hold a better one.
//
//     OneWord word(view, snapshot, cursor, scorer, boost, excluded);
//     RETURN_IF_ERROR(word.Run(check, &top));
//
// What window_scorer.h does for a single word, without sums, which it does not
// need, and with the finest bounds that there are. What may enter is scored
// exactly; so all ways find the same.
//
// Not thread-safe. What it is made with must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_ONE_WORD_H_
#define PAPERWIRE_SERVICE_INDEX_ONE_WORD_H_

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

class OneWord {
 public:
  // `excluded`: documents to leave out.
  OneWord(const SegmentView& view, const Snapshot& snapshot,
          PostingCursor* cursor, const LeafScorer& scorer, const Boost& boost,
          const std::vector<uint32_t>& excluded);

  // Leaves out the documents of another cursor, too.
  OneWord& Without(PostingCursor* other) {
    without_ = other;
    return *this;
  }

  // Offers every living document that may enter. The error is that of `check`,
  // if any, which is asked now and then.
  absl::Status Run(const std::function<absl::Status()>& check, TopHits* top);

 private:
  void Offer(uint32_t document, uint8_t code, TopHits* top) const;

  const SegmentView& view_;
  const Segment& segment_;
  PostingCursor& cursor_;
  const LeafScorer scorer_;
  const Boost boost_;
  const std::vector<uint32_t>& excluded_;
  const std::shared_ptr<const ImpactTable> impacts_;
  const double drift_;  // of the bounds
  PostingCursor* without_ = nullptr;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_ONE_WORD_H_
