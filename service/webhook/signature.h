// How receivers know that a delivery is ours: Standard Webhooks
// (standardwebhooks.com), symmetric, version 1.
//
//     ASSIGN_OR_RETURN(std::string key, DecodeSecret(webhook.secret()));
//     headers.push_back(StrCat("webhook-signature: ",
//                              Sign(key, "dl-7-1201", now, body)));

#ifndef PAPERWIRE_SERVICE_WEBHOOK_SIGNATURE_H_
#define PAPERWIRE_SERVICE_WEBHOOK_SIGNATURE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paperwire::webhook {

// The bytes of a secret, which is "whsec_" and the base64 of 24 to 64 bytes.
// INVALID_ARGUMENT says what to do and repeats nothing of it.
absl::StatusOr<std::string> DecodeSecret(std::string_view secret);

// "v1," and the base64 of the HMAC-SHA-256 of "{id}.{timestamp}.{body}".
// `timestamp` is in seconds since the epoch.
std::string Sign(std::string_view key, std::string_view id, int64_t timestamp,
                 std::string_view body);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_SIGNATURE_H_
