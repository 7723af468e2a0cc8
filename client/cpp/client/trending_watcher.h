// A board that is watched, followed across broken connections.
//
//     auto watcher = client.WatchTrending(request);
//     while (true) {
//       ASSIGN_OR_RETURN(v1::WatchTrendingResponse event, watcher->Next());
//       if (event.has_change()) Change(&board, event.change());
//       Store(board, watcher->resume_token());
//     }
//
// When the connection breaks, the watcher connects again, as Watcher does, and
// goes on after the newest resume token it has handed out: what happened
// meanwhile comes as one change, or as a whole board.
//
// Next is for one thread; Cancel and resume_token for any.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_TRENDING_WATCHER_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_TRENDING_WATCHER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/client/watcher.h"
#include "paperwire/v1/trending_service.pb.h"

namespace paperwire {

class TrendingWatcher {
 public:
  // Of the options, those of batches mean nothing here.
  TrendingWatcher(std::shared_ptr<Connection> connection,
                  v1::WatchTrendingRequest request,
                  const WatcherOptions& options);
  ~TrendingWatcher();
  TrendingWatcher(const TrendingWatcher&) = delete;
  TrendingWatcher& operator=(const TrendingWatcher&) = delete;

  // Waits for the next event. An error is the end of the watch, the same for
  // every further call: what the contract lists for WatchTrending, UNAVAILABLE
  // when the server could not be reached for give_up_after, or CANCELLED.
  absl::StatusOr<v1::WatchTrendingResponse> Next();

  // Covers every event that Next has returned.
  std::string resume_token() const;

  // Ends the watch: Next returns CANCELLED, also one that waits.
  void Cancel();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_TRENDING_WATCHER_H_
