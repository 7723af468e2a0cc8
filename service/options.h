// The flags of paperwired. One table in options.cc makes the parser, --help
// and the file format; README.md quotes it.

#ifndef PAPERWIRE_SERVICE_OPTIONS_H_
#define PAPERWIRE_SERVICE_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/rpc/server.h"

namespace paperwire {

struct Options {
  rpc::ServerOptions server;
  // Where to write the port once it serves; for scripts that listen on port 0.
  std::string port_file;
  bool help = false;
  bool version = false;
};

// INVALID_ARGUMENT says which flag is wrong and what it takes.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments);

// What --help prints.
std::string HelpText();

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_OPTIONS_H_
