#include "service/store/committer.h"

#include "service/base/status_macros.h"
#include "service/journal/journal.h"

namespace paperwire::store {

using journal::Change;

Committed Committer::Commit(const std::vector<Job>& jobs) {
  Committed committed;
  committed.jobs.resize(jobs.size());
  committed.status = Apply(jobs, &committed);
  if (committed.status.ok()) return committed;
  if (db_.InTransaction()) db_.Execute("ROLLBACK").IgnoreError();
  committed.changes.clear();
  for (absl::Status& one : committed.jobs) {
    if (one.ok()) one = committed.status;
  }
  return committed;
}

absl::Status Committer::Apply(const std::vector<Job>& jobs,
                              Committed* committed) {
  RETURN_IF_ERROR(db_.Execute("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(Begin());
  for (size_t i = 0; i < jobs.size(); ++i) {
    RETURN_IF_ERROR(ApplyOne(jobs[i], committed, &committed->jobs[i]));
  }
  return db_.Execute("COMMIT");
}

absl::Status Committer::ApplyOne(const Job& job, Committed* committed,
                                 absl::Status* status) {
  RETURN_IF_ERROR(db_.Execute("SAVEPOINT job"));
  std::vector<Change>& changes = committed->changes;
  const size_t before = changes.size();
  Transaction transaction{db_, appender_, catalogue_, subscriptions_, &changes};
  *status = job.apply(transaction);
  if (status->ok()) *status = ApplySides(changes, before);
  if (status->ok()) return db_.Execute("RELEASE job");
  // A full disk or a failed write may have undone the whole transaction; then
  // no job of the group is stored.
  if (!db_.InTransaction()) return *status;
  changes.resize(before);
  RETURN_IF_ERROR(db_.Execute("ROLLBACK TO job; RELEASE job"));
  return Begin();
}

absl::Status Committer::ApplySides(const std::vector<Change>& changes,
                                   size_t from) {
  for (size_t i = from; i < changes.size(); ++i) {
    if (journal::IsOfPaper(changes[i].kind)) continue;
    for (const ApplySide& side : sides_) {
      RETURN_IF_ERROR(side(db_, changes[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status Committer::Begin() {
  RETURN_IF_ERROR(appender_.Begin());
  RETURN_IF_ERROR(catalogue_.Begin());
  return subscriptions_.Begin();
}

}  // namespace paperwire::store
