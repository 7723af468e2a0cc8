#include "service/standing/feed.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"

namespace paperwire::standing {
namespace {

using journal::Change;
using journal::Database;
using journal::Entry;

std::shared_ptr<const v1::Paper> IfSearched(journal::EntryPayload* payload) {
  if (!payload->has_paper() ||
      payload->paper().state() == v1::Paper::STATE_WITHDRAWN) {
    return nullptr;
  }
  return std::make_shared<v1::Paper>(std::move(*payload->mutable_paper()));
}

absl::StatusOr<Change> ReadChange(Database& db, Entry entry) {
  Change result;
  result.sequence = entry.sequence;
  result.number = entry.number;
  result.created = entry.kind == journal::Kind::kCreated;
  result.after = IfSearched(&entry.payload);
  // What was before only matters to what is there now.
  if (entry.previous != 0 && result.after != nullptr) {
    absl::StatusOr<Entry> previous = journal::ReadOne(db, entry.previous);
    if (previous.ok()) {
      result.before = IfSearched(&previous->payload);
    } else if (!absl::IsNotFound(previous.status())) {
      return std::move(previous).status();
    }
  }
  return result;
}

}  // namespace

void Feed::Publish(std::shared_ptr<const Batch> batch) {
  {
    MutexLock lock(&mutex_);
    head_ = batch->last;
    kept_entries_ += batch->entries.size();
    kept_.push_back(std::move(batch));
    while (kept_.size() > 1 &&
           kept_entries_ > static_cast<size_t>(options_.kept_entries)) {
      kept_entries_ -= kept_.front()->entries.size();
      kept_.pop_front();
    }
  }
  MutexLock lock(&listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener();
}

int64_t Feed::head() const {
  MutexLock lock(&mutex_);
  return head_;
}

absl::StatusOr<std::shared_ptr<const Batch>> Feed::Next(int64_t sequence) {
  int64_t head;
  {
    MutexLock lock(&mutex_);
    head = head_;
    if (sequence >= head) return std::shared_ptr<const Batch>();
    if (!kept_.empty() && kept_.front()->first <= sequence + 1) {
      // The first batch that ends after `sequence` covers its successor.
      auto batch = std::partition_point(
          kept_.begin(), kept_.end(),
          [&](const std::shared_ptr<const Batch>& b) {
            return b->last <= sequence;
          });
      return *batch;
    }
  }
  return Read(sequence, head);
}

absl::StatusOr<std::shared_ptr<const Batch>> Feed::Read(int64_t sequence,
                                                        int64_t head) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, journal_.Take());
  const int limit = static_cast<int>(
      std::min<int64_t>(options_.read_entries, head - sequence));
  ASSIGN_OR_RETURN(std::vector<Entry> entries,
                   journal::ReadAfter(*db, sequence, limit));
  if (entries.empty() || entries.front().sequence != sequence + 1) {
    return WithReason(
        absl::OutOfRangeError(StrCat(
            "The journal no longer holds the entry ", sequence + 1, ".")),
        "TOKEN_TOO_OLD");
  }
  std::vector<Change> read;
  for (Entry& entry : entries) {
    ASSIGN_OR_RETURN(Change one, ReadChange(*db, std::move(entry)));
    read.push_back(std::move(one));
  }
  std::vector<std::vector<Change>> runs = SplitRuns(std::move(read));
  const int64_t last = runs[0].back().sequence;
  return MakeBatch(std::move(runs[0]), sequence, last);
}

int64_t Feed::AddListener(std::function<void()> listener) {
  MutexLock lock(&listeners_mutex_);
  const int64_t id = next_listener_++;
  listeners_[id] = std::move(listener);
  return id;
}

void Feed::RemoveListener(int64_t id) {
  MutexLock lock(&listeners_mutex_);
  listeners_.erase(id);
}

}  // namespace paperwire::standing
