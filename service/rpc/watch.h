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
//
// In a share group the place is the group's, and a match is taken from it
// right before it is sent.

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
#include "service/index/reasons.h"
#include "service/query/query.h"
#include "service/rpc/paper_mask.h"
#include "service/rpc/watch_token.h"
#include "service/standing/follower.h"
#include "service/standing/share_group.h"
#include "service/store/sharing.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// The thread of its stream.
class Watch {
 public:
  // `wake` is called from any thread when there may be something new; it and
  // the store must outlive the watch.
  Watch(store::Store* store, std::function<void()> wake)
      : store_(*store), wake_(std::move(wake)) {}
  ~Watch();

  // Understands the request and finds the place to start from.
  absl::Status Begin(grpc::ByteBuffer* bytes);
  // False while its share group is being made; it wakes when that is over.
  absl::StatusOr<bool> Ready();
  // The place to start from is gone, and another one was taken.
  bool was_reset() const { return was_reset_; }

  // Whether there are matches to send. Without, looks for the next ones, and
  // moves the place past what is no news. NOT_FOUND: the subscription is gone.
  absl::StatusOr<bool> Advance();
  bool has_matches() const { return !waiting_.empty(); }
  // Whether the journal has more to look at.
  bool behind() const {
    return member_ == nullptr && !paused_ && place_ < store_.feed().head();
  }
  // Whether everything so far was sent; in a group, by somebody.
  bool caught_up() const { return !behind() && !full_; }
  // When to look again although nothing woke it.
  absl::Time next_look() const {
    return group_ == nullptr || paused_ ? absl::InfiniteFuture()
                                        : group_->NextExpiry();
  }

  // The next event. Only when there are matches.
  absl::StatusOr<v1::WatchResponse> TakeMatches();
  v1::WatchResponse Progress() const;
  v1::WatchResponse CaughtUp() const;
  v1::WatchResponse Reset() const;

 private:
  absl::Status BeginSubscription();
  absl::Status BeginQuery();
  void MakeExplainers();
  // Reads the subscription, at first and after a change.
  absl::StatusOr<standing::SubscriptionRow> ReadSubscription();
  absl::Status Start(int64_t at_default, int64_t oldest);
  absl::Status CheckSharing() const;
  void OpenGroup();
  absl::Status AdvanceQuery();
  absl::Status AdvanceSubscription();
  absl::Status AdvanceGroup();
  size_t batch_size() const;
  // Everything up to here was sent.
  int64_t sent() const;
  // Covers sent(); empty in a share group.
  std::string Token() const;
  // The oldest token that works now, and why that of `status` does not. Other
  // errors pass.
  absl::Status WithOldest(absl::Status status) const;

  store::Store& store_;
  const std::function<void()> wake_;
  v1::WatchRequest request_;
  std::optional<PaperMask> mask_;
  query::Query query_;
  std::optional<index::Highlighter> highlighter_;
  std::optional<index::Reasoner> reasoner_;
  Watched watched_;
  std::unique_ptr<standing::Listener> listener_;
  int changes_ = 0;  // of the subscription, that were read
  bool paused_ = false;
  bool was_reset_ = false;
  int64_t created_ = 0;  // where the subscription begins
  int64_t place_ = 0;  // everything up to here was looked at
  std::deque<standing::Delivery> waiting_;

  // In a share group.
  struct Opening;
  std::shared_ptr<Opening> opening_;
  store::Sharing::Group group_;
  std::unique_ptr<standing::ShareGroup::Member> member_;
  absl::Duration lease_;
  int max_leased_ = 0;
  bool full_ = false;  // it holds as many as it may
  std::deque<standing::ShareGroup::Leased> leased_;  // of waiting_
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_WATCH_H_
