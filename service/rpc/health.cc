// The messages of grpc.health.v1 have one field each, a text and an enum. On
// the wire they are what protobuf's wrappers of a string and an integer are.

#include "service/rpc/health.h"

#include <grpcpp/impl/rpc_service_method.h>

#include "google/protobuf/wrappers.pb.h"
#include "service/base/strings.h"
#include "service/rpc/status.h"
#include "service/rpc/unary.h"

namespace paperwire::rpc {
namespace {

using Request = google::protobuf::StringValue;   // HealthCheckRequest
using Response = google::protobuf::Int32Value;  // HealthCheckResponse

enum ServingStatus { kServing = 1, kNotServing = 2, kServiceUnknown = 3 };

grpc::ByteBuffer Answer(ServingStatus status) {
  Response response;
  response.set_value(status);
  return SerializeMessage(response);
}

}  // namespace

Health::Health() {
  using grpc::internal::RpcMethod;
  using grpc::internal::RpcServiceMethod;
  AddMethod(new RpcServiceMethod("/grpc.health.v1.Health/Check",
                                 RpcMethod::NORMAL_RPC, nullptr));
  AddMethod(new RpcServiceMethod("/grpc.health.v1.Health/Watch",
                                 RpcMethod::SERVER_STREAMING, nullptr));
  MarkMethodRaw(0);
  MarkMethodRaw(1);
}

void Health::Serve(Loop& loop) {
  ServeUnary<Request, Response>(
      loop, *this, &Health::RequestCheck,
      [this](auto& call) -> absl::Status {
        const std::string& service = call.request.value();
        if (!service.empty()) {
          return absl::NotFoundError(
              StrCat("There is no health of a service \"",
                     service.substr(0, 100),
                     "\" by itself. Leave the name empty: the whole server "
                     "serves, or does not."));
        }
        call.response.set_value(stopping_.begun() ? kNotServing : kServing);
        return absl::OkStatus();
      },
      Weight::kBrief);
  ServeWatch(loop);
}

Task Health::ServeWatch(Loop& loop) {
  Event wake(&loop);
  DoneTag done(&wake);
  grpc::ServerContext context;
  context.AsyncNotifyWhenDone(&done);
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer(&context);
  const bool accepted = co_await Start([&](void* tag) {
    RequestWatch(&context, &bytes, &writer, loop.queue(), loop.queue(), tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeWatch(loop);

  {
    const Drain::Member member(&stopping_, &wake);
    Request request;
    absl::Status status = ParseMessage(&bytes, &request);
    if (status.ok()) {
      const auto now = [&] {
        if (!request.value().empty()) return kServiceUnknown;
        return stopping_.begun() ? kNotServing : kServing;
      };
      ServingStatus told = now();
      grpc::ByteBuffer out = Answer(told);
      bool written = co_await Start([&](void* tag) { writer.Write(out, tag); });
      while (written && !stopping_.begun() && !done.done()) {
        co_await wake.Wait();
      }
      if (written && !done.done() && now() != told) {
        out = Answer(now());
        co_await Start([&](void* tag) { writer.Write(out, tag); });
      }
      status = DrainStatus();
    }
    co_await Start([&](void* tag) { writer.Finish(ToGrpc(status), tag); });
  }
  while (!done.done()) co_await wake.Wait();
}

}  // namespace paperwire::rpc
