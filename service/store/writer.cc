#include "service/store/writer.h"

#include <utility>

#include "service/base/priority.h"

namespace paperwire::store {

Writer::Writer(journal::Database* db, Clock* clock, int group_papers,
               std::vector<Committer::ApplySide> sides,
               std::function<void(Group)> follow)
    : committer_(db, clock, std::move(sides)),
      group_papers_(group_papers),
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
  Committed committed = committer_.Commit(jobs);
  Group group;
  group.changes = std::move(committed.changes);
  for (size_t i = 0; i < jobs.size(); ++i) {
    // Handed over, not shared: whoever asked may be done with it before this
    // is.
    group.done.push_back([done = std::move(jobs[i].done),
                          status = std::move(committed.jobs[i])]() mutable {
      done(std::move(status));
    });
  }
  follow_(std::move(group));
}

}  // namespace paperwire::store
