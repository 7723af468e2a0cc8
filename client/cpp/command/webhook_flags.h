// What people say of a webhook: its address and its secret.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_FLAGS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_FLAGS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/webhook.pb.h"

namespace paperwire::command {

// The secret in a file of one line. INVALID_ARGUMENT for a file that cannot be
// read or holds none; the message repeats nothing of it.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

// Gives a new webhook its secret: that of the file, or one that is made here
// when `path` is empty. Returns what was made, which nobody else knows.
absl::StatusOr<std::string> SetSecret(const std::string& path,
                                      v1::Webhook* webhook);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_FLAGS_H_
