// The `paperwire` command, from its words to its exit code.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_RUN_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_RUN_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"
#include "client/cpp/command/output.h"

namespace paperwire::command {

// Runs the command that `words` (without the program's name) ask for, and
// returns its exit code: 0, 1 when the server or the world failed, 2 when the
// command line is wrong, 130 when interrupted before the work was done.
int Run(const std::vector<std::string>& words, Output& out, Output& err,
        const Getenv& getenv);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_RUN_H_
