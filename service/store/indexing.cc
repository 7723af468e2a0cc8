#include "service/store/indexing.h"

#include <cstdint>
#include <utility>

#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/index/document.h"
#include "service/index/files.h"
#include "service/journal/journal.h"
#include "spdlog/spdlog.h"

namespace paperwire::store {
namespace {

using journal::Database;

constexpr int kReplayEntries = 1000;

index::Change ToIndexChange(int64_t number, int64_t sequence,
                            const v1::Paper* paper) {
  index::Change change;
  change.number = number;
  if (paper != nullptr) {
    change.document = index::MakeDocument(*paper, number, sequence);
  }
  return change;
}

}  // namespace

absl::StatusOr<std::unique_ptr<index::Index>> OpenIndex(
    Database& db, const index::IndexOptions& options, bool rebuild) {
  index::FileSystem& files = *options.files;
  if (rebuild) RETURN_IF_ERROR(files.RemoveFolder(options.folder));
  ASSIGN_OR_RETURN(std::unique_ptr<index::Index> index,
                   index::Index::Open(options));
  ASSIGN_OR_RETURN(int64_t last, journal::LastSequence(db));
  if (index->sequence() > last) {
    spdlog::warn("the index is ahead of the journal ({} > {}): making it again",
                 index->sequence(), last);
    index.reset();
    RETURN_IF_ERROR(files.RemoveFolder(options.folder));
    ASSIGN_OR_RETURN(index, index::Index::Open(options));
  }
  if (last > index->sequence()) {
    spdlog::info("indexing journal entries {} to {}", index->sequence() + 1,
                 last);
  }
  RETURN_IF_ERROR(IndexTheRest(db, *index));
  return index;
}

absl::Status IndexTheRest(Database& db, index::Index& index) {
  while (true) {
    ASSIGN_OR_RETURN(std::vector<journal::Entry> entries,
                     journal::ReadAfter(db, index.sequence(), kReplayEntries));
    if (entries.empty()) return absl::OkStatus();
    std::vector<index::Change> changes;
    for (const journal::Entry& entry : entries) {
      if (!journal::IsOfPaper(entry.kind)) continue;
      const v1::Paper& paper = entry.payload.paper();
      const bool searched = entry.payload.has_paper() &&
                            paper.state() != v1::Paper::STATE_WITHDRAWN;
      changes.push_back(ToIndexChange(entry.number, entry.sequence,
                                      searched ? &paper : nullptr));
    }
    index.Apply(std::move(changes), entries.back().sequence);
  }
}

std::shared_ptr<const index::Segment> IndexRun(
    const std::vector<journal::Change>& run, index::Index& index) {
  std::vector<index::Change> changes;
  for (const journal::Change& change : run) {
    if (!journal::IsOfPaper(change.kind)) continue;
    GiveWay();
    changes.push_back(
        ToIndexChange(change.number, change.sequence, change.after.get()));
  }
  return index.Apply(std::move(changes), run.back().sequence);
}

}  // namespace paperwire::store
