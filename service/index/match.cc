// Full matches without scores: of a snapshot, or of one segment alone.

#include <algorithm>
#include <memory>
#include <utility>

#include "service/base/status_macros.h"
#include "service/index/budget.h"
#include "service/index/plan.h"
#include "service/index/search.h"
#include "service/query/names.h"

namespace paperwire::index {
namespace {

// Calls f(document) for each living full match, in order.
template <typename F>
void ForEachMatch(const SegmentView& view, const query::Node& root,
                  LeafCache* cache, F f) {
  const Segment& segment = *view.segment;
  const std::unique_ptr<Matcher> matcher = MakeMatcher(segment, root, cache);
  if (MatchesNothing(*matcher)) return;
  for (uint32_t begin = 0; begin < segment.documents(); begin += kWindowSize) {
    const Window window{begin,
                        std::min(begin + kWindowSize, segment.documents())};
    WindowSet set;
    set.AddFirst(window.end - window.begin);
    if (view.deleted != nullptr) {
      set.SubtractBitmap(view.deleted->data(), view.deleted->size(), begin);
    }
    matcher->Narrow(window, &set);
    set.ForEach([&](uint32_t i) { f(begin + i); });
  }
}

}  // namespace

absl::StatusOr<std::vector<Match>> MatchAll(const Snapshot& snapshot,
                                            const query::Query& query) {
  const query::Evaluated tree(query.root);
  std::vector<LeafCache> caches(snapshot.segments().size());
  RETURN_IF_ERROR(CheckBudget(snapshot, tree.root(), nullptr, &caches));
  std::vector<Match> matches;
  for (size_t i = 0; i < snapshot.segments().size(); ++i) {
    const SegmentView& view = snapshot.segments()[i];
    ForEachMatch(view, tree.root(), &caches[i], [&](uint32_t d) {
      matches.push_back(
          {view.segment->sequences()[d], view.segment->numbers()[d]});
    });
  }
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return a.sequence != b.sequence ? a.sequence < b.sequence
                                    : a.number < b.number;
  });
  return matches;
}

absl::StatusOr<std::vector<int64_t>> MatchNumbers(const Snapshot& snapshot,
                                                  const query::Query& query) {
  ASSIGN_OR_RETURN(std::vector<Match> matches, MatchAll(snapshot, query));
  std::vector<int64_t> numbers;
  numbers.reserve(matches.size());
  for (const Match& match : matches) numbers.push_back(match.number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::StatusOr<std::vector<int64_t>> MatchSegment(const Segment& segment,
                                                  const query::Query& query) {
  // A view that does not own: the caller's reference outlives the call.
  SegmentView view;
  view.segment = std::shared_ptr<const Segment>(
      std::shared_ptr<const Segment>(), &segment);
  const query::Evaluated tree(query.root);
  std::vector<int64_t> numbers;
  LeafCache cache;
  ForEachMatch(view, tree.root(), &cache,
               [&](uint32_t d) { numbers.push_back(segment.numbers()[d]); });
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace paperwire::index
