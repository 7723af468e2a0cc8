#include "service/webhook/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "absl/strings/escaping.h"
#include "service/base/strings.h"

namespace paperwire::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kMinKey = 24;
constexpr size_t kMaxKey = 64;

}  // namespace

absl::StatusOr<std::string> DecodeSecret(std::string_view secret) {
  std::string key;
  if (!ConsumePrefix(&secret, kPrefix) ||
      !absl::Base64Unescape(ToAbsl(secret), &key) || key.size() < kMinKey ||
      key.size() > kMaxKey) {
    return absl::InvalidArgumentError(
        "A secret is \"whsec_\" and the base64 of 24 to 64 random bytes. Make "
        "one with: echo whsec_$(openssl rand -base64 32)");
  }
  return key;
}

std::string Sign(std::string_view key, std::string_view id, int64_t timestamp,
                 std::string_view body) {
  const std::string text = StrCat(id, ".", timestamp, ".", body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest,
       &size);
  return StrCat("v1,", absl::Base64Escape(absl::string_view(
                           reinterpret_cast<const char*>(digest), size)));
}

}  // namespace paperwire::webhook
