#include "service/standing/read_change.h"

#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "service/base/status_macros.h"

namespace paperwire::standing {

using journal::Change;
using journal::Database;
using journal::Entry;
using journal::Kind;

namespace {

// How far back a lineage is followed.
constexpr size_t kMaxLineage = 10000;

std::shared_ptr<const v1::Paper> IfSearched(journal::EntryPayload* payload) {
  if (!payload->has_paper() ||
      payload->paper().state() == v1::Paper::STATE_WITHDRAWN) {
    return nullptr;
  }
  return std::make_shared<v1::Paper>(std::move(*payload->mutable_paper()));
}

}  // namespace

absl::StatusOr<Change> ReadChange(Database& db, Entry entry) {
  Change result;
  result.sequence = entry.sequence;
  result.time = entry.time;
  result.kind = entry.kind;
  result.number = entry.number;
  if (!journal::IsOfPaper(entry.kind)) {
    if (entry.kind == Kind::kSubscribed) {
      result.subscription = std::make_shared<v1::Subscription>(
          std::move(*entry.payload.mutable_subscription()));
    }
    return result;
  }
  if (entry.payload.provisional()) return result;
  result.created = entry.kind == Kind::kCreated;
  result.after = IfSearched(&entry.payload);
  // What was before only matters to what is there now.
  if (result.after == nullptr) return result;
  for (int64_t at = entry.previous; at != 0;) {
    absl::StatusOr<Entry> previous = journal::ReadOne(db, at);
    if (absl::IsNotFound(previous.status())) break;
    if (!previous.ok()) return std::move(previous).status();
    if (!previous->payload.provisional()) {
      result.before = IfSearched(&previous->payload);
      break;
    }
    at = previous->previous;
  }
  return result;
}

absl::StatusOr<Lineage> ReadLineage(Database& db, int64_t sequence) {
  Lineage lineage;
  absl::flat_hash_set<int64_t> known;
  std::vector<int64_t> next = {sequence};
  while (!next.empty() && lineage.sequences.size() < kMaxLineage) {
    const int64_t at = next.back();
    next.pop_back();
    if (at <= 0 || !known.insert(at).second) continue;
    absl::StatusOr<Entry> entry = journal::ReadOne(db, at);
    // What came before may be gone; the entry itself is there.
    if (absl::IsNotFound(entry.status()) && at != sequence) continue;
    if (!entry.ok()) return std::move(entry).status();
    if (at != sequence) lineage.sequences.push_back(at);
    if (!absl::c_linear_search(lineage.papers, entry->number)) {
      lineage.papers.push_back(entry->number);
    }
    next.push_back(entry->previous);
    // The other one's end stands right before the merge.
    if (entry->kind == Kind::kMerged && entry->payload.other() != 0) {
      next.push_back(at - 1);
      // In case that end is gone.
      if (!absl::c_linear_search(lineage.papers, entry->payload.other())) {
        lineage.papers.push_back(entry->payload.other());
      }
    }
  }
  return lineage;
}

}  // namespace paperwire::standing
