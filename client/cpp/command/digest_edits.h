// Storing a digest, and changing it: actions of `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_EDITS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_EDITS_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"
#include "paperwire/v1/digest.pb.h"

namespace paperwire::command {

// `words` are those of the query; the flags say the rest.
int CreateDigest(Context& context, const std::vector<std::string>& words);

// `names` has the digest; the flags say what to change.
int UpdateDigest(Context& context, const std::vector<std::string>& names);

// Says that the address was asked, and what its reader has to do.
void SayAsked(Context& context, const v1::Digest& digest);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_EDITS_H_
