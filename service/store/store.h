// Everything below the RPCs, put together: one journal, and the views that
// follow it.
//
//     ASSIGN_OR_RETURN(std::unique_ptr<Store> store, Store::Open(options));
//     store->Import(request, [](absl::StatusOr<v1::ImportPapersResponse> r) {
//       // On r.ok(): durable, searchable, on its way to the watchers.
//     });
//     Search(*store->snapshot(), query, {});
//
// The path of a write:
//
//     Import ─► queue ─► writer thread ─────────► follower thread ─► done
//                        group of requests:       index.Apply
//                        catalogue and            follower.Follow
//                        subscriptions decide,
//                        journal appends,
//                        one COMMIT (fsync)
//
// While the follower indexes one group, the writer commits the next. Both
// hand on in order, so that every view sees the journal's order.

#ifndef PAPERWIRE_SERVICE_STORE_STORE_H_
#define PAPERWIRE_SERVICE_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/paper_service.pb.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/base/clock.h"
#include "service/index/files.h"
#include "service/index/snapshot.h"
#include "service/journal/change.h"
#include "service/journal/connections.h"
#include "service/journal/database.h"
#include "service/standing/feed.h"
#include "service/standing/follower.h"
#include "service/standing/subscription_tables.h"
#include "service/store/freshness.h"
#include "service/store/housekeeping.h"
#include "service/store/listeners.h"
#include "service/store/papers.h"
#include "service/store/sharing.h"
#include "service/trending/boards.h"

namespace paperwire::store {

struct Job;  // committer.h

// Tables that somebody above the store keeps about subscriptions, in the same
// file.
struct SideTables {
  // Makes them when they are missing. Once, when the store is opened.
  std::function<absl::Status(journal::Database&)> prepare;
  // Follows a change of a subscription, inside its transaction.
  std::function<absl::Status(journal::Database&, const journal::Change&)> apply;
};

struct StoreOptions {
  // The data folder; made when it is missing.
  std::string folder;
  // Where the index is kept in it; must outlive the store.
  index::FileSystem* index_files = index::FileSystem::Real();
  // Throw all views away and make them again from the journal.
  bool rebuild = false;
  // Papers that share one commit at the most.
  int group_papers = 2000;
  // Journal entries after which the index writes a checkpoint.
  int64_t checkpoint_entries = 20000;
  // How much of the past the journal keeps.
  Retention retention;
  // How long an answer is kept for a retry with the same request_id.
  absl::Duration request_id_lifetime = absl::Hours(24 * 7);
  std::vector<SideTables> side_tables;
};

// Thread-safe.
class Store {
 public:
  // Opens the folder and brings every view up to the journal's end. `clock`
  // must outlive the store.
  //
  // FAILED_PRECONDITION: the folder is in use, not writable or of a newer
  // version. DATA_LOSS: the journal is damaged. A damaged index is none: it
  // is made again, and a line in the log says so.
  static absl::StatusOr<std::unique_ptr<Store>> Open(
      const StoreOptions& options, Clock* clock = Clock::Real());

  // Finishes what was handed in, writes a checkpoint, lets go of the folder.
  ~Store();

  template <typename T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  // Each applies whole or not at all and calls `done` once, from the
  // follower's thread, in the order of the calls; `done` must be quick.
  // Errors: see PaperService in the contract.
  void Import(v1::ImportPapersRequest request,
              Done<v1::ImportPapersResponse> done);
  void Delete(v1::DeletePaperRequest request, Done<bool> done);
  void Split(v1::SplitPaperRequest request, Done<v1::SplitPaperResponse> done);
  void Vote(v1::VotePaperRequest request, Done<v1::VotePaperResponse> done);

  // Errors: see SubscriptionService in the contract.
  void CreateSubscription(v1::CreateSubscriptionRequest request,
                          Done<v1::Subscription> done);
  void UpdateSubscription(v1::UpdateSubscriptionRequest request,
                          Done<v1::Subscription> done);
  void SetSubscriptionState(std::string name, std::string etag,
                            v1::Subscription::State state,
                            Done<v1::Subscription> done);
  void DeleteSubscription(v1::DeleteSubscriptionRequest request,
                          Done<bool> done);
  // Of the subscription of this name and number.
  void CommitCursor(std::string name, int64_t number, int64_t sequence,
                    Done<standing::CursorRow> done);

  // Hands a job of somebody above the store to the writer.
  void Record(Job job);
  // Calls `told` with every change of a subscription after it was followed,
  // from the follower's thread; it must be quick. The next function takes its
  // place, and an empty one ends it: afterwards no call is under way.
  void OnSubscriptionChange(std::function<void(const journal::Change&)> told);

  // Calls `wake` after papers or votes changed, when searches and boards show
  // it and before it is acknowledged, from the follower's thread; it must be
  // quick. The store must outlive the listener.
  std::unique_ptr<Listeners::Listener> ListenToPapers(
      std::function<void()> wake);

  // What searches see now; at least everything that was acknowledged.
  std::shared_ptr<const index::Snapshot> snapshot() const;

  // Read connections, for papers by name and for journal entries.
  journal::Connections& journal();

  // Papers as hits show them.
  Papers& papers();

  // What shares the matches of subscriptions.
  Sharing& sharing();

  // How alive the sources are.
  Freshness& freshness();

  // What watchers follow, and what is left standing.
  standing::Feed& feed();
  standing::Follower& standing();

  // Whatever was acknowledged is counted.
  const trending::Boards& boards() const;

  // Names the journal; tokens are bound to it.
  uint64_t journal_id() const;

  // The size of the journal's files in bytes.
  int64_t JournalBytes() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_STORE_H_
