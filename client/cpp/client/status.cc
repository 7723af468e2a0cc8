#include "client/cpp/client/status.h"

#include <grpcpp/grpcpp.h>

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "service/base/error_details.h"

namespace paperwire {
namespace {

// The keys of error_details.h keep facts apart by NUL; a server that sends
// one is not to be believed anyway.
bool IsPlain(const std::string& text) {
  return text.find('\0') == std::string::npos;
}

absl::Status WithField(absl::Status status, const std::string& field) {
  InvalidField(field, "").ForEachPayload(
      [&status](absl::string_view url, const absl::Cord& payload) {
        status.SetPayload(url, payload);
      });
  return status;
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // The codes of the two are the same numbers.
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::BadRequest bad_request;
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&bad_request) &&
        bad_request.field_violations_size() > 0) {
      result =
          WithField(std::move(result), bad_request.field_violations(0).field());
    } else if (detail.UnpackTo(&info) && IsPlain(info.reason())) {
      std::map<std::string, std::string> facts;
      for (const auto& [key, value] : info.metadata()) {
        if (IsPlain(key) && IsPlain(value)) facts[key] = value;
      }
      result = WithReason(std::move(result), info.reason(), facts);
    }
  }
  return result;
}

bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsCancelled(status);
}

}  // namespace paperwire
