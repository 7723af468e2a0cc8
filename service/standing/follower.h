// Follows the journal for everything that is left standing: stored
// subscriptions, and the queries of watches that are open.
//
//     Follower follower(&connections, head);
//     RETURN_IF_ERROR(follower.Load(db, frequency));
//     follower.Follow(run, last, segment);      // for each run of changes
//
//     auto listener = follower.ListenTo(number, [&] { event.Notify(); });
//     ASSIGN_OR_RETURN(Deliveries next, follower.Next(number, place, 100));
//
// Each run of papers is matched once, against all queries together; what is
// news goes into its batch (batch.h), from which whoever is up to date reads
// it, and into the table of matches, from which the others do. Listeners are
// woken only by what is news to them.
//
// What is news to a subscription is decided once, when the paper is stored,
// and does not change afterwards. Matches are noted a little later than the
// batch is published: after a crash Load matches again what was not noted.

#ifndef PAPERWIRE_SERVICE_STANDING_FOLLOWER_H_
#define PAPERWIRE_SERVICE_STANDING_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/mutex.h"
#include "service/index/segment.h"
#include "service/journal/change.h"
#include "service/journal/connections.h"
#include "service/query/query.h"
#include "service/standing/feed.h"
#include "service/standing/matcher.h"
#include "service/standing/read_change.h"
#include "service/standing/subscription_tables.h"

namespace paperwire::standing {

class Follower;

// Somebody who waits for news to one query.
class Listener {
 public:
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Names the query in batches.
  int64_t query() const { return query_; }

  // Where to go on from after `place`, up to which everything was read: the
  // newest sequence number when nothing is news in between, else `place`.
  int64_t SkipTo(int64_t place, const Feed& feed) const;

  // Whether news of this sequence number stands in its batch.
  bool Covers(int64_t sequence) const { return sequence >= complete_from_; }

  // Of a subscription: it was changed, or it is gone.
  bool gone() const { return gone_; }
  // How often it was changed, since it was listened to.
  int changes() const { return changes_; }

 private:
  friend class Follower;
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  Listener(Follower* follower, int64_t query, std::function<void()> wake)
      : follower_(*follower), query_(query), wake_(std::move(wake)) {}

  Follower& follower_;
  const int64_t query_;
  const std::function<void()> wake_;
  // News from here on, and no other, sets last_news_.
  std::atomic<int64_t> complete_from_ = kNever;
  std::atomic<int64_t> last_news_ = 0;
  std::atomic<bool> gone_ = false;
  std::atomic<int> changes_ = 0;
};

// A paper on its way: what the journal holds under `sequence`.
struct Delivery {
  int64_t sequence = 0;
  absl::Time time;
  bool created = false;
  bool new_version = false;
};
struct Deliveries {
  std::vector<Delivery> news;  // in journal order
  int64_t place = 0;           // everything up to here was read
};

// What is to be written to the table of matches.
struct Unnoted {
  std::vector<MatchRow> matches;
  int64_t position = 0;
};

class Follower {
 public:
  // `journal` must outlive the follower. `head` is the newest sequence number.
  Follower(journal::Connections* journal, int64_t head);

  // Takes the stored subscriptions in, and notes what is news in the journal
  // and was not noted. Once, before all else; `db` is a writing connection.
  absl::Status Load(journal::Database& db, Frequency frequency);

  // Follows a run of changes (SplitRuns) that goes on to `last`: matches,
  // publishes and wakes. One thread. `after` as in MakeBatch.
  void Follow(std::vector<journal::Change> run, int64_t last,
              std::shared_ptr<const index::Segment> after);

  // What was not noted yet; to be written by NoteMatches, and Noted to be told
  // how that went. Nothing when there is nothing, or when what was taken
  // before is still on its way. The thread of Follow.
  std::optional<Unnoted> TakeUnnoted();
  void Noted(const absl::Status& status, int64_t position);
  // The same, whatever is on its way: for the end.
  const Unnoted& unnoted() const { return unnoted_; }

  // The rest: any thread.

  Feed& feed() { return feed_; }

  // Room for a query that is about to be stored, until it was followed and
  // what this returns is gone. RESOURCE_EXHAUSTED when there is none, because
  // the query is too broad (matcher.h).
  absl::StatusOr<std::shared_ptr<const void>> Reserve(
      const query::Query& query);

  // Calls `wake` after there is news to a query or a subscription, from the
  // thread of Follow; it must be quick. Until the listener covers what comes,
  // it is called for everything.
  std::unique_ptr<Listener> ListenTo(query::Query query,
                                     std::function<void()> wake);
  std::unique_ptr<Listener> ListenTo(int64_t subscription,
                                     std::function<void()> wake);

  // News to a subscription after a place: some `limit`, or as much as a batch
  // holds. OUT_OF_RANGE: there was more, which is forgotten (forget.h).
  absl::StatusOr<Deliveries> Next(int64_t subscription, int64_t place,
                                  int limit);

  // Queries that nothing narrows down.
  Unanchored unanchored() const { return {unanchored_, searched_}; }

 private:
  friend class Listener;
  struct Standing {
    int64_t query = 0;
    bool versions = false;  // new versions are news, too
  };
  struct Pending {
    Listener* listener;
    query::Query query;
  };

  void Put(int64_t query, const query::Query& tree, bool versions);
  void Take(int64_t query);
  absl::Status ApplyChange(const journal::Change& change);
  // Takes in the queries that were listened to since the last time.
  void ApplyPending();
  absl::Status MatchRun(Batch* batch);
  // What a match is to a query, if anything.
  std::optional<News> NewsOf(const Standing& standing,
                             const journal::Change& change, uint32_t entry,
                             bool matched_before);
  // Whether a subscription got a paper, under any name, before this change; of
  // one that was deleted meanwhile nobody knows, and nothing is news to it.
  absl::StatusOr<bool> WasDelivered(int64_t subscription,
                                    const journal::Change& change);
  void Note(const Batch& batch);
  void Wake(const std::vector<journal::Change>& changes, const Batch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Leave(Listener* listener);
  void CountQueries();

  journal::Connections& journal_;
  Feed feed_;
  std::atomic<int64_t> noted_;

  // The thread of Follow.
  Frequency frequency_;
  Matcher matcher_;
  std::vector<Standing> by_handle_;
  absl::flat_hash_map<int64_t, uint32_t> handles_;
  Unnoted unnoted_;
  bool noting_ = false;
  // Of the change that was asked about last.
  int64_t lineage_of_ = 0;
  Lineage lineage_;

  std::atomic<size_t> unanchored_ = 0;
  std::atomic<size_t> searched_ = 0;
  std::atomic<size_t> reserved_ = 0;  // for queries without an anchor

  Mutex mutex_;
  int64_t last_listener_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<int64_t, std::vector<Listener*>> listeners_
      ABSL_GUARDED_BY(mutex_);
  std::vector<Pending> pending_ ABSL_GUARDED_BY(mutex_);
  std::vector<int64_t> left_ ABSL_GUARDED_BY(mutex_);
  // Those that do not cover what comes yet.
  std::vector<Listener*> impatient_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_FOLLOWER_H_
