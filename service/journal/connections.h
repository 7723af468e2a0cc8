// Read connections to the journal's file, for any number of threads.
//
//     Connections::Lease db = connections.Take();
//     ASSIGN_OR_RETURN(Entry entry, ReadOne(*db, sequence));

#ifndef PAPERWIRE_SERVICE_JOURNAL_CONNECTIONS_H_
#define PAPERWIRE_SERVICE_JOURNAL_CONNECTIONS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "service/base/mutex.h"
#include "service/journal/database.h"

namespace paperwire::journal {

// Thread-safe. Must outlive its leases.
class Connections {
 public:
  explicit Connections(std::string path) : path_(std::move(path)) {}

  // A connection until it goes out of scope. Readers see what was committed
  // before their statement started, and never wait for the writer.
  class Lease {
   public:
    Lease(Connections* home, std::unique_ptr<Database> db)
        : home_(home), db_(std::move(db)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (db_ != nullptr) home_->GiveBack(std::move(db_));
    }

    Database& operator*() const { return *db_; }

   private:
    Connections* home_;
    std::unique_ptr<Database> db_;
  };

  // Opens a connection when none is idle.
  absl::StatusOr<Lease> Take() {
    {
      MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Database> db = std::move(idle_.back());
        idle_.pop_back();
        return Lease(this, std::move(db));
      }
    }
    absl::StatusOr<std::unique_ptr<Database>> db =
        Database::Open(path_, Database::Mode::kRead);
    if (!db.ok()) return std::move(db).status();
    return Lease(this, *std::move(db));
  }

 private:
  static constexpr size_t kMaxIdle = 8;

  void GiveBack(std::unique_ptr<Database> db) {
    db->ResetAll();
    MutexLock lock(&mutex_);
    if (idle_.size() < kMaxIdle) idle_.push_back(std::move(db));
  }

  const std::string path_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::journal

#endif  // PAPERWIRE_SERVICE_JOURNAL_CONNECTIONS_H_
