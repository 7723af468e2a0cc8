// The search proper: first the full matches, then, when they do not fill the
// page, the partial ones.
//
// Where everything must be known (totals, facets, other orders), every window
// of every segment is narrowed to the documents that match; how many have any
// of some words is counted apart (count_any.h). For the hits themselves the
// windows are visited by falling bound on the scores they hold
// (window_scorer.h), until no further one can hold a better hit than the page
// has already. Where all that is asked for is words and phrases, one of them
// rare, its documents are looked up one by one instead (conjunction.h); a
// single word, two words and a single phrase have their own ways (one_word.h,
// two_words.h, one_phrase.h). Scores are summed leaf by leaf in the order of
// the tree, so that they come out the same to the last bit however documents
// lie in segments.

#include "service/index/search.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "service/base/status_macros.h"
#include "service/index/boolean_matchers.h"
#include "service/index/budget.h"
#include "service/index/conjunction.h"
#include "service/index/count_any.h"
#include "service/index/facets.h"
#include "service/index/falling_bounds.h"
#include "service/index/leaves.h"
#include "service/index/one_phrase.h"
#include "service/index/one_word.h"
#include "service/index/plan.h"
#include "service/index/statistics.h"
#include "service/index/top_hits.h"
#include "service/index/two_words.h"
#include "service/index/window_scorer.h"
#include "service/query/names.h"

namespace paperwire::index {
namespace {

constexpr uint32_t kBetweenChecks = 8;  // windows

// Nobody asks for hits, only how many there are.
bool OnlyCounts(const SearchOptions& options) {
  return options.limit <= 0 && options.strict && options.count_total &&
         !options.after.has_value();
}

// How many papers have the word that the query is, when that is all there is to
// say and known without any postings; else -1.
int64_t KnownTotal(const Snapshot& snapshot, const query::Node& root,
                   const SearchOptions& options) {
  if (!OnlyCounts(options) || !options.facets.empty() ||
      !options.exclude.empty()) {
    return -1;
  }
  int64_t total = 0;
  for (const SegmentView& view : snapshot.segments()) {
    LeafCache cache;
    const int64_t count =
        view.deleted_count == 0 ? KnownCount(*view.segment, root, &cache) : -1;
    if (count < 0) return -1;
    total += count;
  }
  return total;
}

class Searcher {
 public:
  Searcher(const Snapshot& snapshot, const query::Query& query,
           const SearchOptions& options)
      : snapshot_(snapshot),
        evaluated_(query.root),
        root_(evaluated_.root()),
        options_(options),
        limit_(static_cast<size_t>(std::max(0, options.limit))),
        // One more than asked for tells whether there are more.
        top_(options.order, options.after, limit_ + 1),
        leaves_(ScoringLeaves(root_)),
        filters_(RequiredFilters(root_)),
        needs_leaf_(NeedsLeaf(root_)),
        disjunction_(Disjunction(root_)),
        is_conjunction_(IsConjunction(root_)),
        counts_apart_(CountsApart()),
        caches_(snapshot.segments().size()),
        full_(snapshot.segments().size()) {
    for (const FacetRequest& r : options.facets) facets_.emplace_back(r);
    for (LeafCache& cache : caches_) cache.reserve(leaves_.size());
    required_.reserve(leaves_.size());
    for (const query::Node* leaf : RequiredLeaves(root_)) {
      required_.push_back(static_cast<size_t>(
          std::find(leaves_.begin(), leaves_.end(), leaf) - leaves_.begin()));
    }
  }

