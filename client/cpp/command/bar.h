// Bars of a chart in a terminal.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_BAR_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_BAR_H_

#include <cstdint>
#include <string>

namespace paperwire::command {

// A bar for `count` where `most`, the highest count, takes `columns`: nothing
// for 0, at least one block for anything else.
std::string Bar(int64_t count, int64_t most, int columns);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_BAR_H_
