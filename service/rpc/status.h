// Errors as gRPC carries them: the one place where absl::Status becomes
// grpc::Status.

#ifndef PAPERWIRE_SERVICE_RPC_STATUS_H_
#define PAPERWIRE_SERVICE_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace paperwire::rpc {

// The status with its details: google.rpc.ErrorInfo always (domain
// "paperwire.io"; the reason is that of WithReason, else INVALID_FIELD, else
// the name of the code), and google.rpc.BadRequest when a field is at fault.
google::rpc::Status ToProto(const absl::Status& status);

// The same as gRPC sends it, details in `grpc-status-details-bin`.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_STATUS_H_
