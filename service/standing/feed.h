// The journal as watchers read it: batch after batch, from any place, to the
// newest entry and on.
//
// The newest batches are kept in memory, shared by all watchers; whoever lags
// further behind reads from the journal. A watcher holds nothing but its
// place, so a slow one costs the server nothing.
//
//     ASSIGN_OR_RETURN(auto batch, feed.Next(sequence));
//     if (batch == nullptr) { /* nothing newer: wait (follower.h) */ }
//     ASSIGN_OR_RETURN(auto news, NewMatches(*batch, query, sequence));
//     sequence = batch->last;

#ifndef PAPERWIRE_SERVICE_STANDING_FEED_H_
#define PAPERWIRE_SERVICE_STANDING_FEED_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "service/base/mutex.h"
#include "service/journal/connections.h"
#include "service/standing/batch.h"

namespace paperwire::standing {

struct FeedOptions {
  // Newest entries that are kept in memory.
  int kept_entries = 4096;
  // Entries in a batch that is read from the journal.
  int read_entries = 128;
};

// Thread-safe.
class Feed {
 public:
  // `journal` must outlive the feed. `head` is the newest sequence number.
  Feed(journal::Connections* journal, int64_t head,
       FeedOptions options = FeedOptions())
      : journal_(*journal), options_(options), head_(head), keep_(head) {}

  // Appends a batch that goes on from head(). The entries must be in the
  // journal and searchable.
  void Publish(std::shared_ptr<const Batch> batch);

  // Batches that end after this are kept in any case. At first it is `head`.
  void KeepAfter(int64_t sequence);

  // The newest sequence number that was published.
  int64_t head() const;

  // A batch that covers `sequence` + 1; it may begin earlier. Null: nothing
  // is newer. OUT_OF_RANGE: the journal no longer holds that entry.
  absl::StatusOr<std::shared_ptr<const Batch>> Next(int64_t sequence);

  // The same if it is in memory, else null.
  std::shared_ptr<const Batch> Kept(int64_t sequence) const;

 private:
  absl::StatusOr<std::shared_ptr<const Batch>> Read(int64_t sequence,
                                                    int64_t head);
  // Takes out what need not be kept; to be let go when the lock is gone.
  std::vector<std::shared_ptr<const Batch>> Trim()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  journal::Connections& journal_;
  const FeedOptions options_;

  mutable Mutex mutex_;
  int64_t head_ ABSL_GUARDED_BY(mutex_);
  int64_t keep_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<const Batch>> kept_ ABSL_GUARDED_BY(mutex_);
  size_t kept_entries_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_FEED_H_
