#include "service/base/error_details.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_split.h"
#include "service/base/strings.h"

namespace paperwire {
namespace {

constexpr char kFieldUrl[] = "paperwire.io/field";
constexpr char kReasonUrl[] = "paperwire.io/reason";

// Reason and facts as one string: key and value in turn, separated by NUL,
// which none of them may hold.
constexpr char kSeparator = '\0';

}  // namespace

absl::Status InvalidField(std::string_view field, std::string_view message) {
  absl::Status status = absl::InvalidArgumentError(ToAbsl(message));
  status.SetPayload(kFieldUrl, absl::Cord(ToAbsl(field)));
  return status;
}

absl::Status WithReason(absl::Status status, std::string_view reason,
                        const std::map<std::string, std::string>& facts) {
  std::string packed(reason);
  for (const auto& [key, value] : facts) {
    packed += kSeparator;
    packed += key;
    packed += kSeparator;
    packed += value;
  }
  status.SetPayload(kReasonUrl, absl::Cord(packed));
  return status;
}

std::optional<std::string> FieldOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kFieldUrl);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

std::optional<ErrorReason> ReasonOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kReasonUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string packed(*payload);
  const std::vector<std::string> parts = absl::StrSplit(packed, kSeparator);
  ErrorReason result;
  result.reason = parts[0];
  for (size_t i = 1; i + 1 < parts.size(); i += 2) {
    result.facts[parts[i]] = parts[i + 1];
  }
  return result;
}

absl::Status PrefixField(std::string_view prefix, absl::Status status) {
  if (std::optional<std::string> field = FieldOf(status)) {
    status.SetPayload(kFieldUrl, absl::Cord(StrCat(prefix, ".", *field)));
  }
  return status;
}

}  // namespace paperwire