  absl::StatusOr<SearchResult> Run() {
    RETURN_IF_ERROR(CheckBudget(snapshot_, root_, options_.check, &caches_));
    if (options_.check) LetPhrasesCheck(root_);
    SearchResult result;
    if (options_.strict && MissesAWord()) {
      for (FacetCounter& f : facets_) result.facets.push_back(f.Finish());
      return result;
    }
    RETURN_IF_ERROR(Prepare());
    const std::vector<size_t> segments = LargestFirst();
    for (const size_t i : segments) {
      RETURN_IF_ERROR(FindFull(i, &result.total_full_matches));
    }
    if (MayMatchInPart() && !top_.IsFull()) {
      // Of a page full of full matches, all that is left to know is whether
      // anything comes after it.
      page_is_full_ = top_.size() >= limit_;
      for (const size_t i : segments) {
        RETURN_IF_ERROR(FindPartial(i));
        if (Done()) break;
      }
    }
    if (options_.check) RETURN_IF_ERROR(options_.check());  // phrases stop, too
    result.hits = top_.Take();
    result.more = result.hits.size() > limit_ ||
                  (OnlyCounts() && result.total_full_matches > 0);
    result.hits.resize(std::min(result.hits.size(), limit_));
    for (const FacetCounter& f : facets_) result.facets.push_back(f.Finish());
    return result;
  }

 private:
  // Lets the phrases of the tree ask, too, where one window takes long.
  void LetPhrasesCheck(const query::Node& node) {
    for (const query::Node& child : node.children) LetPhrasesCheck(child);
    if (node.kind != query::Node::Kind::kPhrase) return;
    for (LeafCache& cache : caches_) {
      cache[&node].phrase = std::make_shared<PhraseMemo>();
      cache[&node].phrase->check = &options_.check;
    }
  }

  // Once for each window, or what takes about as long.
  absl::Status Check() {
    return options_.check && ++visits_ % kBetweenChecks == 0 ? options_.check()
                                                             : absl::OkStatus();
  }

  // Whether no paper has a word that all matches need: true of most questions
  // that find nothing.
  bool MissesAWord() {
    return std::any_of(required_.begin(), required_.end(), [this](size_t l) {
      const query::Node& leaf = *leaves_[l];
      if (leaf.kind != query::Node::Kind::kWord) return false;
      for (size_t i = 0; i < caches_.size(); ++i) {
        if (LeafWord(segment(i), leaf, &caches_[i]).term != kNotFound) {
          return false;
        }
      }
      return true;
    });
  }

