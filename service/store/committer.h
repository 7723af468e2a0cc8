// Commits jobs together: all in one transaction, with one fsync, and each in a
// savepoint of its own.
//
//     Committer committer(db, clock, /*sides=*/{});
//     const Committed committed = committer.Commit(jobs);
//     committed.jobs[0];      // what became of the first
//     committed.changes;      // what whoever follows the journal is to follow
//
// What the writer's thread (writer.h) does with each group. It has no thread
// and no queue, so that tests can do the same step by step.

#ifndef PAPERWIRE_SERVICE_STORE_COMMITTER_H_
#define PAPERWIRE_SERVICE_STORE_COMMITTER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/clock.h"
#include "service/catalogue/catalogue.h"
#include "service/journal/appender.h"
#include "service/journal/change.h"
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

// What became of jobs that were to be committed together.
struct Committed {
  // Of them all. An error: nothing of them was stored.
  absl::Status status;
  // Of each; an error wherever its change was not stored.
  std::vector<absl::Status> jobs;
  std::vector<journal::Change> changes;
};

// One thread.
class Committer {
 public:
  using ApplySide =
      std::function<absl::Status(journal::Database&, const journal::Change&)>;

  // `sides` get every change of a subscription inside its transaction. `db`
  // and `clock` must outlive it.
  Committer(journal::Database* db, Clock* clock, std::vector<ApplySide> sides)
      : db_(*db),
        appender_(db, clock),
        catalogue_(db, &appender_),
        subscriptions_(db, &appender_),
        sides_(std::move(sides)) {}

  // Durable when it returns. Calls no `done`.
  Committed Commit(const std::vector<Job>& jobs);

 private:
  absl::Status Apply(const std::vector<Job>& jobs, Committed* committed);
  absl::Status ApplyOne(const Job& job, Committed* committed,
                        absl::Status* status);
  // The changes from the index `from` on.
  absl::Status ApplySides(const std::vector<journal::Change>& changes,
                          size_t from);
  absl::Status Begin();

  journal::Database& db_;
  journal::Appender appender_;
  catalogue::Catalogue catalogue_;
  standing::Subscriptions subscriptions_;
  const std::vector<ApplySide> sides_;
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_COMMITTER_H_
