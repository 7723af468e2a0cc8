// Watchers that split the matches of a subscription among them.
//
//     std::unique_ptr<ShareGroup::Member> me = group->Join(wake);
//     ASSIGN_OR_RETURN(auto some, me->Take(10, 100, absl::Seconds(60), now));
//     ...
//     group->Acknowledge(sequences);        // then durably, share_tables.h
//
// A match on its way through a group:
//
//     not read ──Take──► leased ──Acknowledge──► done
//                          │ ▲
//       released, expired, │ │ Take
//         its member left  ▼ │
//                          free
//
// Nothing but acknowledgements is durable: after a restart everything that was
// not acknowledged is read again.

#ifndef PAPERWIRE_SERVICE_STANDING_SHARE_GROUP_H_
#define PAPERWIRE_SERVICE_STANDING_SHARE_GROUP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/mutex.h"
#include "service/standing/follower.h"
#include "service/standing/share_tables.h"

namespace paperwire::standing {

// Thread-safe. Shared by its members, so that it outlives them.
class ShareGroup : public std::enable_shared_from_this<ShareGroup> {
 public:
  // Matches of `subscription` after row.sequence, but for those that are
  // acknowledged. `follower` must outlive the group.
  ShareGroup(Follower* follower, int64_t subscription, ShareRow row)
      : follower_(*follower),
        subscription_(subscription),
        place_(row.sequence),
        done_(std::move(row.acknowledged)) {}

  // A match that is held.
  struct Leased {
    Delivery delivery;
    int attempt = 1;
    absl::Time expires;
  };

  // One stream. What it holds is free again when it is gone.
  class Member {
   public:
    ~Member() { group_->Leave(this); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    // Leases up to `limit` matches, and no more than that it holds
    // `max_held`: free ones first, oldest first, then what comes next.
    // OUT_OF_RANGE: as Follower::Next. Else why it was closed.
    absl::StatusOr<std::vector<Leased>> Take(int limit, int max_held,
                                             absl::Duration lease,
                                             absl::Time now) {
      return group_->TakeFor(this, limit, max_held, lease, now);
    }
    // How many it holds.
    int held() const;

   private:
    friend class ShareGroup;
    Member(std::shared_ptr<ShareGroup> group, std::function<void()> wake)
        : group_(std::move(group)), wake_(std::move(wake)) {}

    const std::shared_ptr<ShareGroup> group_;
    const std::function<void()> wake_;
    absl::Duration lease_;  // guarded by the group's mutex_, as all below
    int held_ = 0;
  };

  // `wake` is called, from any thread, when Take may have more to give, but
  // for matches that are new (Follower::ListenTo), or when a member may hold
  // more, or when the group is closed.
  std::unique_ptr<Member> Join(std::function<void()> wake);

  // What is acknowledged is never taken again, whoever holds it, and whether
  // it was taken before or not.
  void Acknowledge(const std::vector<int64_t>& sequences);
  // Frees what is leased.
  void Release(const std::vector<int64_t>& sequences);
  // Leases begin anew; what is not leased is passed over.
  void Extend(const std::vector<int64_t>& sequences, absl::Time now);

  // When the next lease runs out; never, when there is none.
  absl::Time NextExpiry() const;

  // Ends it: Take gives this error from now on.
  void Close(absl::Status why);

  // Everything up to here was acknowledged, or is no match.
  int64_t covered() const;

  struct Counts {
    int leased = 0;
    int members = 0;
  };
  Counts counts() const;

 private:
  struct Match {
    Delivery delivery;
    int attempts = 0;
    Member* holder = nullptr;  // null: it is free
    absl::Time expires;
  };

  absl::StatusOr<std::vector<Leased>> TakeFor(Member* member, int limit,
                                              int max_held,
                                              absl::Duration lease,
                                              absl::Time now);
  void Leave(Member* member);
  void Free(Match* match) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Lease(Match* match, Member* member, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FreeExpired(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Follower& follower_;
  const int64_t subscription_;

  mutable Mutex mutex_;
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);  // OK: it is open
  int64_t place_ ABSL_GUARDED_BY(mutex_);  // up to which matches were read
  // Acknowledged, and after place_.
  std::set<int64_t> done_ ABSL_GUARDED_BY(mutex_);
  // Read and not acknowledged, by sequence.
  std::map<int64_t, Match> matches_ ABSL_GUARDED_BY(mutex_);
  std::set<int64_t> free_ ABSL_GUARDED_BY(mutex_);
  std::set<std::pair<absl::Time, int64_t>> expiry_ ABSL_GUARDED_BY(mutex_);
  std::set<Member*> members_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_SHARE_GROUP_H_
