// The matches that a member of a share group holds, and what is to be told of
// them. The bookkeeping of SharedWatcher: no call, no thread, no clock.
//
//     Leases leases(absl::Seconds(60));
//     leases.Arrive(event, now);                // from the connection
//     if (auto event = leases.Take(now)) ...    // to whoever works on it
//     leases.Acknowledge(sequence);             // noted
//     if (leases.BeginTelling(&request)) ...    // and told by one call
//
// The path of a match:
//
//     arrived ─► waiting ─Take─► in hand ─Acknowledge─► noted ─► told
//                   │               └──────Release────► noted ─► told
//                   └─ its lease ran out, or the connection broke: gone
//
// The server hands out again whatever is gone from here, maybe to us. What is
// still in hand, or was acknowledged, is not taken a second time.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_LEASES_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_LEASES_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "paperwire/v1/subscription_service.pb.h"

namespace paperwire {

// Not thread-safe. Times are of any clock that only goes forward.
class Leases {
 public:
  // `lease` is how long the server lets a match be held.
  explicit Leases(absl::Duration lease);

  // An event other than `matches`. A match that is in hand or done with is
  // passed over; of progress only the newest waits.
  void Arrive(v1::WatchResponse event, absl::Time now);

  // The connection broke: whatever waits is free for others.
  void Disconnect();

  // The next event that waits, oldest first.
  std::optional<v1::WatchResponse> Take(absl::Time now);
  // Whether there is one.
  bool has_next(absl::Time now);

  // It was dealt with, whoever holds it now.
  void Acknowledge(int64_t sequence);
  // It is given back; passed over when it is not held any more, since it may
  // be somebody else who holds it.
  void Release(int64_t sequence, absl::Time now);
  // It takes longer; passed over when it is not held any more.
  void Extend(int64_t sequence, absl::Time now);

  // How much is noted, and not being told.
  int noted() const;

  // Puts what is noted into `request`. False: there is nothing. Until Told or
  // NotTold nothing else is to be told.
  bool BeginTelling(v1::AcknowledgeMatchesRequest* request);
  // The server knows it. Everything up to `covered` was acknowledged by the
  // members together.
  void Told(int64_t covered);
  // It does not: it is noted again.
  void NotTold();

 private:
  struct Held {
    absl::Time until;
    uint64_t place = 0;  // in waiting_; 0: it is in hand
  };

  bool IsDone(int64_t sequence) const;
  void Expire(absl::Time now);
  void Forget(int64_t sequence);
  void Hold(int64_t sequence, Held held);

  const absl::Duration lease_;

  uint64_t last_place_ = 0;
  std::map<uint64_t, v1::WatchResponse> waiting_;  // by arrival
  std::map<int64_t, Held> held_;                   // by sequence
  // When to look at what is held, in order; some is held longer by then.
  std::deque<std::pair<absl::Time, int64_t>> expiries_;

  // So that what was on its way to us meanwhile is passed over.
  std::set<int64_t> acknowledged_;
  int64_t covered_ = 0;

  v1::AcknowledgeMatchesRequest noted_;
  v1::AcknowledgeMatchesRequest telling_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_LEASES_H_
