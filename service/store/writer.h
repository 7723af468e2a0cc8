// The one thread that writes: takes jobs, groups them, commits each group
// with one fsync (group commit), and hands what changed to whoever follows.

#ifndef PAPERWIRE_SERVICE_STORE_WRITER_H_
#define PAPERWIRE_SERVICE_STORE_WRITER_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/journal/change.h"
#include "service/journal/database.h"
#include "service/store/committer.h"

namespace paperwire::store {

// Jobs that were committed together.
struct Group {
  std::vector<journal::Change> changes;
  // To be called by whoever follows, after it did.
  std::vector<std::function<void()>> done;
};

class Writer {
 public:
  // `follow` gets every group in order, on the writer's thread; it may block
  // to slow the writer down. `sides`: see Committer. `db` and `clock` must
  // outlive the writer.
  Writer(journal::Database* db, Clock* clock, int group_papers,
         std::vector<Committer::ApplySide> sides,
         std::function<void(Group)> follow);
  // Finishes the jobs that were handed in.
  ~Writer();

  // Any thread.
  void Submit(Job job);

 private:
  void Run();
  void RunGroup(std::vector<Job> jobs);

  Committer committer_;
  const int group_papers_;
  const std::function<void(Group)> follow_;

  Mutex mutex_;
  std::deque<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_WRITER_H_
