// The search proper, in two passes over the windows of every segment.
//
// The first finds the full matches: it narrows the window's living documents
// by the tree, counts what is left, and scores it when hits may come of it.
// The second, only when full matches do not fill the page, scores every
// document that passes the filters and has any of the words. Scores are
// summed leaf by leaf in the order of the tree, so that they come out the
// same to the last bit however documents lie in segments.

#include "service/index/search.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "service/base/status_macros.h"
#include "service/index/boolean_matchers.h"
#include "service/index/facets.h"
#include "service/index/leaves.h"
#include "service/index/plan.h"
#include "service/index/statistics.h"
#include "service/index/top_hits.h"

namespace paperwire::index {
namespace {

class Searcher {
 public:
  Searcher(const Snapshot& snapshot, const query::Query& query,
           const SearchOptions& options)
      : snapshot_(snapshot),
        root_(query.root),
        options_(options),
        limit_(static_cast<size_t>(std::max(0, options.limit))),
        // One more than asked for tells whether there are more.
        top_(options.order, options.after, limit_ + 1),
        leaves_(ScoringLeaves(root_)),
        caches_(snapshot.segments().size()),
        full_(snapshot.segments().size()) {
    for (const FacetRequest& r : options.facets) facets_.emplace_back(r);
  }

  absl::StatusOr<SearchResult> Run() {
    RETURN_IF_ERROR(Prepare());
    SearchResult result;
    for (size_t i = 0; i < snapshot_.segments().size(); ++i) {
      RETURN_IF_ERROR(FindFull(i, &result.total_full_matches));
    }
    if (!options_.strict && !leaves_.empty() && !top_.IsFull()) {
      // Of a page full of full matches, all that is left to know is whether
      // anything comes after it.
      const bool page_is_full = top_.size() >= limit_;
      for (size_t i = 0; i < snapshot_.segments().size(); ++i) {
        RETURN_IF_ERROR(FindPartial(i));
        if (page_is_full && top_.IsFull()) break;
      }
    }
    result.hits = top_.Take();
    result.more = result.hits.size() > limit_;
    result.hits.resize(std::min(result.hits.size(), limit_));
    for (const FacetCounter& f : facets_) result.facets.push_back(f.Finish());
    return result;
  }

 private:
  absl::Status Check() {
    return options_.check ? options_.check() : absl::OkStatus();
  }

  absl::Status Prepare() {
    RETURN_IF_ERROR(CheckExpansions(snapshot_, root_, &caches_));
    for (const query::Node* leaf : leaves_) {
      RETURN_IF_ERROR(Check());
      LeafScorer scorer;
      scorer.norms = &snapshot_.norms();
      scorer.fields = leaf->fields;
      scorer.weight = static_cast<double>(leaf->boost) *
                      LeafIdf(snapshot_, *leaf, &caches_);
      scorers_.push_back(scorer);
    }
    excluded_.resize(snapshot_.segments().size());
    for (const int64_t number : options_.exclude) {
      Snapshot::Place place;
      if (snapshot_.Find(number, &place)) {
        excluded_[place.segment].push_back(place.document);
      }
    }
    return absl::OkStatus();
  }

  // The documents of a window that may be found at all.
  WindowSet Candidates(size_t segment, const Window& window) const {
    const SegmentView& view = snapshot_.segments()[segment];
    WindowSet set;
    set.AddFirst(window.end - window.begin);
    if (view.deleted != nullptr) {
      set.SubtractBitmap(view.deleted->data(), view.deleted->size(),
                         window.begin);
    }
    for (const uint32_t d : excluded_[segment]) {
      if (d >= window.begin && d < window.end) set.Remove(d - window.begin);
    }
    return set;
  }

  template <typename F>
  absl::Status ForEachWindow(const Segment& segment, F f) {
    for (uint32_t begin = 0; begin < segment.documents();
         begin += kWindowSize) {
      RETURN_IF_ERROR(Check());
      f(Window{begin, std::min(begin + kWindowSize, segment.documents())});
    }
    return absl::OkStatus();
  }

  std::vector<std::unique_ptr<LeafMatcher>> MakeLeaves(size_t segment) {
    std::vector<std::unique_ptr<LeafMatcher>> matchers;
    for (const query::Node* leaf : leaves_) {
      matchers.push_back(MakeLeafMatcher(*snapshot_.segments()[segment].segment,
                                         *leaf, &caches_[segment]));
    }
    return matchers;
  }

