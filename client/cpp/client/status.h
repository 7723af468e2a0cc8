// From gRPC's status to ours, with the details that the server attached.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_STATUS_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_STATUS_H_

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace paperwire {

// The code and message of `status`. From its google.rpc.Status, if there is
// one, the first field of BadRequest and the ErrorInfo become what FieldOf
// and ReasonOf read. Details that cannot be parsed are left out.
absl::Status FromGrpc(const grpc::Status& status);

// Whether the same call may well work a moment later: the connection broke,
// or the server ended it because it stops. For calls that the caller itself
// did not cancel.
bool IsTransient(const absl::Status& status);

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_STATUS_H_
