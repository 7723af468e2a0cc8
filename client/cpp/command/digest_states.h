// How a digest stands, and changing that: actions of `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_STATES_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_STATES_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"

namespace paperwire::command {

// `names` has digests. All take --etag; DeleteDigests --yes and
// --allow-missing, too.
int PauseDigests(Context& context, const std::vector<std::string>& names);
int ResumeDigests(Context& context, const std::vector<std::string>& names);
int DeleteDigests(Context& context, const std::vector<std::string>& names);

// `words` has the link of the mail that asks for consent, or its token.
int ConfirmDigest(Context& context, const std::vector<std::string>& words);

// `names` has the digest whose reader is asked once more.
int AskAgain(Context& context, const std::vector<std::string>& names);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_STATES_H_