  // Scores the documents of `set`; those that no leaf is true of get 0.
  WindowSet Score(const std::vector<std::unique_ptr<LeafMatcher>>& matchers,
                  const Window& window, const WindowSet& set) {
    scores_.fill(0);
    WindowSet touched;
    for (size_t i = 0; i < matchers.size(); ++i) {
      if (matchers[i] == nullptr) continue;
      matchers[i]->Score(window, set, scorers_[i], &scores_, &touched);
    }
    return touched;
  }

  void Offer(const Segment& segment, const Window& window, const WindowSet& set,
             bool full) {
    set.ForEach([&](uint32_t i) {
      if (scores_[i] < top_.least_score()) return;
      const uint32_t d = window.begin + i;
      Hit hit;
      hit.key.full = full;
      hit.key.score = scores_[i];
      hit.key.number = segment.numbers()[d];
      SetOrderValue(options_.order, segment, d, &hit.key);
      hit.sequence = segment.sequences()[d];
      top_.Offer(hit);
    });
  }

  absl::Status FindFull(size_t index, int64_t* total) {
    const Segment& segment = *snapshot_.segments()[index].segment;
    full_[index].resize((segment.documents() + kWindowSize - 1) / kWindowSize);
    const std::unique_ptr<Matcher> matcher =
        MakeMatcher(segment, root_, &caches_[index]);
    if (MatchesNothing(*matcher)) return absl::OkStatus();
    // A walk that has come to the partial matches scores full ones no more.
    const bool hits = !options_.after.has_value() || options_.after->full;
    std::vector<std::unique_ptr<LeafMatcher>> leaves;
    if (hits) leaves = MakeLeaves(index);
    for (FacetCounter& f : facets_) f.BeginSegment(segment);
    RETURN_IF_ERROR(ForEachWindow(segment, [&](const Window& window) {
      WindowSet set = Candidates(index, window);
      if (!set.Empty()) matcher->Narrow(window, &set);
      full_[index][window.begin / kWindowSize] = set;
      if (set.Empty()) return;
      *total += set.Count();
      for (FacetCounter& f : facets_) f.Count(window, set);
      if (!hits) return;
      Score(leaves, window, set);
      Offer(segment, window, set, /*full=*/true);
    }));
    for (FacetCounter& f : facets_) f.EndSegment();
    return absl::OkStatus();
  }

  absl::Status FindPartial(size_t index) {
    const Segment& segment = *snapshot_.segments()[index].segment;
    const std::vector<std::unique_ptr<LeafMatcher>> leaves = MakeLeaves(index);
    if (std::all_of(leaves.begin(), leaves.end(),
                    [](const auto& l) { return l == nullptr; })) {
      return absl::OkStatus();
    }
    std::vector<std::unique_ptr<Matcher>> filters;
    for (const query::Node* node : RequiredFilters(root_)) {
      filters.push_back(MakeMatcher(segment, *node, &caches_[index]));
      if (MatchesNothing(*filters.back())) return absl::OkStatus();
    }
    std::unique_ptr<Matcher> filter;
    if (!filters.empty()) {
      filter = std::make_unique<AndMatcher>(std::move(filters));
    }
    return ForEachWindow(segment, [&](const Window& window) {
      WindowSet set = Candidates(index, window);
      set.Subtract(full_[index][window.begin / kWindowSize]);
      if (filter != nullptr && !set.Empty()) filter->Narrow(window, &set);
      if (set.Empty()) return;
      Offer(segment, window, Score(leaves, window, set), /*full=*/false);
    });
  }

  const Snapshot& snapshot_;
  const query::Node& root_;
  const SearchOptions& options_;
  const size_t limit_;
  TopHits top_;
  const std::vector<const query::Node*> leaves_;
  std::vector<LeafScorer> scorers_;  // by leaf
  std::vector<LeafCache> caches_;    // by segment, as the following
  std::vector<std::vector<WindowSet>> full_;
  std::vector<std::vector<uint32_t>> excluded_;
  std::vector<FacetCounter> facets_;
  WindowScores scores_;
};

}  // namespace

absl::StatusOr<SearchResult> Search(const Snapshot& snapshot,
                                    const query::Query& query,
                                    const SearchOptions& options) {
  return Searcher(snapshot, query, options).Run();
}

}  // namespace paperwire::index
