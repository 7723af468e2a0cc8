// Which digests are meant, and what the server has of them: shared by the
// actions of `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_NAMES_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/command/context.h"
#include "paperwire/v1/digest.pb.h"

namespace paperwire::command {

// Whose: --user, or "users/local".
absl::StatusOr<std::string> DigestParent(const Arguments& args);

// The names of those that the words mean. INVALID_ARGUMENT for what is no
// name, and for --etag with several.
absl::StatusOr<std::vector<std::string>> ParseDigestNames(
    const Arguments& args, const std::vector<std::string>& words);

absl::StatusOr<v1::Digest> FetchDigest(Context& context,
                                       const std::string& name);

// One object in a line, with what is empty, too.
void PrintDigestJson(Context& context, const v1::Digest& digest);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_NAMES_H_
