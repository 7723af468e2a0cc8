// Asking before something is deleted for good.
//
//     RETURN_IF_ERROR(CheckSure(context));
//     if (!Confirmed(context, "Delete sae?")) return kOk;

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_ASKING_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_ASKING_H_

#include <string>

#include "absl/status/status.h"
#include "client/cpp/command/context.h"

namespace paperwire::command {

// Whether nobody has to be asked (--yes), or can be. INVALID_ARGUMENT when
// there is no terminal: nobody would read the question.
absl::Status CheckSure(Context& context);

// Asks on the terminal, unless --yes is given. False: leave it. `question` is
// printable.
bool Confirmed(Context& context, const std::string& question);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_ASKING_H_
