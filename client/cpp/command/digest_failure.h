// Errors about a digest that was sent, with the place in its query.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_FAILURE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_FAILURE_H_

#include "absl/status/status.h"
#include "client/cpp/command/context.h"
#include "paperwire/v1/digest.pb.h"

namespace paperwire::command {

// As Context::Fail. A digest has two queries, and the error's field says which
// of them cannot be parsed.
int FailOfDigest(Context& context, const absl::Status& status,
                 const v1::Digest& digest);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_FAILURE_H_
