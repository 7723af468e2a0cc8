#include "tests/torture/process.h"

#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/sources.h"
#include "service/catalogue/tables.h"
#include "service/index/document.h"
#include "service/journal/journal.h"
#include "service/standing/batch.h"
#include "service/standing/frequency.h"
#include "service/standing/subscription_tables.h"
#include "service/store/requests.h"

namespace paperwire::torture {
namespace {

using journal::Change;
using journal::Database;

constexpr char kJournal[] = "/data/paperwire.db";
constexpr char kIndex[] = "/data/index";
constexpr int kAll = 1 << 20;

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
  RETURN_IF_ERROR(follower_->Load(
      *db_, standing::FrequencyIn(
                [index = index_.get()] { return index->snapshot(); })));
  appender_.emplace(db_.get(), clock);
  catalogue_.emplace(db_.get(), &*appender_);
  subscriptions_.emplace(db_.get(), &*appender_);
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
  ASSIGN_OR_RETURN(std::vector<journal::Entry> entries,
                   journal::ReadAfter(*db_, index_->sequence(), kAll));
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
  index_->Apply(std::move(changes), entries.back().sequence);
  index_->WaitForMerges();
  return absl::OkStatus();
}

absl::Status Process::Begin() {
  RETURN_IF_ERROR(appender_->Begin());
  RETURN_IF_ERROR(catalogue_->Begin());
  return subscriptions_->Begin();
}

Committed Process::Commit(const std::vector<Job>& jobs) {
  Committed committed;
  committed.jobs.resize(jobs.size());
  std::vector<Change> changes;
  committed.status = Apply(jobs, &committed, &changes);
  if (committed.status.ok()) {
    if (!changes.empty()) following_.push_back(std::move(changes));
    return committed;
  }
  if (db_->InTransaction()) db_->Execute("ROLLBACK").IgnoreError();
  for (absl::Status& one : committed.jobs) {
    if (one.ok()) one = committed.status;
  }
  return committed;
}

absl::Status Process::Apply(const std::vector<Job>& jobs, Committed* committed,
                            std::vector<Change>* changes) {
  RETURN_IF_ERROR(db_->Execute("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(Begin());
  const int64_t before = appender_->last_sequence();
  for (size_t i = 0; i < jobs.size(); ++i) {
    RETURN_IF_ERROR(db_->Execute("SAVEPOINT job"));
    const size_t there = changes->size();
    store::Transaction transaction{*db_, *appender_, *catalogue_,
                                   *subscriptions_, changes};
    committed->jobs[i] = jobs[i](transaction);
    if (committed->jobs[i].ok()) {
      RETURN_IF_ERROR(db_->Execute("RELEASE job"));
      continue;
    }
    if (!db_->InTransaction()) return committed->jobs[i];
    changes->resize(there);
    RETURN_IF_ERROR(db_->Execute("ROLLBACK TO job; RELEASE job"));
    RETURN_IF_ERROR(Begin());
  }
  ASSIGN_OR_RETURN(committed->entries,
                   journal::ReadAfter(*db_, before, kAll));
  return db_->Execute("COMMIT");
}

bool Process::Follow() {
  if (following_.empty()) return false;
  std::vector<Change> changes = std::move(following_.front());
  following_.pop_front();
  for (std::vector<Change>& run : standing::SplitRuns(std::move(changes))) {
    std::vector<index::Change> index_changes;
    for (const Change& change : run) {
      if (!journal::IsOfPaper(change.kind)) continue;
      index_changes.push_back(
          ToIndexChange(change.number, change.sequence, change.after.get()));
    }
    followed_ = run.back().sequence;
    std::shared_ptr<const index::Segment> segment =
        index_->Apply(std::move(index_changes), followed_);
    index_->WaitForMerges();
    follower_->Follow(std::move(run), followed_, std::move(segment));
  }
  return true;
}

void Process::Close(std::unique_ptr<Process> process) {
  while (process->Follow()) {
  }
  const standing::Unnoted& rest = process->follower_->unnoted();
  process
      ->Commit({[&](store::Transaction& t) {
        return standing::NoteMatches(t.db, rest.matches, rest.position);
      }});
  process->index_->Checkpoint().IgnoreError();
}

}  // namespace paperwire::torture
