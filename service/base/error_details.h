// What travels with an error besides its message: the field at fault, and a
// reason that programs can switch on.
//
//     return InvalidField("query.text", "Unclosed quote at character 7; ...");
//     return WithReason(absl::NotFoundError("..."), "PAPER_NOT_FOUND",
//                       {{"name", name}});
//
// Kept as payloads of absl::Status, so that no layer below rpc/ knows about
// gRPC; rpc/status.cc turns them into google.rpc.BadRequest and ErrorInfo.

#ifndef PAPERWIRE_SERVICE_BASE_ERROR_DETAILS_H_
#define PAPERWIRE_SERVICE_BASE_ERROR_DETAILS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace paperwire {

// INVALID_ARGUMENT because of one field of the request. `field` is its path
// in the request ("query.text"), `message` says what is wrong with it and
// what to do.
absl::Status InvalidField(std::string_view field, std::string_view message);

// `status` with a machine-readable reason in UPPER_SNAKE_CASE and facts that
// belong to it. `status` must not be OK.
absl::Status WithReason(absl::Status status, std::string_view reason,
                        const std::map<std::string, std::string>& facts = {});

struct ErrorReason {
  std::string reason;
  std::map<std::string, std::string> facts;
};

// The field of InvalidField, or nothing.
std::optional<std::string> FieldOf(const absl::Status& status);

// The reason of WithReason, or nothing.
std::optional<ErrorReason> ReasonOf(const absl::Status& status);

// InvalidField errors of a part of a request, seen from the whole: "text"
// becomes "query.text" with the prefix "query". Other statuses come back as
// they are.
absl::Status PrefixField(std::string_view prefix, absl::Status status);

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_ERROR_DETAILS_H_
