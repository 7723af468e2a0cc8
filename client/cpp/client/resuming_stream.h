// A stream of events from the server, followed across broken connections:
// after each of them the same is asked again, from the newest resume token on.
// Private to this folder, as it names gRPC.
//
//     ResumingStream<v1::WatchRequest, v1::WatchResponse> stream(
//         connection, request, options, [](auto& c, auto* context, auto& r) {
//           return c.subscriptions.Watch(context, r);
//         });
//     while (true) {
//       ASSIGN_OR_RETURN(v1::WatchResponse event, stream.Next());
//       stream.Remember(event.progress().resume_token());
//     }

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_RESUMING_STREAM_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_RESUMING_STREAM_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "client/cpp/client/backoff.h"
#include "client/cpp/client/connection.h"
#include "client/cpp/client/status.h"
#include "client/cpp/client/watcher.h"

namespace paperwire {

// Next is for one thread; the rest for any.
template <typename Request, typename Event>
class ResumingStream {
 public:
  using Reader = std::unique_ptr<grpc::ClientReader<Event>>;
  using Open =
      std::function<Reader(Connection&, grpc::ClientContext*, const Request&)>;

  ResumingStream(std::shared_ptr<Connection> connection, Request request,
                 const WatcherOptions& options, Open open)
      : options_(options),
        connection_(std::move(connection)),
        open_(std::move(open)),
        request_(std::move(request)),
        backoff_(options.first_wait, options.longest_wait),
        token_(request_.resume_token()) {}
  ~ResumingStream() {
    Cancel();
    if (stream_ != nullptr) Disconnect().IgnoreError();
  }

  // Waits for the next event; an error is the end, the same for every further
  // call.
  absl::StatusOr<Event> Next() {
    while (end_.ok()) {
      if (stream_ == nullptr) Connect();
      Event event;
      if (stream_ != nullptr && !cancelled() && stream_->Read(&event)) {
        outage_start_.reset();
        backoff_.Reset();
        return event;
      }
      end_ = WaitOrGiveUp(Disconnect());
    }
    return end_;
  }

  // Covers what was handed on; an empty one is none.
  void Remember(const std::string& token) {
    if (token.empty()) return;
    absl::MutexLock lock(&mutex_);
    token_ = token;
  }
  std::string resume_token() const {
    absl::MutexLock lock(&mutex_);
    return token_;
  }

  // Next returns CANCELLED, also one that waits.
  void Cancel() {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  bool cancelled() const {
    absl::MutexLock lock(&mutex_);
    return cancelled_;
  }

 private:
  void Connect() {
    grpc::ClientContext* context;
    {
      absl::MutexLock lock(&mutex_);
      if (cancelled_) return;
      context_ = std::make_unique<grpc::ClientContext>();
      context = context_.get();
      if (!token_.empty()) request_.set_resume_token(token_);
    }
    stream_ = open_(*connection_, context, request_);
  }

  // Ends the connection and says why it ended.
  absl::Status Disconnect() {
    absl::Status status = absl::CancelledError();
    if (stream_ != nullptr) status = FromGrpc(stream_->Finish());
    stream_.reset();
    absl::MutexLock lock(&mutex_);
    context_.reset();
    if (cancelled_) return absl::CancelledError("The watch was cancelled");
    if (status.ok())
      return absl::UnavailableError("The server ended the watch");
    return status;
  }

  // Decides what a connection's end means: OK after waiting for another try.
  absl::Status WaitOrGiveUp(absl::Status why) {
    if (!IsTransient(why) || cancelled()) return why;
    const absl::Time now = absl::Now();
    if (!outage_start_.has_value()) outage_start_ = now;
    if (now - *outage_start_ >= options_.give_up_after) return why;
    const absl::Duration wait = backoff_.Next();
    if (options_.on_retry) options_.on_retry(why, wait);
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), wait);
      if (cancelled_) return absl::CancelledError("The watch was cancelled");
    }
    connection_->Connect(absl::Seconds(1));
    return absl::OkStatus();
  }

  const WatcherOptions options_;
  const std::shared_ptr<Connection> connection_;
  const Open open_;

  // Only Next uses these.
  Request request_;
  Backoff backoff_;
  std::optional<absl::Time> outage_start_;
  Reader stream_;
  absl::Status end_ = absl::OkStatus();

  mutable absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // Of stream_. Made and ended by Next, cancelled by any thread.
  std::unique_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_RESUMING_STREAM_H_
