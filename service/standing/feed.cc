#include "service/standing/feed.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"
#include "service/standing/read_change.h"

namespace paperwire::standing {
namespace {

using journal::Change;
using journal::Entry;

// What an empty batch takes, in entries.
constexpr size_t kBatchCost = 1;

absl::Status TooOld(int64_t sequence) {
  return WithReason(
      absl::OutOfRangeError(StrCat("The journal no longer holds the entry ",
                                   sequence + 1, ".")),
      "TOKEN_TOO_OLD");
}

}  // namespace

void Feed::Publish(std::shared_ptr<const Batch> batch) {
  std::vector<std::shared_ptr<const Batch>> gone;
  MutexLock lock(&mutex_);
  head_ = batch->last;
  kept_entries_ += batch->entries.size() + kBatchCost;
  kept_.push_back(std::move(batch));
  gone = Trim();
}

void Feed::KeepAfter(int64_t sequence) {
  std::vector<std::shared_ptr<const Batch>> gone;
  MutexLock lock(&mutex_);
  keep_ = sequence;
  gone = Trim();
}

std::vector<std::shared_ptr<const Batch>> Feed::Trim() {
  std::vector<std::shared_ptr<const Batch>> gone;
  while (kept_.size() > 1 && kept_.front()->last <= keep_ &&
         kept_entries_ > static_cast<size_t>(options_.kept_entries)) {
    kept_entries_ -= kept_.front()->entries.size() + kBatchCost;
    gone.push_back(std::move(kept_.front()));
    kept_.pop_front();
  }
  return gone;
}

int64_t Feed::head() const {
  MutexLock lock(&mutex_);
  return head_;
}

std::shared_ptr<const Batch> Feed::Kept(int64_t sequence) const {
  MutexLock lock(&mutex_);
  if (sequence >= head_ || kept_.empty() ||
      kept_.front()->first > sequence + 1) {
    return nullptr;
  }
  // The first batch that ends after `sequence` covers its successor.
  return *std::partition_point(kept_.begin(), kept_.end(),
                               [&](const std::shared_ptr<const Batch>& b) {
                                 return b->last <= sequence;
                               });
}

absl::StatusOr<std::shared_ptr<const Batch>> Feed::Next(int64_t sequence) {
  const int64_t now = head();
  if (sequence >= now) return std::shared_ptr<const Batch>();
  if (std::shared_ptr<const Batch> kept = Kept(sequence); kept != nullptr) {
    return kept;
  }
  return Read(sequence, now);
}

absl::StatusOr<std::shared_ptr<const Batch>> Feed::Read(int64_t sequence,
                                                        int64_t head) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, journal_.Take());
  const int limit = static_cast<int>(
      std::min<int64_t>(options_.read_entries, head - sequence));
  ASSIGN_OR_RETURN(std::vector<Entry> entries,
                   journal::ReadAfter(*db, sequence, limit));
  if (entries.empty()) return TooOld(sequence);
  const int64_t last = entries.back().sequence;
  std::vector<Change> read;
  for (Entry& entry : entries) {
    if (!journal::IsOfPaper(entry.kind)) continue;
    ASSIGN_OR_RETURN(Change one, ReadChange(*db, std::move(entry)));
    read.push_back(std::move(one));
  }
  // Asked last: the journal may have been compacted while it was read.
  ASSIGN_OR_RETURN(int64_t complete_from, journal::CompleteFrom(*db));
  if (complete_from > sequence + 1) return TooOld(sequence);
  std::vector<std::vector<Change>> runs = SplitRuns(std::move(read));
  if (runs.empty()) return MakeBatch({}, sequence, last);
  // A second run begins with a paper that the first one has.
  const int64_t end = runs.size() == 1 ? last : runs[1].front().sequence - 1;
  return MakeBatch(std::move(runs[0]), sequence, end);
}

}  // namespace paperwire::standing
