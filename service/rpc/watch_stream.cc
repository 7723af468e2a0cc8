// The life of a stream:
//
//     open ─► [reset] ─► behind ─► caught_up ─► live ─┐
//                          ▲  match*, progress   ▲    │ wait: news, heartbeat,
//                          └─────────────────────┴────┘ drain, client gone
//
// The next event is made when the client has taken the last one, so a slow
// reader lags in the journal and costs no memory. A client that is gone,
// cancelled or out of time makes the write fail or completes the done tag.

#include "service/rpc/watch_stream.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/time/clock.h"
#include "service/rpc/status.h"
#include "service/rpc/watch.h"

namespace paperwire::rpc {
namespace {

// How often a stream that has matches to send sends its progress, too.
constexpr absl::Duration kBusyProgress = absl::Seconds(1);

// What to send next, besides matches, and when.
class Pace {
 public:
  explicit Pace(absl::Duration heartbeat) : heartbeat_(heartbeat) {}

  void Sent(const v1::WatchResponse& event) {
    if (event.has_progress()) last_progress_ = absl::Now();
  }
  absl::Time next_beat() const { return last_progress_ + heartbeat_; }
  bool is_due() const { return absl::Now() >= next_beat(); }
  bool is_due_when_busy() const {
    return absl::Now() >= last_progress_ + std::min(heartbeat_, kBusyProgress);
  }

 private:
  const absl::Duration heartbeat_;
  absl::Time last_progress_ = absl::InfinitePast();
};

}  // namespace

Task ServeWatch(Loop& loop, RawSubscriptionService& service,
                store::Store& store, Drain& drain, absl::Duration heartbeat) {
  Event wake(&loop);
  DoneTag done(&wake);
  grpc::ServerContext context;
  context.AsyncNotifyWhenDone(&done);
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer(&context);
  const bool accepted = co_await Start([&](void* tag) {
    service.RequestWatch(&context, &bytes, &writer, loop.queue(), loop.queue(),
                         tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeWatch(loop, service, store, drain, heartbeat);

  co_await loop.Aside();
  {
    Drain::Member member(&drain, &wake);
    Watch watch(&store, [&wake] { wake.Notify(); });
    absl::Status status = watch.Begin(&bytes);
    while (status.ok() && !done.done()) {
      const absl::StatusOr<bool> ready = watch.Ready();
      status = ready.status();
      if (!status.ok() || *ready) break;
      co_await wake.Wait();
    }
    std::deque<v1::WatchResponse> events;
    if (status.ok()) {
      if (watch.was_reset()) events.push_back(watch.Reset());
      // Tells the client at once that the stream is up, and its first token.
      events.push_back(watch.Progress());
    }
    Pace pace(heartbeat);
    bool caught_up = false;
    while (status.ok() && !done.done()) {
      if (!events.empty()) {
        const v1::WatchResponse event = std::move(events.front());
        events.pop_front();
        const grpc::ByteBuffer out = SerializeMessage(event);
        if (!co_await Start([&](void* tag) { writer.Write(out, tag); })) {
          break;  // the client is gone
        }
        pace.Sent(event);
        continue;
      }
      if (drain.begun()) {
        const grpc::ByteBuffer out = SerializeMessage(watch.Progress());
        co_await Start([&](void* tag) { writer.Write(out, tag); });
        status = DrainStatus();
        break;
      }
      co_await loop.Aside();
      const absl::StatusOr<bool> more = watch.Advance();
      status = more.status();
      if (!status.ok()) break;
      if (*more) {
        absl::StatusOr<v1::WatchResponse> event = watch.TakeMatches();
        status = event.status();
        if (!status.ok()) break;
        events.push_back(*std::move(event));
        if (!watch.has_matches() && pace.is_due_when_busy()) {
          events.push_back(watch.Progress());
        }
      } else if (watch.behind()) {
        // Nothing matched in this part. Let others have the thread.
        if (pace.is_due()) events.push_back(watch.Progress());
        co_await wake.Wait(absl::Now());
      } else if (!caught_up && watch.caught_up()) {
        caught_up = true;
        events.push_back(watch.CaughtUp());
      } else {
        if (!pace.is_due()) {
          co_await wake.Wait(std::min(pace.next_beat(), watch.next_look()));
        }
        if (pace.is_due()) events.push_back(watch.Progress());
      }
    }
    co_await Start([&](void* tag) { writer.Finish(ToGrpc(status), tag); });
  }
  while (!done.done()) co_await wake.Wait();
}

}  // namespace paperwire::rpc
