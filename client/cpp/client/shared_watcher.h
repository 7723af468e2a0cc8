// One of several watchers that split the matches of a subscription among them.
//
//     v1::WatchRequest request;
//     request.set_subscription("users/local/subscriptions/robots");
//     request.set_share_group("workers");
//     auto watcher = client.WatchShared(request);
//     while (true) {
//       ASSIGN_OR_RETURN(v1::WatchResponse event, watcher->Next());
//       if (!event.has_match()) continue;
//       Use(event.match());
//       watcher->Acknowledge(event.match().sequence());
//     }
//
// Run it in as many processes as there is work for. Each match goes to one of
// them, which holds it for request.lease_duration (60 seconds). One that is
// not acknowledged by then, or whose holder is gone, goes to the next: every
// match is dealt with at least once, by whoever is there. Whoever takes longer
// than the lease says so in time, from any thread:
//
//     watcher->Extend(sequence);
//     RETURN_IF_ERROR(watcher->Flush());
//
// How far the group is stands on the server. There are no resume tokens, and a
// watcher that comes back goes on with whatever is not acknowledged. Broken
// connections are mended as Watcher does; a match that is in hand meanwhile
// stays so, and its acknowledgement counts.
//
// Matches are received by a thread of the watcher's own, so that it knows how
// long each is held: one that waited here for longer than its lease is not
// handed out any more. A slow worker therefore asks for few at a time
// (request.max_leased_count).
//
// Next is for one thread, the rest for any.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_SHARED_WATCHER_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_SHARED_WATCHER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/client/watcher.h"
#include "paperwire/v1/subscription_service.pb.h"

namespace paperwire {

class Connection;

class SharedWatcher {
 public:
  // options.on_retry is called on the receiving thread. `timeout` is that of
  // each call which tells the server something.
  SharedWatcher(std::shared_ptr<Connection> connection,
                v1::WatchRequest request, WatcherOptions options,
                absl::Duration timeout);
  // Leaves the group: what is held and was not told to be acknowledged goes to
  // the others at once. Flush first.
  ~SharedWatcher();
  SharedWatcher(const SharedWatcher&) = delete;
  SharedWatcher& operator=(const SharedWatcher&) = delete;

  // Waits for the next event; never a `matches`. Meanwhile it tells the server
  // what was noted: when there is nothing else to do, after a second, or a
  // hundred at once. A server that is away is told later. An error is the end
  // of the watch, the same for every further call: those of Watcher::Next and,
  // in the contract, of AcknowledgeMatches.
  absl::StatusOr<v1::WatchResponse> Next();

  // Whether an event waits here now. It may be gone when Next looks for it:
  // its lease ran out, or the connection broke.
  bool has_next() const;

  // These note what became of a match, by WatchMatch.sequence.
  // It was dealt with; so it counts, whoever holds it now.
  void Acknowledge(int64_t sequence);
  // It is for somebody else; passed over when its lease has run out.
  void Release(int64_t sequence);
  // It takes longer: its lease begins anew; passed over as above.
  void Extend(int64_t sequence);

  // Tells the server now what was noted, durably when this returns. After an
  // error all of it is noted still.
  absl::Status Flush();

  // Has Next return CANCELLED, also one that waits. What is in hand stays held
  // until this is destroyed: acknowledge what was dealt with, and Flush.
  void Cancel();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_SHARED_WATCHER_H_
