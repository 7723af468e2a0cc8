// One request, one answer.
//
//     ServeUnary<v1::GetPaperRequest, v1::Paper>(
//         loop, service, &RawPaperService::RequestGetPaper,
//         [&](Unary<v1::GetPaperRequest, v1::Paper>& call) {
//           return GetPaper(store, call.request, &call.response);
//         });
//
// serves the method for as long as the server runs: each coroutine takes one
// call, and before it answers starts the one that takes the next.

#ifndef PAPERWIRE_SERVICE_RPC_UNARY_H_
#define PAPERWIRE_SERVICE_RPC_UNARY_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include <array>
#include <cstddef>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "google/protobuf/arena.h"
#include "service/base/status_macros.h"
#include "service/rpc/call.h"
#include "service/rpc/loop.h"
#include "service/rpc/status.h"

namespace paperwire::rpc {

// How the generated code asks for the next call of a method; `Service` is the
// base of the raw service that has the method.
template <typename Service>
using RequestUnary = void (Service::*)(
    grpc::ServerContext*, grpc::ByteBuffer*,
    grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>*, grpc::CompletionQueue*,
    grpc::ServerCompletionQueue*, void*);

// A call that is being answered.
template <typename Request, typename Response>
struct Unary {
  Loop& loop;
  const grpc::ServerContext& context;
  Request& request;
  Response& response;

  // What a handler that may take long calls now and then: DEADLINE_EXCEEDED
  // when nobody waits for its answer any more. Other calls' answers that wait
  // for this thread go out meanwhile.
  std::function<absl::Status()> check() const {
    return [&loop = loop, &context = context] {
      loop.SendLateAnswers();
      return CheckDeadline(context);
    };
  }
};

// Bytes to bytes: what lies between taking a call and sending its answer.
template <typename Request, typename Response>
absl::Status Answer(
    Loop& loop, const grpc::ServerContext& context,
    const std::function<absl::Status(Unary<Request, Response>&)>& handler,
    grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  // What most answers take, so that they need not ask for memory.
  alignas(std::max_align_t) std::array<char, 8 << 10> block;
  google::protobuf::ArenaOptions options;
  options.initial_block = block.data();
  options.initial_block_size = block.size();
  google::protobuf::Arena arena(options);
  Unary<Request, Response> call{
      loop, context, *google::protobuf::Arena::CreateMessage<Request>(&arena),
      *google::protobuf::Arena::CreateMessage<Response>(&arena)};
  RETURN_IF_ERROR(ParseMessage(request, &call.request));
  RETURN_IF_ERROR(handler(call));
  SerializeMessage(call.response).Swap(response);
  return absl::OkStatus();
}

// Whether a handler does next to nothing: less than to hand the lead over.
enum class Weight { kBrief, kUsual };

template <typename Request, typename Response, typename Service, typename Base>
Task ServeUnary(Loop& loop, Service& service, RequestUnary<Base> request_method,
                std::function<absl::Status(Unary<Request, Response>&)> handler,
                Weight weight = Weight::kUsual) {
  grpc::ServerContext context;
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer(&context);
  const bool accepted = co_await Start([&](void* tag) {
    (service.*request_method)(&context, &bytes, &writer, loop.queue(),
                              loop.queue(), tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeUnary<Request, Response>(loop, service, request_method, handler, weight);
  if (weight == Weight::kUsual) co_await loop.Aside();

  grpc::ByteBuffer answer;
  const absl::Status status = Answer(loop, context, handler, &bytes, &answer);
  if (weight == Weight::kUsual) co_await loop.Together();
  co_await Start([&](void* tag) {
    if (status.ok()) {
      writer.Finish(answer, grpc::Status::OK, tag);
    } else {
      writer.FinishWithError(ToGrpc(status), tag);
    }
  });
}

// As ServeUnary, for what another thread answers. The handler hands the
// request on together with what to call with the answer, from any thread;
// `finish`, on the loop again, completes the answer.
template <typename Request, typename Response, typename Service, typename Base>
Task ServeDeferred(
    Loop& loop, Service& service, RequestUnary<Base> request_method,
    std::function<void(Request, std::function<void(absl::StatusOr<Response>)>)>
        handler,
    std::function<absl::Status(Response*)> finish = nullptr) {
  grpc::ServerContext context;
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer(&context);
  const bool accepted = co_await Start([&](void* tag) {
    (service.*request_method)(&context, &bytes, &writer, loop.queue(),
                              loop.queue(), tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeDeferred<Request, Response>(loop, service, request_method, handler,
                                   finish);

  Request request;
  absl::Status status = ParseMessage(&bytes, &request);
  grpc::ByteBuffer answer;
  if (status.ok()) {
    Event answered(&loop);
    absl::StatusOr<Response> response = absl::UnknownError("");
    handler(std::move(request), [&](absl::StatusOr<Response> result) {
      response = std::move(result);
      answered.Notify();
    });
    co_await answered.Wait();
    status = response.status();
    if (status.ok() && finish) status = finish(&*response);
    if (status.ok()) answer = SerializeMessage(*response);
  }
  co_await Start([&](void* tag) {
    if (status.ok()) {
      writer.Finish(answer, grpc::Status::OK, tag);
    } else {
      writer.FinishWithError(ToGrpc(status), tag);
    }
  });
}

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_UNARY_H_
