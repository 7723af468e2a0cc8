// Finds the best-scoring documents of a window without scoring them all.
//
//     WindowScorer scorer(segment, norms, averages, &leaves);
//     scorer.Bound(w);               // no document of window w scores higher
//     scorer.Evaluate(w, set, &top); // offers all that may get onto the page
//
// MaxScore (Turtle and Flood 1995) with the maxima of each window, as in
// Lucene 10 and PISA. The leaves whose bounds together cannot reach the page
// are not *essential*: a document that has only those is out. The essential
// ones are summed up for all documents of the window, in integers, from the
// impact bytes; the few documents whose sum can still make it are looked up
// in the others, strongest first; and what survives is scored exactly, in the
// order of the tree, so that the result is that of scoring everything.
//
// Sums are upper bounds: every step rounds up, and a document is passed over
// only when its bound is below the worst hit of a full page. Ties are
// therefore kept, and decided by TopHits.
//
// Not thread-safe. The segment and the leaves must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_WINDOW_SCORER_H_
#define PAPERWIRE_SERVICE_INDEX_WINDOW_SCORER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "service/index/boost.h"
#include "service/index/impacts.h"
#include "service/index/matcher.h"
#include "service/index/snapshot.h"
#include "service/index/top_hits.h"
#include "service/index/window.h"

namespace paperwire::index {

class WindowScorer {
 public:
  // At most this many leaves.
  static constexpr size_t kMaxLeaves = 1024;

  // What a scorer works in. One serves all segments of a search, one scorer
  // after the other: to ask for the memory again costs as much as a window.
  class Room;

  // `leaves` and `scorers` by scoring leaf, in the order of the tree; null
  // where the leaf is true of nothing in the segment.
  WindowScorer(const Segment& segment, const Snapshot& snapshot,
               const std::vector<std::shared_ptr<LeafMatcher>>& leaves,
               const std::vector<LeafScorer>& scorers, const Boost& boost,
               Room* room);

  // All sets will hold only documents of which all leaves are true.
  void SetsHaveAll() { sets_have_all_ = true; }

  uint32_t windows() const { return windows_; }

  // What no document of the window scores more than, in some unit; 0 when no
  // leaf is true of any.
  uint32_t Bound(uint32_t window) const { return window_bounds_[window]; }
  // Whether leaf i is true of any document of the window.
  bool MayHave(size_t leaf, uint32_t window) const;

  // Whether a document with this bound may be offered to `top`.
  bool MayEnter(uint32_t bound, const TopHits& top) const {
    return bound >= Need(top);
  }

  // Offers every document of `set` that may enter and of which a leaf is
  // true. `any`: also those of which none is, with a score of 0.
  void Evaluate(const Window& window, WindowSet set, bool full, bool any,
                TopHits* top);

  // Whether the leaves are several plain words in any field.
  static bool CanEvaluateAll(
      const std::vector<std::shared_ptr<LeafMatcher>>& leaves,
      const std::vector<LeafScorer>& scorers);
  // Offers every living document of the window that may enter and of which all
  // leaves are true: as full matches. Only where CanEvaluateAll.
  void EvaluateAll(const Window& window, const SegmentView& view, TopHits* top);

 private:
  // A leaf that is true of something in the segment.
  struct Leaf {
    LeafMatcher* matcher = nullptr;
    PostingCursor* cursor = nullptr;  // of plain words
    LeafScorer scorer;
    uint32_t factor = 0;  // units of the sum for an impact of 255, times 256
    std::shared_ptr<const ImpactTable> impacts;
    std::vector<uint8_t> bounds;  // by window
  };
  // A document that may get onto the page: the units found for it so far,
  // and where in the window it is.
  using Candidate = uint32_t;  // units << 16 | place

  static uint32_t Units(const Leaf& leaf, uint32_t impact) {
    return impact == 0 ? 0 : (impact * leaf.factor >> 8) + 1;
  }
  uint32_t Need(const TopHits& top) const;
  // Fills here_ and returns what the leaves from `essential` on come to.
  uint32_t Partition(uint32_t window, uint32_t need, size_t* essential);
  // Which eighths of the window, by bit, may have a document that comes to
  // `need`.
  uint32_t EighthsFrom(uint32_t need, uint32_t window) const;
  // Removes documents that cannot come to `need`: those without a leaf that
  // the others cannot make up for, and those in eighths with low bounds.
  void Shrink(const Window& window, uint32_t need, WindowSet* set);
  void EvaluateFew(const Window& window, const WindowSet& set, bool any,
                   size_t essential, uint32_t others, uint32_t need);
  // When one leaf alone is essential.
  void EvaluateOne(const Window& window, const WindowSet& set, bool few,
                   uint32_t others, uint32_t need);
  void EvaluateMany(const Window& window, const WindowSet& set,
                    size_t essential, uint32_t others, uint32_t need);
  template <bool kAnyField>
  void SumUpWord(Leaf& leaf, uint32_t window, const WindowSet* set);
  void SumUp(Leaf& leaf, const Window& window, const WindowSet& set, bool few);
  // Adds what the candidates have of one leaf, or of all of here_ from `first`
  // on; drops those that cannot come to `need`.
  void LookUp(Leaf& leaf, const Window& window, uint32_t still_to_come,
              uint32_t need);
  void LookUpFrom(size_t first, const Window& window, uint32_t need);
  // Drops candidates of which a single leaf, known roughly, is not true.
  void Verify(const Window& window);
  void ScoreExactly(const Window& window, bool full, bool any, TopHits* top);
  void Offer(uint32_t document, bool full, bool any, TopHits* top);

  const Segment& segment_;
  const uint32_t windows_;
  // Bounds are of scores before the boost: a page's least score is brought
  // down by as much as the boost can raise one.
  const Boost boost_;
  double unit_ = 1;  // of the sums, in scores
  std::vector<Leaf> leaves_;
  std::vector<size_t> leaf_places_;  // by leaf of the tree; SIZE_MAX: none
  std::vector<uint32_t> window_bounds_;

  bool sets_have_all_ = false;
  // How many candidates a posting of essential leaves left over, lately.
  double left_over_ = 1;

  double drift_ = 1;  // of the bounds

  // Of the window under way.
  std::vector<std::pair<uint32_t, Leaf*>>& here_;  // by falling bound
  std::vector<std::pair<uint32_t, Leaf*>>& by_size_;
  std::vector<uint16_t>& sums_;  // 0 between windows
  std::vector<Candidate>& harvest_;
  std::vector<Candidate>& candidates_;
};

class WindowScorer::Room {
 private:
  friend class WindowScorer;

  std::vector<std::pair<uint32_t, Leaf*>> here_, by_size_;
  std::vector<uint16_t> sums_;
  std::vector<Candidate> harvest_, candidates_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_WINDOW_SCORER_H_
