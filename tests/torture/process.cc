#include "tests/torture/process.h"

#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/sources.h"
#include "service/catalogue/tables.h"
#include "service/journal/journal.h"
#include "service/standing/batch.h"
#include "service/standing/frequency.h"
#include "service/standing/subscription_tables.h"
#include "service/store/indexing.h"
#include "service/store/requests.h"

namespace paperwire::torture {
namespace {

using journal::Change;
using journal::Database;

constexpr char kJournal[] = "/data/paperwire.db";
constexpr char kIndex[] = "/data/index";
constexpr int kAll = 1 << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(
    index::FileSystem* files, Clock* clock, int wal_pages) {
  std::unique_ptr<Process> process(new Process);
  RETURN_IF_ERROR(process->Open(files, clock, wal_pages));
  return process;
}

absl::Status Process::Open(index::FileSystem* files, Clock* clock,
                           int wal_pages) {
  ASSIGN_OR_RETURN(db_, Database::Open(kJournal, Database::Mode::kWrite));
  RETURN_IF_ERROR(
      db_->Execute(StrCat("PRAGMA wal_autocheckpoint = ", wal_pages)));
  RETURN_IF_ERROR(journal::Prepare(*db_));
  RETURN_IF_ERROR(catalogue::PrepareTables(*db_));
  RETURN_IF_ERROR(standing::PrepareSubscriptionTables(*db_));
  RETURN_IF_ERROR(catalogue::PrepareSources(*db_));
  RETURN_IF_ERROR(store::PrepareRequests(*db_));
  RETURN_IF_ERROR(OpenIndex(files));
  connections_ = std::make_unique<journal::Connections>(kJournal);
  ASSIGN_OR_RETURN(followed_, journal::LastSequence(*db_));
  follower_ =
      std::make_unique<standing::Follower>(connections_.get(), followed_);
  RETURN_IF_ERROR(
      follower_->Load(*db_, standing::FrequencyIn([index = index_.get()] {
        return index->snapshot();
      })));
  committer_.emplace(db_.get(), clock,
                     std::vector<store::Committer::ApplySide>());
  return absl::OkStatus();
}

absl::Status Process::OpenIndex(index::FileSystem* files) {
  // It merges when it is told to wait for it, never by time.
  index::IndexOptions options;
  options.folder = kIndex;
  options.files = files;
  options.merge_factor = 3;
  options.quiet_ms = 1 << 30;
  ASSIGN_OR_RETURN(index_, index::Index::Open(options));
  ASSIGN_OR_RETURN(int64_t last, journal::LastSequence(*db_));
  if (index_->sequence() > last) {
    return absl::InternalError(StrCat("The index is at ", index_->sequence(),
                                      ", ahead of the journal at ", last));
  }
  RETURN_IF_ERROR(store::IndexTheRest(*db_, *index_));
  index_->WaitForMerges();
  return absl::OkStatus();
}

Committed Process::Commit(const std::vector<Job>& jobs) {
  Committed result;
  int64_t before = 0;
  std::vector<store::Job> all(jobs.size() + 2);
  all.front().apply = [&](store::Transaction& t) {
    before = t.appender.last_sequence();
    return absl::OkStatus();
  };
  for (size_t i = 0; i < jobs.size(); ++i) all[i + 1].apply = jobs[i];
  all.back().apply = [&](store::Transaction& t) -> absl::Status {
    absl::StatusOr<std::vector<journal::Entry>> entries =
        journal::ReadAfter(t.db, before, kAll);
    if (entries.ok()) {
      result.entries = *std::move(entries);
      return absl::OkStatus();
    }
    // What is not known must not be stored.
    t.db.Execute("ROLLBACK").IgnoreError();
    return entries.status();
  };
  store::Committed committed = committer_->Commit(all);
  result.status = std::move(committed.status);
  result.jobs.assign(committed.jobs.begin() + 1, committed.jobs.end() - 1);
  if (!committed.changes.empty()) {
    following_.push_back(std::move(committed.changes));
  }
  return result;
}

bool Process::Follow() {
  if (following_.empty()) return false;
  std::vector<Change> changes = std::move(following_.front());
  following_.pop_front();
  for (std::vector<Change>& run : standing::SplitRuns(std::move(changes))) {
    followed_ = run.back().sequence;
    std::shared_ptr<const index::Segment> segment =
        store::IndexRun(run, *index_);
    index_->WaitForMerges();
    follower_->Follow(std::move(run), followed_, std::move(segment));
  }
  return true;
}

void Process::Close(std::unique_ptr<Process> process) {
  while (process->Follow()) {
  }
  const standing::Unnoted& rest = process->follower_->unnoted();
  process->Commit({[&](store::Transaction& t) {
    return standing::NoteMatches(t.db, rest.matches, rest.position);
  }});
  process->index_->Checkpoint().IgnoreError();
}

}  // namespace paperwire::torture
