// Two coroutines share a call, both on its loop:
//
//     reader: read ─► worker: parse ─► Store::Import ─► batches ─┐ (at most
//        ▲                                                       │  kWindow
//        └──────────── room ◄── answer: wait ─► write ◄──────────┘  unanswered)
//
// The answering one ends the call: with the first error, when the client has
// closed its side and all is answered, or when the server drains and what was
// taken in is answered. Backpressure: a client that does not read its
// acknowledgements blocks a write, the window fills, and reading stops.
//
// The loop only passes bytes on: messages are made and read on other threads,
// which step back for it.

#include "service/rpc/import_stream.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "service/rpc/status.h"

namespace paperwire::rpc {
namespace {

constexpr size_t kWindow = 4;

// A batch that was handed to the store.
struct Batch {
  Mutex mutex;
  // Serialized.
  std::optional<absl::StatusOr<grpc::ByteBuffer>> answer
      ABSL_GUARDED_BY(mutex);
};

struct Call {
  explicit Call(Loop* loop)
      : stream(&context), answered(loop), room(loop) {}

  grpc::ServerContext context;
  grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer> stream;
  Event answered;  // a batch was answered, or reading ended
  Event room;      // the window has room
  // The loop's alone.
  std::deque<std::shared_ptr<Batch>> batches;
  bool reading = true;
  bool ended = false;  // the call was finished: read no more
  // The worker's thread alone: what comes after a batch that is none is not
  // taken.
  bool refused = false;
};

// Any thread.
void Answer(Call& call, Batch& batch, absl::StatusOr<grpc::ByteBuffer> answer) {
  {
    MutexLock lock(&batch.mutex);
    batch.answer = std::move(answer);
  }
  call.answered.Notify();
}

// On the worker's thread.
void TakeIn(const std::shared_ptr<Call>& call,
            const std::shared_ptr<Batch>& batch, grpc::ByteBuffer* bytes,
            store::Store& store) {
  if (call->refused) return;  // the call ends without an answer to this one
  v1::ImportPapersRequest request;
  const absl::Status status = ParseMessage(bytes, &request);
  if (!status.ok()) {
    call->refused = true;
    Answer(*call, *batch, status);
    return;
  }
  store.Import(
      std::move(request),
      [call, batch](const absl::StatusOr<v1::ImportPapersResponse>& r) {
        if (r.ok()) {
          Answer(*call, *batch, SerializeMessage(*r));
        } else {
          Answer(*call, *batch, r.status());
        }
      });
}

Task ReadBatches(Loop&, std::shared_ptr<Call> call, store::Store& store,
                 Worker& worker) {
  while (!call->ended) {
    if (call->batches.size() >= kWindow) {
      co_await call->room.Wait();
      continue;
    }
    grpc::ByteBuffer bytes;
    const bool ok = co_await Start(
        [&](void* tag) { call->stream.Read(&bytes, tag); });
    if (!ok || call->ended) break;
    auto batch = std::make_shared<Batch>();
    call->batches.push_back(batch);
    worker.Post([call, batch, bytes = std::move(bytes), &store]() mutable {
      TakeIn(call, batch, &bytes, store);
    });
  }
  call->reading = false;
  call->answered.Notify();
}

// The answer of the oldest batch, if it is there.
std::optional<absl::StatusOr<grpc::ByteBuffer>> TakeAnswer(Call& call) {
  if (call.batches.empty()) return std::nullopt;
  MutexLock lock(&call.batches.front()->mutex);
  return std::move(call.batches.front()->answer);
}

}  // namespace

Task ServeImport(Loop& loop, RawPaperService& service, store::Store& store,
                 Worker& worker, Drain& drain) {
  auto call = std::make_shared<Call>(&loop);
  const bool accepted = co_await Start([&](void* tag) {
    service.RequestImportPapers(&call->context, &call->stream, loop.queue(),
                                loop.queue(), tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeImport(loop, service, store, worker, drain);

  Drain::Member member(&drain, &call->answered);
  ReadBatches(loop, call, store, worker);
  absl::Status status;
  while (true) {
    std::optional<absl::StatusOr<grpc::ByteBuffer>> answer = TakeAnswer(*call);
    if (answer.has_value()) {
      call->batches.pop_front();
      call->room.Notify();
      status = answer->status();
      if (!status.ok()) break;
      const bool written = co_await Start(
          [&](void* tag) { call->stream.Write(**answer, tag); });
      if (!written) break;  // the client is gone
      continue;
    }
    if (call->batches.empty()) {
      if (!call->reading) break;
      if (drain.begun()) {
        status = DrainStatus();
        break;
      }
    }
    co_await call->answered.Wait();
  }
  call->ended = true;
  call->room.Notify();
  co_await Start(
      [&](void* tag) { call->stream.Finish(ToGrpc(status), tag); });
}

}  // namespace paperwire::rpc
