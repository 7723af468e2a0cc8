// Two coroutines share a call, both on its loop:
//
//     reader: read ─► parse ─► Store::Import ─► batches ─┐ (at most kWindow
//        ▲                                               │  unanswered)
//        └──────────── room ◄── answer: wait ─► write ◄──┘
//
// The answering one ends the call: with the first error, when the client has
// closed its side and all is answered, or when the server drains and what was
// taken in is answered. Backpressure: a client that does not read its
// acknowledgements blocks a write, the window fills, and reading stops.

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
  std::optional<absl::StatusOr<v1::ImportPapersResponse>> answer
      ABSL_GUARDED_BY(mutex);
};

struct Call {
  explicit Call(Loop* loop)
      : stream(&context), answered(loop), room(loop) {}

  grpc::ServerContext context;
  grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer> stream;
  Event answered;  // a batch was answered, or reading ended
  Event room;      // the window has room
  // The loop's thread alone.
  std::deque<std::shared_ptr<Batch>> batches;
  bool reading = true;
  bool ended = false;  // the call was finished: read no more
  absl::Status read_error;
};

Task ReadBatches(Loop&, std::shared_ptr<Call> call, store::Store& store) {
  while (!call->ended) {
    if (call->batches.size() >= kWindow) {
      co_await call->room.Wait();
      continue;
    }
    grpc::ByteBuffer bytes;
    const bool ok = co_await Start(
        [&](void* tag) { call->stream.Read(&bytes, tag); });
    if (!ok || call->ended) break;
    v1::ImportPapersRequest request;
    call->read_error = ParseMessage(&bytes, &request);
    if (!call->read_error.ok()) break;
    auto batch = std::make_shared<Batch>();
    call->batches.push_back(batch);
    store.Import(std::move(request),
                 [call, batch](absl::StatusOr<v1::ImportPapersResponse> r) {
                   {
                     MutexLock lock(&batch->mutex);
                     batch->answer = std::move(r);
                   }
                   call->answered.Notify();
                 });
  }
  call->reading = false;
  call->answered.Notify();
}

// The answer of the oldest batch, if it is there.
std::optional<absl::StatusOr<v1::ImportPapersResponse>> TakeAnswer(
    Call& call) {
  if (call.batches.empty()) return std::nullopt;
  MutexLock lock(&call.batches.front()->mutex);
  return std::move(call.batches.front()->answer);
}

}  // namespace

Task ServeImport(Loop& loop, RawPaperService& service, store::Store& store,
                 Drain& drain) {
  auto call = std::make_shared<Call>(&loop);
  const bool accepted = co_await Start([&](void* tag) {
    service.RequestImportPapers(&call->context, &call->stream, loop.queue(),
                                loop.queue(), tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeImport(loop, service, store, drain);

  Drain::Member member(&drain, &call->answered);
  ReadBatches(loop, call, store);
  absl::Status status;
  while (true) {
    std::optional<absl::StatusOr<v1::ImportPapersResponse>> answer =
        TakeAnswer(*call);
    if (answer.has_value()) {
      call->batches.pop_front();
      call->room.Notify();
      status = answer->status();
      if (!status.ok()) break;
      const grpc::ByteBuffer bytes = SerializeMessage(**answer);
      const bool written = co_await Start(
          [&](void* tag) { call->stream.Write(bytes, tag); });
      if (!written) break;  // the client is gone
      continue;
    }
    if (call->batches.empty()) {
      if (!call->reading) {
        status = call->read_error;
        break;
      }
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
