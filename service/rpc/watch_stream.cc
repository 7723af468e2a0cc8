// The life of a stream:
//
//     open ─► [reset] ─► behind ─► caught_up ─► live ─┐
//                          ▲  match*, progress   ▲    │ wait: news, heartbeat,
//                          └─────────────────────┴────┘ drain, client gone
//
// The stream holds its place in the journal and one batch at a time. It reads
// the next batch only when the client has taken what the last one gave, so a
// slow reader lags in the journal and costs no memory. A client that is gone,
// cancelled or out of time makes the write fail or completes the done tag.

#include "service/rpc/watch_stream.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/journal/journal.h"
#include "service/rpc/convert.h"
#include "service/rpc/status.h"
#include "service/standing/batch.h"

namespace paperwire::rpc {
namespace {

constexpr char kResumeToken = 'w';

// A watch of one client: its query and its place.
class Watch {
 public:
  explicit Watch(store::Store* store) : store_(*store) {}

  // Understands the request and finds the place to start from. Sets `reset`
  // when the client's place is gone.
  absl::Status Begin(grpc::ByteBuffer* bytes, bool* reset) {
    RETURN_IF_ERROR(ParseMessage(bytes, &request_));
    RETURN_IF_ERROR(CheckMask(request_.read_mask()));
    ASSIGN_OR_RETURN(query_, ParseQuery(request_.query()));
    fingerprint_ = query::Fingerprint(query_);
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
    ASSIGN_OR_RETURN(int64_t oldest, journal::OldestSequence(*db));
    switch (request_.start_case()) {
      case v1::WatchRequest::kResumeToken: {
        ASSIGN_OR_RETURN(sequence_, OpenResumeToken());
        if (sequence_ > store_.feed().head()) {
          sequence_ = store_.feed().head();
          *reset = true;
        } else if (sequence_ < oldest - 1) {
          return TooOld(oldest);
        }
        return absl::OkStatus();
      }
      case v1::WatchRequest::kStartTime: {
        ASSIGN_OR_RETURN(absl::Time time,
                         ToTime(request_.start_time(), "start_time"));
        ASSIGN_OR_RETURN(sequence_, journal::LastBefore(*db, time));
        return absl::OkStatus();
      }
      default:
        sequence_ = request_.position() == v1::WatchRequest::POSITION_BEGINNING
                        ? oldest - 1
                        : store_.feed().head();
        return absl::OkStatus();
    }
  }

  // The next events of the journal, up to a progress; none when there is
  // nothing newer. Moves the place past them.
  absl::StatusOr<std::vector<v1::WatchResponse>> Advance() {
    std::vector<v1::WatchResponse> events;
    ASSIGN_OR_RETURN(std::shared_ptr<const standing::Batch> batch,
                     store_.feed().Next(sequence_));
    if (batch == nullptr) return events;
    ASSIGN_OR_RETURN(std::vector<const journal::Change*> news,
                     standing::NewMatches(*batch, query_, sequence_));
    for (const journal::Change* entry : news) {
      SetMatch(*entry, events.emplace_back().mutable_match());
    }
    sequence_ = batch->last;
    if (!news.empty()) events.push_back(Progress());
    return events;
  }

  bool behind() const { return sequence_ < store_.feed().head(); }

  v1::WatchResponse Progress() const {
    v1::WatchResponse event;
    v1::WatchProgress* progress = event.mutable_progress();
    progress->set_resume_token(Token(sequence_));
    progress->set_sequence(sequence_);
    progress->set_journal_sequence(store_.feed().head());
    SetTime(absl::Now(), progress->mutable_server_time());
    return event;
  }

  v1::WatchResponse CaughtUp() const {
    v1::WatchResponse event;
    event.mutable_caught_up()->set_resume_token(Token(sequence_));
    event.mutable_caught_up()->set_sequence(sequence_);
    return event;
  }

  v1::WatchResponse Reset() const {
    v1::WatchResponse event;
    v1::WatchReset* reset = event.mutable_reset();
    reset->set_reason(v1::WatchReset::REASON_JOURNAL_ROLLED_BACK);
    reset->set_resume_token(Token(sequence_));
    reset->set_sequence(sequence_);
    return event;
  }

