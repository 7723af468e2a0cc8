#include "service/journal/compaction.h"

#include <algorithm>
#include <set>
#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::journal {
namespace {

Superseded::Old OldOf(const Entry& entry) {
  return {.sequence = entry.sequence,
          .kind = entry.kind,
          .number = entry.number,
          .other = entry.kind == Kind::kMerged ? entry.payload.other() : 0,
          .stays = entry.kind == Kind::kSplit};
}

}  // namespace

absl::StatusOr<Superseded> FindSuperseded(Database& db, int64_t up_to,
                                          int limit) {
  Superseded result;
  ASSIGN_OR_RETURN(result.complete_from, CompleteFrom(db));
  ASSIGN_OR_RETURN(std::vector<Entry> passed,
                   ReadAfter(db, result.complete_from - 1, limit));
  std::set<int64_t> gone;
  const auto drop = [&](const Entry& entry) {
    if (gone.insert(entry.sequence).second) {
      result.entries.push_back(OldOf(entry));
    }
  };
  for (const Entry& entry : passed) {
    if (entry.sequence > up_to) break;
    result.complete_from = entry.sequence + 1;
    if (entry.kind == Kind::kUnsubscribed) drop(entry);
    // The next entry of the paper takes this one's past with it.
    if (entry.payload.provisional()) continue;
    for (int64_t at = entry.previous; at != 0 && !gone.contains(at);) {
      absl::StatusOr<Entry> old = ReadOne(db, at);
      if (absl::IsNotFound(old.status())) break;
      if (!old.ok()) return std::move(old).status();
      drop(*old);
      // What was before it went when it was passed itself.
      if (old->kind == Kind::kSplit) break;
      at = old->previous;
    }
  }
  std::sort(result.entries.begin(), result.entries.end(),
            [](const Superseded::Old& a, const Superseded::Old& b) {
              return a.sequence < b.sequence;
            });
  return result;
}

absl::Status Drop(Database& db, const Superseded& superseded) {
  for (const Superseded::Old& old : superseded.entries) {
    if (old.stays) continue;
    RETURN_IF_ERROR(db.Get("DELETE FROM entry WHERE sequence = ?1")
                        .Bind(1, old.sequence)
                        .Run());
  }
  return db.Get("UPDATE journal SET complete_from = max(complete_from, ?1)")
      .Bind(1, superseded.complete_from)
      .Run();
}

absl::StatusOr<int64_t> LiveBytes(Database& db) {
  ASSIGN_OR_RETURN(int64_t page_bytes, db.Get("PRAGMA page_size").Number());
  ASSIGN_OR_RETURN(int64_t pages, db.Get("PRAGMA page_count").Number());
  ASSIGN_OR_RETURN(int64_t free_pages,
                   db.Get("PRAGMA freelist_count").Number());
  return page_bytes * (pages - free_pages);
}

absl::Status Shrink(Database& db, int pages) {
  return db.Execute(StrCat("PRAGMA incremental_vacuum(", pages, ")"));
}

}  // namespace paperwire::journal
