// The one thread that writes: takes jobs, groups them, commits each group
// with one fsync (group commit), and hands what changed to whoever follows.

#ifndef PAPERWIRE_SERVICE_STORE_WRITER_H_
#define PAPERWIRE_SERVICE_STORE_WRITER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/catalogue/catalogue.h"
#include "service/journal/appender.h"
#include "service/journal/database.h"
#include "service/standing/subscriptions.h"

namespace paperwire::store {

// What a job works on, inside the writer's transaction.
struct Transaction {
  journal::Database& db;
  journal::Appender& appender;
  catalogue::Catalogue& catalogue;
  standing::Subscriptions& subscriptions;
  std::vector<journal::Change>* changes;
};

// A change that somebody asked for.
struct Job {
  // Does it. An error undoes all of this job and nothing of the others.
  std::function<absl::Status(Transaction&)> apply;
  // Called once, when the change is durable and followed, or has failed.
  std::function<void(absl::Status)> done;
  // Its share of a group.
  int papers = 1;
};

// A job that answers: `apply` gives a StatusOr<T>, which `done` gets when it
// has come true.
template <typename T, typename Apply>
Job MakeJob(Apply apply, std::function<void(absl::StatusOr<T>)> done) {
  auto answer = std::make_shared<T>();
  Job job;
  job.apply = [apply = std::move(apply),
               answer](Transaction& transaction) -> absl::Status {
    absl::StatusOr<T> result = apply(transaction);
    if (result.ok()) *answer = *std::move(result);
    return result.status();
  };
  job.done = [answer, done = std::move(done)](absl::Status status) {
    if (status.ok()) {
      done(std::move(*answer));
    } else {
      done(std::move(status));
    }
  };
  return job;
}

// Jobs that were committed together.
struct Group {
  std::vector<journal::Change> changes;
  int64_t last_sequence = 0;
  // To be called by whoever follows, after it did.
  std::vector<std::function<void()>> done;
};

class Writer {
 public:
  using ApplySide =
      std::function<absl::Status(journal::Database&, const journal::Change&)>;

  // `follow` gets every group in order, on the writer's thread; it may block
  // to slow the writer down. `sides` get every change of a subscription inside
  // its transaction. `db` and `clock` must outlive the writer.
  Writer(journal::Database* db, Clock* clock, int group_papers,
         std::vector<ApplySide> sides, std::function<void(Group)> follow);
  // Finishes the jobs that were handed in.
  ~Writer();

  // Any thread.
  void Submit(Job job);

 private:
  void Run();
  void RunGroup(std::vector<Job> jobs);
  // The statuses of the jobs; an error when nothing could be committed.
  absl::Status Commit(const std::vector<Job>& jobs,
                      std::vector<absl::Status>* statuses, Group* group);
  absl::Status Begin();
  absl::Status ApplyOne(const Job& job, Group* group, absl::Status* status);
  // The changes of a group from the index `from` on.
  absl::Status ApplySides(const Group& group, size_t from);

  journal::Database& db_;
  journal::Appender appender_;
  catalogue::Catalogue catalogue_;
  standing::Subscriptions subscriptions_;
  const int group_papers_;
  const std::vector<ApplySide> sides_;
  const std::function<void(Group)> follow_;

  Mutex mutex_;
  std::deque<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_WRITER_H_
