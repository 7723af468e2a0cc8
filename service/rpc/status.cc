#include "service/rpc/status.h"

#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "service/base/error_details.h"

namespace paperwire::rpc {

google::rpc::Status ToProto(const absl::Status& status) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(status.message()));
  if (status.ok()) return proto;
  google::rpc::ErrorInfo info;
  info.set_domain("paperwire.io");
  const std::optional<std::string> field = FieldOf(status);
  if (const std::optional<ErrorReason> reason = ReasonOf(status)) {
    info.set_reason(reason->reason);
    for (const auto& [key, value] : reason->facts) {
      (*info.mutable_metadata())[key] = value;
    }
  } else if (field.has_value()) {
    info.set_reason("INVALID_FIELD");
  } else {
    info.set_reason(absl::StatusCodeToString(status.code()));
  }
  proto.add_details()->PackFrom(info);
  if (field.has_value()) {
    google::rpc::BadRequest bad_request;
    google::rpc::BadRequest::FieldViolation* violation =
        bad_request.add_field_violations();
    violation->set_field(*field);
    violation->set_description(std::string(status.message()));
    proto.add_details()->PackFrom(bad_request);
  }
  return proto;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message()),
                      ToProto(status).SerializeAsString());
}

}  // namespace paperwire::rpc
