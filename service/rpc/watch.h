// One client's watch, without the stream: what is watched, how far it was
// read, and the next event.
//
//     Watch watch(&store, [&] { event.Notify(); });
//     RETURN_IF_ERROR(watch.Begin(&bytes));
//     while (true) {
//       ASSIGN_OR_RETURN(bool more, watch.Advance());
//       if (!more) { /* wait */ continue; }
//       ASSIGN_OR_RETURN(v1::WatchResponse event, watch.TakeMatches());
//     }
//
// It holds its place and the sequence numbers of some deliveries; papers are
// read when they are sent, so that a client that does not read costs little.

#ifndef PAPERWIRE_SERVICE_RPC_WATCH_H_
#define PAPERWIRE_SERVICE_RPC_WATCH_H_

#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "service/index/highlight.h"
#include "service/query/query.h"
#include "service/rpc/paper_mask.h"
#include "service/rpc/watch_token.h"
#include "service/standing/follower.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// The thread of its stream.
class Watch {
 public:
  // `wake` is called from any thread when there may be something new; it and
  // the store must outlive the watch.
  Watch(store::Store* store, std::function<void()> wake)
      : store_(*store), wake_(std::move(wake)) {}

  // Understands the request and finds the place to start from.
  absl::Status Begin(grpc::ByteBuffer* bytes);
  // The place to start from is gone, and another one was taken.
  bool was_reset() const { return was_reset_; }

  // Whether there are matches to send. Without, looks for the next ones, and
  // moves the place past what is no news. NOT_FOUND: the subscription is gone.
  absl::StatusOr<bool> Advance();
  bool has_matches() const { return !waiting_.empty(); }
  // Whether the journal has more to look at.
  bool behind() const { return !paused_ && place_ < store_.feed().head(); }

  // The next event. Only when there are matches.
  absl::StatusOr<v1::WatchResponse> TakeMatches();
  v1::WatchResponse Progress() const;
  v1::WatchResponse CaughtUp() const;
  v1::WatchResponse Reset() const;

 private:
  absl::Status BeginSubscription();
  absl::Status BeginQuery();
  // Reads the subscription, at first and after a change.
  absl::StatusOr<standing::SubscriptionRow> ReadSubscription();
  absl::Status Start(int64_t at_default, int64_t oldest);
  absl::Status AdvanceQuery();
  // Everything up to here was sent.
  int64_t sent() const;

  store::Store& store_;
  const std::function<void()> wake_;
  v1::WatchRequest request_;
  std::optional<PaperMask> mask_;
  query::Query query_;
  std::optional<index::Highlighter> highlighter_;
  Watched watched_;
  std::unique_ptr<standing::Listener> listener_;
  int changes_ = 0;  // of the subscription, that were read
  bool paused_ = false;
  bool was_reset_ = false;
  int64_t place_ = 0;  // everything up to here was looked at
  std::deque<standing::Delivery> waiting_;
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_WATCH_H_
