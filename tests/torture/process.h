// The server's durable parts on one thread, put together as store::Store puts
// them together, so that a seed decides everything that happens.
//
//     ASSIGN_OR_RETURN(std::unique_ptr<Process> process,
//                      Process::Start(&files, &clock));
//     Committed committed = process->Commit({job, job});
//     process->Follow();            // index, standing queries
//
// When it goes without Close, it dies: let the Disk die before.

#ifndef PAPERWIRE_TESTS_TORTURE_PROCESS_H_
#define PAPERWIRE_TESTS_TORTURE_PROCESS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/clock.h"
#include "service/index/files.h"
#include "service/index/index.h"
#include "service/journal/connections.h"
#include "service/journal/database.h"
#include "service/standing/follower.h"
#include "service/store/committer.h"

namespace paperwire::torture {

// What became of jobs that were to be committed together.
struct Committed {
  absl::Status status;              // of them all
  std::vector<absl::Status> jobs;   // of each
  std::vector<journal::Entry> entries;  // that they wanted to append
};

class Process {
 public:
  using Job = std::function<absl::Status(store::Transaction&)>;

  // `files` and `clock` must outlive it. The WAL is written back when it has
  // `wal_pages`.
  static absl::StatusOr<std::unique_ptr<Process>> Start(index::FileSystem* files,
                                                        Clock* clock,
                                                        int wal_pages);

  // As store::Writer does it, with the same store::Committer.
  Committed Commit(const std::vector<Job>& jobs);

  // Follows the oldest commit that was not followed; false when there is none.
  bool Follow();

  // Notes what is left, writes a checkpoint, ends.
  static void Close(std::unique_ptr<Process> process);

  journal::Database& db() { return *db_; }
  journal::Connections& journal() { return *connections_; }
  index::Index& index() { return *index_; }
  standing::Follower& follower() { return *follower_; }
  // The last sequence number that was followed.
  int64_t followed() const { return followed_; }

 private:
  Process() = default;
  absl::Status Open(index::FileSystem* files, Clock* clock, int wal_pages);
  absl::Status OpenIndex(index::FileSystem* files);

  std::unique_ptr<journal::Database> db_;
  std::unique_ptr<journal::Connections> connections_;
  std::unique_ptr<index::Index> index_;
  std::unique_ptr<standing::Follower> follower_;
  std::optional<store::Committer> committer_;
  std::deque<std::vector<journal::Change>> following_;
  int64_t followed_ = 0;
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_PROCESS_H_
