#include "client/cpp/command/webhook_flags.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/ascii.h"
#include "client/cpp/client/webhook_secret.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Some 90 characters are one; more is another file.
constexpr size_t kMostBytes = 1000;

}  // namespace

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  std::string text(kMostBytes + 1, '\0');
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return absl::InvalidArgumentError(
        StrCat("cannot read ", path, ": ", std::strerror(errno),
               "; without a file, a secret is made"));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  const std::string secret(absl::StripAsciiWhitespace(text));
  if (!secret.starts_with("whsec_") || text.size() > kMostBytes ||
      secret.find('\n') != secret.npos) {
    return absl::InvalidArgumentError(
        StrCat(path,
               " holds no secret: one line of \"whsec_\" and the base64 "
               "of 24 to 64 random bytes; without a file, one is made"));
  }
  return secret;
}

absl::StatusOr<std::string> SetSecret(const std::string& path,
                                      v1::Webhook* webhook) {
  if (!path.empty()) {
    ASSIGN_OR_RETURN(*webhook->mutable_secret(), ReadSecretFile(path));
    return "";
  }
  webhook->set_secret(MakeWebhookSecret());
  return webhook->secret();
}

}  // namespace paperwire::command
