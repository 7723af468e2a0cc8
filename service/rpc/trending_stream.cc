// The life of a stream:
//
//     open ─► board (with a token: change or progress) ─► live ─┐
//                                ▲   change, progress           │ wait: news,
//                                └──────────────────────────────┘ time, drain,
//                                                                 client gone
//
// The board is ranked when the client has taken the last event, so a slow
// reader gets one difference instead of many, and costs no memory. A client
// that is gone, cancelled or out of time makes the write fail or completes the
// done tag.

#include "service/rpc/trending_stream.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "service/rpc/status.h"
#include "service/rpc/trending_watch.h"

namespace paperwire::rpc {

Task ServeWatchTrending(Loop& loop, RawTrendingService& service,
                        store::Store& store, Drain& drain,
                        absl::Duration heartbeat) {
  Event wake(&loop);
  DoneTag done(&wake);
  grpc::ServerContext context;
  context.AsyncNotifyWhenDone(&done);
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer(&context);
  const bool accepted = co_await Start([&](void* tag) {
    service.RequestWatchTrending(&context, &bytes, &writer, loop.queue(),
                                 loop.queue(), tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeWatchTrending(loop, service, store, drain, heartbeat);

  co_await loop.Aside();
  {
    Drain::Member member(&drain, &wake);
    TrendingWatch watch(&store, heartbeat, [&wake] { wake.Notify(); });
    absl::Status status = watch.Begin(&bytes);
    absl::Time next_beat = absl::InfinitePast();
    while (status.ok() && !done.done()) {
      co_await loop.Aside();
      std::optional<v1::WatchTrendingResponse> event;
      const bool last = drain.begun();
      if (!last) {
        absl::StatusOr<std::optional<v1::WatchTrendingResponse>> next =
            watch.Next();
        status = next.status();
        if (!status.ok()) break;
        event = *std::move(next);
      }
      if (!event.has_value() && watch.told() &&
          (last || absl::Now() >= next_beat)) {
        event = watch.Progress();
      }
      if (event.has_value()) {
        const grpc::ByteBuffer out = SerializeMessage(*event);
        if (!co_await Start([&](void* tag) { writer.Write(out, tag); })) {
          break;  // the client is gone
        }
        next_beat = absl::Now() + heartbeat;
      }
      if (last) {
        status = DrainStatus();
      } else if (!event.has_value()) {
        co_await wake.Wait(watch.told() ? std::min(next_beat, watch.next_look())
                                        : watch.next_look());
      }
    }
    co_await Start([&](void* tag) { writer.Finish(ToGrpc(status), tag); });
  }
  while (!done.done()) co_await wake.Wait();
}

}  // namespace paperwire::rpc
