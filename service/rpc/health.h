// grpc.health.v1.Health: whether the server serves, for probes and balancers.
//
// Our own, on our loop: that of the library is a callback service, whose
// threads poll beside the loop's and take calls of all kinds off the wire, only
// to wake a thread of the loop for them.

#ifndef PAPERWIRE_SERVICE_RPC_HEALTH_H_
#define PAPERWIRE_SERVICE_RPC_HEALTH_H_

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "service/rpc/call.h"
#include "service/rpc/loop.h"

namespace paperwire::rpc {

// Register it with the server, then call Serve before the loop runs.
class Health : public grpc::Service {
 public:
  Health();

  // Serves both methods on the loop for as long as the server runs. One service
  // is known, the server as a whole, by the empty name.
  void Serve(Loop& loop);

  // From now on it does not serve, and whoever watches learns so. Any thread.
  void Stop() { stopping_.Begin(); }

  void RequestCheck(grpc::ServerContext* context, grpc::ByteBuffer* request,
                    grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* writer,
                    grpc::CompletionQueue* call_queue,
                    grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncUnary(0, context, request, writer, call_queue, queue, tag);
  }
  void RequestWatch(grpc::ServerContext* context, grpc::ByteBuffer* request,
                    grpc::ServerAsyncWriter<grpc::ByteBuffer>* writer,
                    grpc::CompletionQueue* call_queue,
                    grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncServerStreaming(1, context, request, writer, call_queue, queue,
                                tag);
  }

 private:
  Task ServeWatch(Loop& loop);

  Drain stopping_;
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_HEALTH_H_
