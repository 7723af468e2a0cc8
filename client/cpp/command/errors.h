// Errors in words for people.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_ERRORS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_ERRORS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace paperwire::command {

// What went wrong and, where it is known, what to do about it: one or more
// lines with line ends. `address` is the server that was asked.
std::string ErrorText(const absl::Status& status, const std::string& address,
                      bool color);

// Where in `query` the server found it wrong: the query, and a caret under the
// character that `status` names, in two lines. Empty when it names none.
std::string PointAtError(const absl::Status& status, std::string_view query,
                         int columns);

// What is behind gRPC's "failed to connect to all addresses; last error:
// UNKNOWN: ipv4:127.0.0.1:7227: Failed to connect to remote host: Connection
// refused": the part after the last colon.
std::string ShortCause(std::string_view message);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_ERRORS_H_