  absl::Status Prepare() {
    scorers_.reserve(leaves_.size());
    for (const query::Node* leaf : leaves_) {
      RETURN_IF_ERROR(Check());
      LeafScorer scorer;
      scorer.fields = leaf->fields;
      if (!OnlyCounts()) {
        scorer.norms = &snapshot_.norms();
        scorer.weight = static_cast<double>(leaf->boost) *
                        LeafIdf(snapshot_, *leaf, &caches_);
      }
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

  // Large segments raise the bar for the small ones.
  std::vector<size_t> LargestFirst() const {
    std::vector<size_t> order(snapshot_.segments().size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
      return snapshot_.segments()[a].live() > snapshot_.segments()[b].live();
    });
    return order;
  }

  bool OnlyCounts() const { return index::OnlyCounts(options_); }
  // Whether the total is counted without the hits: of a word in any field and
  // spelling, or an Or of such.
  bool CountsApart() const {
    return options_.count_total && options_.facets.empty() &&
           disjunction_ == &root_ && (OnlyCounts() || Prunes()) &&
           std::all_of(leaves_.begin(), leaves_.end(), [](const auto* leaf) {
             return leaf->kind == query::Node::Kind::kWord &&
                    !leaf->words.empty() && !leaf->words.front().exact &&
                    leaf->fields == query::kAllFields;
           });
  }
  // Whether every full match must be known before hits are chosen.
  bool NeedsAll() const {
    return (options_.count_total && !counts_apart_) || !facets_.empty() ||
           MayMatchInPart() || !Prunes();
  }
  // Whether bounds of scores tell where hits can be.
  bool Prunes() const {
    return options_.order == Order::kRelevance &&
           leaves_.size() <= WindowScorer::kMaxLeaves;
  }
  // Whether the page is full and something is known to come after it.
  bool Done() const { return page_is_full_ && top_.IsFull(); }
  // Whether a document may have some of the words, but not match, and is wanted
  // still: of a single word or phrase, or of an Or of them, none may.
  bool MayMatchInPart() const {
    return !options_.strict && !leaves_.empty() && disjunction_ == nullptr;
  }
  // Whether full matches are hits. A walk that has come to the partial matches
  // scores full ones no more.
  bool OffersFull() const {
    return !OnlyCounts() &&
           (!options_.after.has_value() || options_.after->full);
  }

  const Segment& segment(size_t index) const {
    return *snapshot_.segments()[index].segment;
  }
  Window WindowAt(size_t index, uint32_t w) const {
    const uint32_t begin = w * kWindowSize;
    return {begin, std::min(begin + kWindowSize, segment(index).documents())};
  }

  // The documents of a window that may be found at all.
  WindowSet Candidates(size_t index, const Window& window) const {
    const SegmentView& view = snapshot_.segments()[index];
    WindowSet set;
    set.AddFirst(window.end - window.begin);
    if (view.deleted != nullptr) {
      set.SubtractBitmap(view.deleted->data(), view.deleted->size(),
                         window.begin);
    }
    for (const uint32_t d : excluded_[index]) {
      if (d >= window.begin && d < window.end) set.Remove(d - window.begin);
    }
    return set;
  }

  std::vector<std::shared_ptr<LeafMatcher>> MakeLeaves(size_t index) {
    std::vector<std::shared_ptr<LeafMatcher>> matchers;
    matchers.reserve(leaves_.size());
    for (const query::Node* leaf : leaves_) {
      matchers.push_back(LeafMatcherOf(segment(index), *leaf, &caches_[index]));
    }
    return matchers;
  }

  absl::Status FindFull(size_t index, int64_t* total) {
    const Segment& s = segment(index);
    if (counts_apart_) {
      RETURN_IF_ERROR(AddCount(index, total));
      if (OnlyCounts()) return absl::OkStatus();
    }
    if (NeedsAll() && !OnlyCounts()) {
      full_[index].resize(WindowCount(s.documents()));
    }
    if (GoesByDocument()) {
      if (MissesSome(index)) return absl::OkStatus();
      const Conjunction::Leaves leaves = MakeLeaves(index);
      if (std::find(leaves.begin(), leaves.end(), nullptr) != leaves.end()) {
        return absl::OkStatus();
      }
      if (leaves_.size() == 1 && leaves[0]->cursor() != nullptr) {
        return FindOneWord(index, leaves[0]->cursor(), total);
      }
      if (Conjunction::Suits(leaves)) {
        return FindByDocument(index, leaves, total);
      }
      if (leaves_.size() == 1 && leaves[0]->phrase() != nullptr) {
        return OnePhrase(snapshot_.segments()[index], snapshot_,
                         leaves[0]->phrase(), scorers_[0], options_.boost,
                         excluded_[index])
            .Run(options_.check, OffersFull() ? &top_ : nullptr,
                 options_.count_total ? total : nullptr);
      }
      if (!NeedsAll() && WindowScorer::CanEvaluateAll(leaves, scorers_)) {
        if (leaves_.size() == 2) {
          return FindTwoWords(index, leaves, /*both=*/true);
        }
        if (excluded_[index].empty()) return FindTogether(index, leaves);
      }
    }
    // Of a disjunction, the scores tell what matches; else the tree does.
    const bool by_score = !NeedsAll() && disjunction_ != nullptr;
    if (by_score && leaves_.size() == 2 && filters_.empty()) {
      const Conjunction::Leaves leaves = MakeLeaves(index);
      if (WindowScorer::CanEvaluateAll(leaves, scorers_)) {
        return FindTwoWords(index, leaves, /*both=*/false);
      }
    }
    std::unique_ptr<Matcher> matcher =
        by_score ? MakeFilter(index) : MakeMatcher(s, root_, &caches_[index]);
    if (matcher != nullptr && MatchesNothing(*matcher)) {
      return absl::OkStatus();
    }
    if (OnlyCounts() && facets_.empty() && MayFindAll(index) &&
        matcher->KnownCount() >= 0) {
      *total += matcher->KnownCount();
      return absl::OkStatus();
    }
    const auto narrow = [&](const Window& window) {
      WindowSet set = Candidates(index, window);
      if (matcher != nullptr && !set.Empty()) matcher->Narrow(window, &set);
      return set;
    };
    if (NeedsAll()) {
      for (FacetCounter& f : facets_) f.BeginSegment(s);
      for (uint32_t w = matcher->NextWindow(0); w < WindowCount(s.documents());
           w = matcher->NextWindow(w + 1)) {
        RETURN_IF_ERROR(Check());
        const Window window = WindowAt(index, w);
        const WindowSet set = narrow(window);
        if (options_.count_total) *total += set.Count();
        if (!full_[index].empty()) full_[index][w] = set;
        if (facets_.empty() || set.Empty()) continue;
        for (FacetCounter& f : facets_) f.Count(window, set);
      }
      for (FacetCounter& f : facets_) f.EndSegment();
    }
    if (!OffersFull()) return absl::OkStatus();
    return FindHits(
        index, /*full=*/true, /*any=*/!needs_leaf_, [&](const Window& window) {
          return NeedsAll() ? full_[index][window.begin / kWindowSize]
                            : narrow(window);
        });
  }

  // Whether all documents of a segment may be found.
  bool MayFindAll(size_t index) const {
    return snapshot_.segments()[index].deleted_count == 0 &&
           excluded_[index].empty();
  }
  // When the total counts apart: adds how many documents of a segment match.
  absl::Status AddCount(size_t index, int64_t* total) {
    const int64_t known =
        MayFindAll(index) ? KnownCount(segment(index), root_, &caches_[index])
                          : -1;
    if (known >= 0) {
      *total += known;
      return absl::OkStatus();
    }
    std::vector<PostingCursor*> words;
    for (const auto& leaf : MakeLeaves(index)) {
      if (leaf != nullptr) words.push_back(leaf->cursor());
    }
    ASSIGN_OR_RETURN(const int64_t count,
                     CountAny(snapshot_.segments()[index], words,
                              excluded_[index], options_.check));
    *total += count;
    return absl::OkStatus();
  }

  // The best documents of a word, and how many there are in all.
  absl::Status FindOneWord(size_t index, PostingCursor* cursor,
                           int64_t* total) {
    if (options_.count_total && !counts_apart_) {
      RETURN_IF_ERROR(CountWord(index, total));
    }
    if (!OffersFull()) return absl::OkStatus();
    return OneWord(snapshot_.segments()[index], snapshot_, cursor, scorers_[0],
                   options_.boost, excluded_[index])
        .Run(options_.check, &top_);
  }

  absl::Status CountWord(size_t index, int64_t* total) {
    const std::unique_ptr<Matcher> matcher =
        MakeMatcher(segment(index), root_, &caches_[index]);
    const uint32_t windows = WindowCount(segment(index).documents());
    for (uint32_t w = matcher->NextWindow(0); w < windows;
         w = matcher->NextWindow(w + 1)) {
      RETURN_IF_ERROR(Check());
      const Window window = WindowAt(index, w);
      WindowSet set = Candidates(index, window);
      if (!set.Empty()) matcher->Narrow(window, &set);
      *total += set.Count();
    }
    return absl::OkStatus();
  }

  // Whether full matches may be found one by one. (How many documents have a
  // single word is known without.)
  bool GoesByDocument() const {
    return is_conjunction_ && facets_.empty() && Prunes() &&
           !(OnlyCounts() && leaves_.size() == 1);
  }

  // Whether no document of a segment has all words, as far as that is quick to
  // find out.
  bool MissesSome(size_t index) {
    std::vector<uint32_t> terms;
    terms.reserve(leaves_.size());
    for (const query::Node* leaf : leaves_) {
      if (leaf->kind != query::Node::Kind::kWord) continue;
      terms.push_back(LeafWord(segment(index), *leaf, &caches_[index]).term);
      if (terms.back() == kNotFound) return true;
    }
    return !Conjunction::MayMatch(segment(index), std::move(terms));
  }

  absl::Status FindByDocument(size_t index, const Conjunction::Leaves& leaves,
                              int64_t* total) {
    Conjunction conjunction(snapshot_.segments()[index], snapshot_, leaves,
                            scorers_, options_.boost, excluded_[index]);
    const auto visit = [&](uint32_t document) {
      if (options_.count_total) ++*total;
      if (full_[index].empty()) return;
      full_[index][document / kWindowSize].Add(document % kWindowSize);
    };
    return conjunction.Run(options_.check,
                           NeedsAll() ? visit : std::function<void(uint32_t)>(),
                           OffersFull() ? &top_ : nullptr);
  }

  // What every match must satisfy besides its words; null: nothing.
  std::unique_ptr<Matcher> MakeFilter(size_t index) {
    std::vector<std::unique_ptr<Matcher>> filters;
    for (const query::Node* node : filters_) {
      filters.push_back(MakeMatcher(segment(index), *node, &caches_[index]));
      if (MatchesNothing(*filters.back())) return std::move(filters.back());
    }
    if (filters.empty()) return nullptr;
    if (filters.size() == 1) return std::move(filters.front());
    return std::make_unique<AndMatcher>(std::move(filters));
  }

  absl::Status FindPartial(size_t index) {
    const std::unique_ptr<Matcher> filter = MakeFilter(index);
    if (filter != nullptr && MatchesNothing(*filter)) return absl::OkStatus();
    return FindHits(index, /*full=*/false, /*any=*/false,
                    [&](const Window& window) {
                      WindowSet set = Candidates(index, window);
                      set.Subtract(full_[index][window.begin / kWindowSize]);
                      if (filter != nullptr && !set.Empty()) {
                        filter->Narrow(window, &set);
                      }
                      return set;
                    });
  }

  // Offers the best of the documents that set_of(window) gives; `any`: also
  // those of which no scoring leaf is true.
  template <typename SetOf>
  absl::Status FindHits(size_t index, bool full, bool any, SetOf set_of) {
    const Segment& s = segment(index);
    const std::vector<std::shared_ptr<LeafMatcher>> leaves = MakeLeaves(index);
    const bool none =
        std::all_of(leaves.begin(), leaves.end(),
                    [](const auto& leaf) { return leaf == nullptr; });
    if (none && !any) return absl::OkStatus();
    if (!Prunes()) return ScoreAll(index, full, any, leaves, set_of);

    WindowScorer scorer(s, snapshot_, leaves, scorers_, options_.boost,
                        &scorer_room_);
    if (full && is_conjunction_) scorer.SetsHaveAll();
    return ByFallingBound(index, full, any, scorer, [&](const Window& window) {
      const WindowSet set = set_of(window);
      if (!set.Empty()) scorer.Evaluate(window, set, full, any, &top_);
    });
  }

  // The best documents of two words in any field.
  absl::Status FindTwoWords(size_t index, const Conjunction::Leaves& leaves,
                            bool both) {
    return TwoWords(snapshot_.segments()[index], snapshot_,
                    {TwoWords::Word{leaves[0]->cursor(), scorers_[0]},
                     TwoWords::Word{leaves[1]->cursor(), scorers_[1]}},
                    options_.boost, excluded_[index])
        .Run(both, options_.check, &top_);
  }

  // The same of full matches only, which have all of these words.
  absl::Status FindTogether(size_t index, const Conjunction::Leaves& leaves) {
    const SegmentView& view = snapshot_.segments()[index];
    WindowScorer scorer(*view.segment, snapshot_, leaves, scorers_,
                        options_.boost, &scorer_room_);
    return ByFallingBound(
        index, /*full=*/true, /*any=*/false, scorer,
        [&](const Window& window) { scorer.EvaluateAll(window, view, &top_); });
  }

  // Calls visit(window) where hits can be: by falling bound, of the same the
  // earlier first, until none can hold a better hit than the page does.
  template <typename Visit>
  absl::Status ByFallingBound(size_t index, bool full, bool any,
                              const WindowScorer& scorer, Visit visit) {
    FallingBounds<uint32_t> windows;
    windows.Reserve(scorer.windows());
    for (uint32_t w = 0; w < scorer.windows(); ++w) {
      const bool possible =
          !full || std::all_of(required_.begin(), required_.end(),
                               [&](size_t l) { return scorer.MayHave(l, w); });
      if (possible && (any || scorer.Bound(w) > 0)) {
        windows.Add(scorer.Bound(w), w);
      }
    }
    windows.Begin();
    while (!windows.empty() && !Done() &&
           scorer.MayEnter(windows.bound(), top_)) {
      RETURN_IF_ERROR(Check());
      visit(WindowAt(index, windows.Take()));
    }
    return absl::OkStatus();
  }

  template <typename SetOf>
  absl::Status ScoreAll(size_t index, bool full, bool any,
                        const std::vector<std::shared_ptr<LeafMatcher>>& leaves,
                        SetOf set_of) {
    const Segment& s = segment(index);
    auto scores = std::make_unique<WindowScores>();
    const bool boosts = options_.boost.Any();
    for (uint32_t w = 0; w < WindowCount(s.documents()); ++w) {
      RETURN_IF_ERROR(Check());
      const Window window = WindowAt(index, w);
      const WindowSet set = set_of(window);
      if (set.Empty()) continue;
      scores->fill(0);
      WindowSet touched;
      for (size_t i = 0; i < leaves.size(); ++i) {
        if (leaves[i] == nullptr) continue;
        leaves[i]->Score(window, set, scorers_[i], scores.get(), &touched);
      }
      const WindowSet& found = any ? set : touched;
      found.ForEach([&](uint32_t i) {
        const uint32_t d = window.begin + i;
        Hit hit;
        hit.key.full = full;
        hit.key.score = (*scores)[i];
        if (boosts) hit.key.score *= options_.boost.Factor(s, d);
        hit.key.number = s.numbers()[d];
        SetOrderValue(options_.order, s, d, &hit.key);
        hit.sequence = s.sequences()[d];
        top_.Offer(hit);
      });
    }
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  const query::Evaluated evaluated_;
  const query::Node& root_;
  const SearchOptions& options_;
  const size_t limit_;
  TopHits top_;
  uint32_t visits_ = 0;  // since the search began, for Check
  bool page_is_full_ = false;
  const std::vector<const query::Node*> leaves_;
  const std::vector<const query::Node*> filters_;
  const bool needs_leaf_;
  const query::Node* const disjunction_;
  const bool is_conjunction_;
  const bool counts_apart_;
  std::vector<size_t> required_;     // in leaves_
  std::vector<LeafScorer> scorers_;  // by leaf
  WindowScorer::Room scorer_room_;
  std::vector<LeafCache> caches_;  // by segment, as the following
  std::vector<std::vector<WindowSet>> full_;
  std::vector<std::vector<uint32_t>> excluded_;
  std::vector<FacetCounter> facets_;
};

}  // namespace

absl::StatusOr<SearchResult> Search(const Snapshot& snapshot,
                                    const query::Query& query,
                                    const SearchOptions& options) {
  if (const int64_t total = KnownTotal(snapshot, query.root, options);
      total >= 0) {
    SearchResult result;
    result.total_full_matches = total;
    result.more = total > 0;
    return result;
  }
  return Searcher(snapshot, query, options).Run();
}

}  // namespace paperwire::index
