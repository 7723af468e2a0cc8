// One client's watch of a board, without the stream: the board that it was
// told, and the next event.
//
//     TrendingWatch watch(&store, [&] { event.Notify(); });
//     RETURN_IF_ERROR(watch.Begin(&bytes));
//     while (true) {
//       ASSIGN_OR_RETURN(auto event, watch.Next());
//       if (event.has_value()) { /* send it */ continue; }
//       /* wait until it wakes, or watch.next_look() */
//     }
//
// It holds the places of the board that was told last, and nothing of those in
// between: an event is the difference of two boards. A token names the moment
// of a board and holds its fingerprint, so that a client that was away is told
// from the board of that moment, made again, if it still is the same.

#ifndef PAPERWIRE_SERVICE_RPC_TRENDING_WATCH_H_
#define PAPERWIRE_SERVICE_RPC_TRENDING_WATCH_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/query/query.h"
#include "service/store/store.h"
#include "service/trending/board_change.h"
#include "service/trending/boards.h"

namespace paperwire::rpc {

// The thread of its stream.
class TrendingWatch {
 public:
  // `wake` is called from any thread when there may be something new; it and
  // the store must outlive the watch. Boards change by time, too: without news
  // it looks every `look_every`, and every 10 seconds at the least.
  TrendingWatch(store::Store* store, absl::Duration look_every,
                std::function<void()> wake);

  // Understands the request, and what its token covers.
  absl::Status Begin(grpc::ByteBuffer* bytes);

  // The next event, or nothing: it is not time to look, or the board is as it
  // was told.
  absl::StatusOr<std::optional<v1::WatchTrendingResponse>> Next();
  // When to call Next again although nothing wakes it. After news it is soon,
  // so that much that is stored at once makes one change.
  absl::Time next_look() const;

  // Whether the client has a board, from this stream or by its token.
  bool told() const { return told_.has_value(); }
  // Only when it has.
  v1::WatchTrendingResponse Progress() const;

 private:
  absl::Status BeginAfter(const std::string& token);
  // Grows with whatever may change the board, but for time.
  int64_t News() const;
  // The board as of a moment, seconds since the epoch.
  absl::StatusOr<trending::Board> Rank(int64_t at);
  // NOT_FOUND: a paper is gone this instant.
  absl::Status ShowPapers(
      const std::vector<trending::Place>& places,
      google::protobuf::RepeatedPtrField<v1::TrendingPaper>* papers);
  absl::Status ShowBoard(const trending::Board& board,
                         v1::TrendingBoard* shown);
  absl::Status ShowChange(const trending::BoardChange& change,
                          v1::TrendingChange* shown);
  std::string Token() const;

  store::Store& store_;
  const absl::Duration look_every_;
  const std::function<void()> wake_;
  v1::WatchTrendingRequest request_;
  uint64_t fingerprint_ = 0;  // of what is watched
  trending::BoardRequest wanted_;
  std::optional<query::Query> query_;
  // The papers that match it, in the snapshot of this sequence number.
  std::vector<int64_t> matching_;
  int64_t matched_ = -1;
  std::unique_ptr<store::Listeners::Listener> listener_;

  absl::Time looked_ = absl::InfinitePast();
  int64_t seen_ = -1;  // of News
  // What the client has, and the moment up to which that holds.
  std::optional<std::vector<trending::Place>> told_;
  int64_t as_of_ = 0;
  size_t size_ = 0;  // of the whole board then
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_TRENDING_WATCH_H_
