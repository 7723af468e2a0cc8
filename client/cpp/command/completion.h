// Scripts that let a shell complete the command, made from the tables of
// spec.h.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_COMPLETION_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_COMPLETION_H_

#include <string>

namespace paperwire::command {

std::string BashCompletion();
std::string ZshCompletion();
std::string FishCompletion();

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_COMPLETION_H_
