// One call with one answer. Private to this folder.
//
//     return Call<v1::Paper>(connection_->papers,
//                            &v1::PaperService::Stub::GetPaper, request,
//                            absl::Seconds(60));

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_CALL_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_CALL_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cpp/client/status.h"

namespace paperwire {

// An infinite timeout waits for ever.
template <typename Response, typename Stub, typename Method, typename Request>
absl::StatusOr<Response> Call(Stub& stub, Method method, const Request& request,
                              absl::Duration timeout) {
  grpc::ClientContext context;
  if (timeout != absl::InfiniteDuration()) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_CALL_H_
