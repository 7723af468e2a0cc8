// Finds the best documents that have all of some words and phrases, document
// by document: those of the rarest one are looked up in the others, and what
// is left is scored.
//
//     if (Conjunction::Suits(leaves)) {
//       Conjunction conjunction(view, snapshot, leaves, scorers, boost);
//       RETURN_IF_ERROR(conjunction.Run(check, nullptr, &top));
//     }
//
// For a rare word. Where all are frequent, sets of whole windows are cheaper
// (window_scorer.h). A document that cannot get onto the page by the bounds of
// its impacts (impacts.h) is left as soon as that shows; the others are scored
// exactly, in the order of the tree. So both ways find the same.
//
// Not thread-safe. What it is made with must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_CONJUNCTION_H_
#define PAPERWIRE_SERVICE_INDEX_CONJUNCTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "service/index/boost.h"
#include "service/index/impacts.h"
#include "service/index/matcher.h"
#include "service/index/snapshot.h"
#include "service/index/top_hits.h"

namespace paperwire::index {

class Conjunction {
 public:
  using Leaves = std::vector<std::shared_ptr<LeafMatcher>>;

  // False when no document has all of these stems, as it shows when the two
  // rarest are never together: true of most segments that a query of many words
  // comes to, and known before a cursor is made for each. Cheap; true when that
  // would not be.
  static bool MayMatch(const Segment& segment, std::vector<uint32_t> terms);

  // Whether all leaves are words or phrases that are there, and one is rare.
  static bool Suits(const Leaves& leaves);

  // Leaves and scorers in the order of the tree. `excluded`: documents to leave
  // out.
  Conjunction(const SegmentView& view, const Snapshot& snapshot,
              const Leaves& leaves, const std::vector<LeafScorer>& scorers,
              const Boost& boost, const std::vector<uint32_t>& excluded);

  // Calls visit(document) for every living document that has all, in order.
  // Null: only those are looked at that may get onto the page. Offers these to
  // `top`, unless that is null. The error is that of `check`, if any, which is
  // asked now and then.
  absl::Status Run(const std::function<absl::Status()>& check,
                   const std::function<void(uint32_t)>& visit, TopHits* top);

 private:
  struct Leaf {
    LeafMatcher* matcher = nullptr;
    PostingCursor* cursor = nullptr;  // of plain words
    LeafScorer scorer;
    std::shared_ptr<const ImpactTable> impacts;
    double step = 0;       // what an impact of 1 can score
    double others = 0;     // what those behind it in by_cost_ can score
    FieldCounts counts{};  // in the document at hand
  };

  // Whether the document, on which the rarest leaf's cursor stands, has all
  // stems. What MayEnter finds out besides takes time.
  bool HasStems(uint32_t document);
  // False when the document has not all leaves, or cannot come to `need`. Else
  // `bound` is what it scores at most.
  bool MayEnter(uint32_t document, double need, double* bound);
  // Whether it has all, after MayEnter. Fills in the counts.
  bool Matches(uint32_t document);
  void Offer(uint32_t document, TopHits* top) const;

  const SegmentView& view_;
  const Segment& segment_;
  const Boost boost_;
  const std::vector<uint32_t>& excluded_;
  std::vector<Leaf> leaves_;
  std::vector<Leaf*> by_cost_;  // the rarest first
  // Of the first two, if these are words: most documents end there.
  PostingCursor* second_ = nullptr;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_CONJUNCTION_H_
