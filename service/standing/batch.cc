#include "service/standing/batch.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "service/base/status_macros.h"
#include "service/index/document.h"
#include "service/index/search.h"
#include "service/index/segment_builder.h"
#include "service/text/analyzer.h"

namespace paperwire::standing {

using journal::Change;

namespace {

std::shared_ptr<const index::Segment> SegmentOf(
    const std::vector<Change>& entries,
    std::shared_ptr<const v1::Paper> Change::*side) {
  static thread_local text::Analyzer analyzer;
  index::SegmentBuilder builder(&analyzer);
  bool empty = true;
  for (const Change& entry : entries) {
    const std::shared_ptr<const v1::Paper>& paper = entry.*side;
    if (paper == nullptr) continue;
    builder.Add(index::MakeDocument(*paper, entry.number, entry.sequence));
    empty = false;
  }
  if (empty) return nullptr;
  return builder.Finish(/*id=*/0, entries.back().sequence);
}

}  // namespace

std::span<const News> Batch::NewsOf(int64_t query) const {
  const auto begin = std::partition_point(
      news.begin(), news.end(), [&](const News& n) { return n.query < query; });
  const auto end = std::partition_point(
      begin, news.end(), [&](const News& n) { return n.query == query; });
  return {begin, end};
}

std::vector<std::vector<Change>> SplitRuns(std::vector<Change> entries) {
  std::vector<std::vector<Change>> runs;
  absl::flat_hash_set<int64_t> numbers;
  const auto goes_on = [&](const Change& entry) {
    const bool paper = journal::IsOfPaper(entry.kind);
    return !runs.empty() &&
           paper == journal::IsOfPaper(runs.back().back().kind) &&
           (!paper || numbers.insert(entry.number).second);
  };
  for (Change& entry : entries) {
    if (!goes_on(entry)) {
      runs.emplace_back();
      numbers.clear();
      numbers.insert(entry.number);
    }
    runs.back().push_back(std::move(entry));
  }
  return runs;
}

std::shared_ptr<Batch> MakeBatch(std::vector<Change> run,
                                 int64_t after_sequence, int64_t last,
                                 std::shared_ptr<const index::Segment> after) {
  auto batch = std::make_shared<Batch>();
  batch->first = after_sequence + 1;
  batch->last = last;
  if (run.empty() || !journal::IsOfPaper(run[0].kind)) return batch;
  batch->before = SegmentOf(run, &Change::before);
  batch->after =
      after != nullptr ? std::move(after) : SegmentOf(run, &Change::after);
  batch->entries = std::move(run);
  return batch;
}

bool IsNewVersion(const v1::Paper& before, const v1::Paper& after) {
  const auto revised = [](const v1::Paper& paper) {
    return std::pair(paper.revised_time().seconds(),
                     paper.revised_time().nanos());
  };
  return after.versions_size() > before.versions_size() ||
         revised(after) > revised(before);
}

absl::StatusOr<std::vector<const Change*>> NewMatches(const Batch& batch,
                                                      const query::Query& query,
                                                      int64_t after_sequence) {
  std::vector<const Change*> news;
  if (batch.after == nullptr) return news;
  ASSIGN_OR_RETURN(std::vector<int64_t> now,
                   index::MatchSegment(*batch.after, query));
  if (now.empty()) return news;
  std::vector<int64_t> then;
  if (batch.before != nullptr) {
    ASSIGN_OR_RETURN(then, index::MatchSegment(*batch.before, query));
  }
  for (const Change& entry : batch.entries) {
    if (entry.sequence > after_sequence && entry.after != nullptr &&
        absl::c_binary_search(now, entry.number) &&
        !absl::c_binary_search(then, entry.number)) {
      news.push_back(&entry);
    }
  }
  return news;
}

}  // namespace paperwire::standing
