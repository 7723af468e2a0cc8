#include "client/cpp/client/trending_watcher.h"

#include <utility>

#include "client/cpp/client/connection.h"
#include "client/cpp/client/resuming_stream.h"
#include "service/base/status_macros.h"

namespace paperwire {
namespace {

const std::string& TokenOf(const v1::WatchTrendingResponse& event) {
  switch (event.event_case()) {
    case v1::WatchTrendingResponse::kBoard:
      return event.board().resume_token();
    case v1::WatchTrendingResponse::kChange:
      return event.change().resume_token();
    case v1::WatchTrendingResponse::kProgress:
    case v1::WatchTrendingResponse::EVENT_NOT_SET:
      break;
  }
  return event.progress().resume_token();
}

}  // namespace

class TrendingWatcher::Impl : public ResumingStream<v1::WatchTrendingRequest,
                                                    v1::WatchTrendingResponse> {
 public:
  using ResumingStream::ResumingStream;
};

TrendingWatcher::TrendingWatcher(std::shared_ptr<Connection> connection,
                                 v1::WatchTrendingRequest request,
                                 const WatcherOptions& options)
    : impl_(std::make_unique<Impl>(
          std::move(connection), std::move(request), options,
          [](Connection& to, grpc::ClientContext* context,
             const v1::WatchTrendingRequest& asked) {
            return to.trending.WatchTrending(context, asked);
          })) {}

TrendingWatcher::~TrendingWatcher() = default;

absl::StatusOr<v1::WatchTrendingResponse> TrendingWatcher::Next() {
  ASSIGN_OR_RETURN(v1::WatchTrendingResponse event, impl_->Next());
  impl_->Remember(TokenOf(event));
  return event;
}

std::string TrendingWatcher::resume_token() const {
  return impl_->resume_token();
}

void TrendingWatcher::Cancel() { impl_->Cancel(); }

}  // namespace paperwire
