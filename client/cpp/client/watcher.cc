#include "client/cpp/client/watcher.h"

#include <utility>

#include "client/cpp/client/connection.h"
#include "client/cpp/client/resuming_stream.h"
#include "service/base/status_macros.h"

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
       const WatcherOptions& options)
      : stream_(std::move(connection),
                WithBatches(std::move(request), options.batch_size), options,
                [](Connection& to, grpc::ClientContext* context,
                   const v1::WatchRequest& asked) {
                  return to.subscriptions.Watch(context, asked);
                }) {}

  absl::StatusOr<v1::WatchResponse> Next();
  bool has_next() const { return taken_ < batch_.matches_size(); }
  std::string resume_token() const { return stream_.resume_token(); }
  void Cancel() { stream_.Cancel(); }

 private:
  ResumingStream<v1::WatchRequest, v1::WatchResponse> stream_;
  // The newest batch, and how many of its matches Next has handed out.
  v1::WatchMatches batch_;
  int taken_ = 0;
};

absl::StatusOr<v1::WatchResponse> Watcher::Impl::Next() {
  v1::WatchResponse event;
  while (true) {
    // Whoever cancels does not want to see the rest of a batch.
    if (stream_.cancelled()) batch_.Clear();
    if (has_next()) {
      event.mutable_match()->Swap(batch_.mutable_matches(taken_++));
      break;
    }
    ASSIGN_OR_RETURN(event, stream_.Next());
    if (!event.has_matches()) break;
    batch_.Swap(event.mutable_matches());
    taken_ = 0;
    event.Clear();
  }
  stream_.Remember(TokenOf(event));
  return event;
}

Watcher::Watcher(std::shared_ptr<Connection> connection,
                 v1::WatchRequest request, const WatcherOptions& options)
    : impl_(std::make_unique<Impl>(std::move(connection), std::move(request),
                                   options)) {}

Watcher::~Watcher() = default;

absl::StatusOr<v1::WatchResponse> Watcher::Next() { return impl_->Next(); }

bool Watcher::has_next() const { return impl_->has_next(); }

std::string Watcher::resume_token() const { return impl_->resume_token(); }

void Watcher::Cancel() { impl_->Cancel(); }

}  // namespace paperwire
