#include "tests/unit/command/fake_answers.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace paperwire {

grpc::Status Detailed(grpc::StatusCode code, const std::string& message,
                      const std::string& field, const std::string& reason,
                      const std::map<std::string, std::string>& facts) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  if (!field.empty()) {
    google::rpc::BadRequest bad_request;
    bad_request.add_field_violations()->set_field(field);
    status.add_details()->PackFrom(bad_request);
  }
  if (!reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    info.set_domain("paperwire.io");
    for (const auto& [key, value] : facts) {
      (*info.mutable_metadata())[key] = value;
    }
    status.add_details()->PackFrom(info);
  }
  return grpc::Status(code, message, status.SerializeAsString());
}

bool Matches(const v1::Paper& paper, const v1::Query& query) {
  return paper.title().find(query.text()) != std::string::npos;
}

}  // namespace paperwire
