// The mails of a digest: an action of `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_ISSUES_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_ISSUES_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"

namespace paperwire::command {

// `words` has the name of the digest. Takes --limit.
int ListIssues(Context& context, const std::vector<std::string>& words);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_ISSUES_H_
