// A query left standing, or a stored subscription, followed across broken
// connections.
//
//     auto watcher = client.Watch(request);
//     while (true) {
//       ASSIGN_OR_RETURN(v1::WatchResponse event, watcher->Next());
//       if (event.has_match()) Use(event.match());
//       Store(watcher->resume_token());  // together with what Use did
//     }
//
// When the connection breaks, the watcher connects again, waiting longer each
// time, and goes on after the newest resume token it has handed out: no match
// is missed, and none comes twice. (Before the first token, which the server
// sends right away, it begins anew where the request says.) Every connection
// brings a caught_up event of its own.
//
// Of a subscription the server can keep the place: commit resume_token() with
// Client::CommitCursor when what it covers has been dealt with, and watch from
// POSITION_CURSOR the next time. The watcher itself commits nothing.
//
// Matches that are there at once travel in batches, and Next hands them out
// one by one. To commit or store a token once a batch, do it when has_next()
// is false.
//
// Next and has_next are for one thread; Cancel and resume_token for any.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_WATCHER_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_WATCHER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/subscription_service.pb.h"

namespace paperwire {

class Connection;

struct WatcherOptions {
  // How long to try to get the connection back before giving up.
  absl::Duration give_up_after = absl::InfiniteDuration();
  // Waits between the tries: the first, and the longest.
  absl::Duration first_wait = absl::Milliseconds(100);
  absl::Duration longest_wait = absl::Seconds(30);
  // How many matches may come in one message; at most 1,000. Counts when the
  // request's max_batch_size is 0.
  int batch_size = 100;
  // Called within Next before each wait, for people to read.
  std::function<void(const absl::Status& why, absl::Duration wait)> on_retry =
      {};
};

class Watcher {
 public:
  Watcher(std::shared_ptr<Connection> connection, v1::WatchRequest request,
          const WatcherOptions& options);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Waits for the next event; never a `matches`. An error is the end of the
  // watch, the same for every further call: what the contract lists for Watch,
  // UNAVAILABLE when the server could not be reached for give_up_after, or
  // CANCELLED.
  absl::StatusOr<v1::WatchResponse> Next();

  // Whether Next returns without waiting, because the rest of a batch is here.
  bool has_next() const;

  // Covers every event that Next has returned. Empty: there was none yet, and
  // the request had no token.
  std::string resume_token() const;

  // Ends the watch: Next returns CANCELLED, also one that waits.
  void Cancel();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_WATCHER_H_
