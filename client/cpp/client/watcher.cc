#include "client/cpp/client/watcher.h"

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "client/cpp/client/backoff.h"
#include "client/cpp/client/connection.h"
#include "client/cpp/client/status.h"

namespace paperwire {
namespace {

const std::string& TokenOf(const v1::WatchResponse& event) {
  static const std::string* const kNone = new std::string();
  switch (event.event_case()) {
    case v1::WatchResponse::kMatch:
      return event.match().resume_token();
    case v1::WatchResponse::kProgress:
      return event.progress().resume_token();
    case v1::WatchResponse::kCaughtUp:
      return event.caught_up().resume_token();
    case v1::WatchResponse::kReset:
      return event.reset().resume_token();
    case v1::WatchResponse::kMatches:  // taken apart before
    case v1::WatchResponse::EVENT_NOT_SET:
      break;
  }
  return *kNone;
}

v1::WatchRequest WithBatches(v1::WatchRequest request, int size) {
  if (request.max_batch_size() == 0) request.set_max_batch_size(size);
  return request;
}

}  // namespace

class Watcher::Impl {
 public:
  Impl(std::shared_ptr<Connection> connection, v1::WatchRequest request,
       WatcherOptions options)
      : options_(std::move(options)),
        connection_(std::move(connection)),
        request_(WithBatches(std::move(request), options_.batch_size)),
        backoff_(options_.first_wait, options_.longest_wait),
        token_(request_.resume_token()) {}

  ~Impl() {
    Cancel();
    if (stream_ != nullptr) Disconnect().IgnoreError();
  }

  absl::StatusOr<v1::WatchResponse> Next();
  bool has_next() const { return taken_ < batch_.matches_size(); }
  std::string resume_token() const {
    absl::MutexLock lock(&mutex_);
    return token_;
  }
  void Cancel();

 private:
  // The next event of the batch or of the stream; nothing at the stream's end.
  std::optional<v1::WatchResponse> Take();
  bool cancelled() const {
    absl::MutexLock lock(&mutex_);
    return cancelled_;
  }
  void Connect();
  // Ends the connection and says why it ended.
  absl::Status Disconnect();
  // Decides what a connection's end means: OK after waiting for another try.
  absl::Status WaitOrGiveUp(absl::Status why);
  void Remember(const std::string& token);

  const WatcherOptions options_;
  const std::shared_ptr<Connection> connection_;

  // Only Next uses these.
  v1::WatchRequest request_;
  Backoff backoff_;
  std::optional<absl::Time> outage_start_;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> stream_;
  // The newest batch, and how many of its matches Next has handed out.
  v1::WatchMatches batch_;
  int taken_ = 0;
  absl::Status end_ = absl::OkStatus();

  mutable absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // Of stream_. Made and ended by Next, cancelled by any thread.
  std::unique_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<v1::WatchResponse> Watcher::Impl::Next() {
  while (end_.ok()) {
    if (stream_ == nullptr) Connect();
    if (std::optional<v1::WatchResponse> event = Take(); event.has_value()) {
      Remember(TokenOf(*event));
      return *std::move(event);
    }
    end_ = WaitOrGiveUp(Disconnect());
  }
  return end_;
}

std::optional<v1::WatchResponse> Watcher::Impl::Take() {
  v1::WatchResponse event;
  while (!has_next()) {
    event.Clear();
    if (stream_ == nullptr || !stream_->Read(&event)) return std::nullopt;
    outage_start_.reset();
    backoff_.Reset();
    if (!event.has_matches()) return event;
    batch_.Swap(event.mutable_matches());
    taken_ = 0;
  }
  // Whoever cancels does not want to see the rest of a batch.
  if (cancelled()) {
    batch_.Clear();
    taken_ = 0;
    return std::nullopt;
  }
  event.mutable_match()->Swap(batch_.mutable_matches(taken_++));
  return event;
}

void Watcher::Impl::Connect() {
  grpc::ClientContext* context;
  {
    absl::MutexLock lock(&mutex_);
    if (cancelled_) return;
    context_ = std::make_unique<grpc::ClientContext>();
    context = context_.get();
    if (!token_.empty()) request_.set_resume_token(token_);
  }
  stream_ = connection_->subscriptions.Watch(context, request_);
}

absl::Status Watcher::Impl::Disconnect() {
  absl::Status status = absl::CancelledError();
  if (stream_ != nullptr) status = FromGrpc(stream_->Finish());
  stream_.reset();
  absl::MutexLock lock(&mutex_);
  context_.reset();
  if (cancelled_) return absl::CancelledError("The watch was cancelled");
  if (status.ok()) return absl::UnavailableError("The server ended the watch");
  return status;
}

absl::Status Watcher::Impl::WaitOrGiveUp(absl::Status why) {
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

void Watcher::Impl::Remember(const std::string& token) {
  if (token.empty()) return;
  absl::MutexLock lock(&mutex_);
  token_ = token;
}

void Watcher::Impl::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

Watcher::Watcher(std::shared_ptr<Connection> connection,
                 v1::WatchRequest request, WatcherOptions options)
    : impl_(std::make_unique<Impl>(std::move(connection), std::move(request),
                                   std::move(options))) {}

Watcher::~Watcher() = default;

absl::StatusOr<v1::WatchResponse> Watcher::Next() { return impl_->Next(); }

bool Watcher::has_next() const { return impl_->has_next(); }

std::string Watcher::resume_token() const { return impl_->resume_token(); }

void Watcher::Cancel() { impl_->Cancel(); }

}  // namespace paperwire
