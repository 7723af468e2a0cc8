// Help that teaches by example, made from the tables of spec.h.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_HELP_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_HELP_H_

#include <string>

#include "client/cpp/command/spec.h"

namespace paperwire::command {

// What `paperwire --help` prints: every command in a line, and examples.
std::string Overview(bool color, int columns);

// What `paperwire COMMAND --help` prints.
std::string CommandHelp(const CommandSpec& command, bool color, int columns);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_HELP_H_
