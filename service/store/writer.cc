#include "service/store/writer.h"

#include <utility>

#include "service/base/priority.h"
#include "service/base/status_macros.h"

namespace paperwire::store {

Writer::Writer(journal::Database* db, Clock* clock, int group_papers,
               std::vector<ApplySide> sides, std::function<void(Group)> follow)
    : db_(*db),
      appender_(db, clock),
      catalogue_(db, &appender_),
      subscriptions_(db, &appender_),
      group_papers_(group_papers),
      sides_(std::move(sides)),
      follow_(std::move(follow)),
      thread_([this] { Run(); }) {}

Writer::~Writer() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    lock.Changed();
  }
  thread_.join();
}

void Writer::Submit(Job job) {
  MutexLock lock(&mutex_);
  queue_.push_back(std::move(job));
  lock.Changed();
}

void Writer::Run() {
  StepBack(Priority::kTakeIn);
  while (true) {
    std::vector<Job> jobs;
    {
      MutexLock lock(&mutex_);
      lock.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !queue_.empty();
      });
      if (queue_.empty()) return;  // stopping, and everything is done
      int papers = 0;
      while (!queue_.empty() && (jobs.empty() || papers < group_papers_)) {
        papers += queue_.front().papers;
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    RunGroup(std::move(jobs));
  }
}

void Writer::RunGroup(std::vector<Job> jobs) {
  Group group;
  std::vector<absl::Status> statuses(jobs.size());
  if (absl::Status status = Commit(jobs, &statuses, &group); !status.ok()) {
    // Nothing of the group was stored.
    if (db_.InTransaction()) db_.Execute("ROLLBACK").IgnoreError();
    group.changes.clear();
    group.last_sequence = 0;
    for (absl::Status& one : statuses) {
      if (one.ok()) one = status;
    }
  }
  for (size_t i = 0; i < jobs.size(); ++i) {
    // Handed over, not shared: whoever asked may be done with it before this
    // is.
    group.done.push_back([done = std::move(jobs[i].done),
                          status = std::move(statuses[i])]() mutable {
      done(std::move(status));
    });
  }
  follow_(std::move(group));
}

absl::Status Writer::Commit(const std::vector<Job>& jobs,
                            std::vector<absl::Status>* statuses, Group* group) {
  RETURN_IF_ERROR(db_.Execute("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(Begin());
  for (size_t i = 0; i < jobs.size(); ++i) {
    RETURN_IF_ERROR(ApplyOne(jobs[i], group, &(*statuses)[i]));
  }
  group->last_sequence = appender_.last_sequence();
  return db_.Execute("COMMIT");
}

absl::Status Writer::ApplyOne(const Job& job, Group* group,
                              absl::Status* status) {
  RETURN_IF_ERROR(db_.Execute("SAVEPOINT job"));
  const size_t changes = group->changes.size();
  Transaction transaction{db_, appender_, catalogue_, subscriptions_,
                          &group->changes};
  *status = job.apply(transaction);
  if (status->ok()) *status = ApplySides(*group, changes);
  if (status->ok()) return db_.Execute("RELEASE job");
  // A full disk or a failed write may have undone the whole transaction; then
  // no job of the group is stored.
  if (!db_.InTransaction()) return *status;
  group->changes.resize(changes);
  RETURN_IF_ERROR(db_.Execute("ROLLBACK TO job; RELEASE job"));
  return Begin();
}

absl::Status Writer::ApplySides(const Group& group, size_t from) {
  for (size_t i = from; i < group.changes.size(); ++i) {
    if (journal::IsOfPaper(group.changes[i].kind)) continue;
    for (const ApplySide& side : sides_) {
      RETURN_IF_ERROR(side(db_, group.changes[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status Writer::Begin() {
  RETURN_IF_ERROR(appender_.Begin());
  RETURN_IF_ERROR(catalogue_.Begin());
  return subscriptions_.Begin();
}

}  // namespace paperwire::store