 private:
  std::string Token(int64_t sequence) const {
    return SealToken(kResumeToken, {store_.journal_id(), fingerprint_,
                                    static_cast<uint64_t>(sequence)});
  }

  absl::StatusOr<int64_t> OpenResumeToken() const {
    ASSIGN_OR_RETURN(
        std::vector<uint64_t> fields,
        OpenToken(kResumeToken, request_.resume_token(), 3, "resume_token"));
    if (fields[0] != store_.journal_id()) {
      return InvalidField("resume_token",
                          "This token is of another server. Its places mean "
                          "nothing here: start from a time or from the "
                          "beginning.");
    }
    if (fields[1] != fingerprint_) {
      return InvalidField("resume_token",
                          "This token is of another query. Resume with the "
                          "query that it was given for, or start this one "
                          "from a time or from the beginning.");
    }
    return static_cast<int64_t>(fields[2]);
  }

  absl::Status TooOld(int64_t oldest) const {
    return WithReason(
        absl::OutOfRangeError(StrCat(
            "The token's place (", sequence_, ") is no longer in the journal, "
            "which begins at ", oldest, ". Start with the oldest usable token, "
            "which this error carries as oldest_token; what lies between is "
            "found by a search.")),
        "TOKEN_TOO_OLD", {{"oldest_token", Token(oldest - 1)}});
  }

  void SetMatch(const journal::Change& entry, v1::WatchMatch* match) {
    *match->mutable_paper() = *entry.after;
    if (!request_.omit_highlights()) {
      AddHighlights(query_, *entry.after, match->mutable_highlights());
    }
    ApplyMask(request_.read_mask(), match->mutable_paper());
    match->set_sequence(entry.sequence);
    match->set_created(entry.created);
    match->set_resume_token(Token(entry.sequence));
  }

  store::Store& store_;
  v1::WatchRequest request_;
  query::Query query_;
  uint64_t fingerprint_ = 0;
  int64_t sequence_ = 0;  // everything up to here was sent
};

// Listens to the feed while it lives.
class Listening {
 public:
  Listening(standing::Feed* feed, Event* event)
      : feed_(*feed),
        id_(feed->AddListener([event] { event->Notify(); })) {}
  ~Listening() { feed_.RemoveListener(id_); }

 private:
  standing::Feed& feed_;
  const int64_t id_;
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

  {
    Drain::Member member(&drain, &wake);
    Listening listening(&store.feed(), &wake);
    Watch watch(&store);
    bool reset = false;
    absl::Status status = watch.Begin(&bytes, &reset);
    std::vector<v1::WatchResponse> events;
    if (reset) events.push_back(watch.Reset());
    // Tells the client at once that the stream is up, and its first token.
    events.push_back(watch.Progress());
    absl::Time last_progress = absl::Now();
    bool caught_up = false;
    bool open = true;
    while (status.ok() && open) {
      for (const v1::WatchResponse& event : events) {
        const grpc::ByteBuffer out = SerializeMessage(event);
        open = co_await Start([&](void* tag) { writer.Write(out, tag); });
        if (!open) break;  // the client is gone
        if (event.has_progress()) last_progress = absl::Now();
      }
      events.clear();
      if (!open || done.done()) break;
      if (drain.begun()) {
        const grpc::ByteBuffer out = SerializeMessage(watch.Progress());
        co_await Start([&](void* tag) { writer.Write(out, tag); });
        status = DrainStatus();
        break;
      }
      absl::StatusOr<std::vector<v1::WatchResponse>> next = watch.Advance();
      status = next.status();
      if (!status.ok()) break;
      events = *std::move(next);
      const absl::Time beat = last_progress + heartbeat;
      if (events.empty() && watch.behind()) {
        // Nothing matched in this batch. Let others have the thread.
        if (absl::Now() >= beat) events.push_back(watch.Progress());
        co_await wake.Wait(absl::Now());
      } else if (events.empty() && !caught_up) {
        caught_up = true;
        events.push_back(watch.CaughtUp());
      } else if (events.empty()) {
        if (!co_await wake.Wait(beat)) events.push_back(watch.Progress());
      }
    }
    co_await Start([&](void* tag) { writer.Finish(ToGrpc(status), tag); });
  }
  while (!done.done()) co_await wake.Wait();
}

}  // namespace paperwire::rpc
