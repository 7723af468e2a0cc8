// The addresses that nothing is sent to: an action of `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_SUPPRESSIONS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_SUPPRESSIONS_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"

namespace paperwire::command {

// `words` are "list" or nothing, "add ADDRESS..." or "remove ADDRESS...". Of
// these "add" takes --detail.
int ChangeSuppressions(Context& context, const std::vector<std::string>& words);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_SUPPRESSIONS_H_
