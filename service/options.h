// The flags of paperwired. One table in options.cc makes the parser, --help
// and the file format; README.md quotes it.

#ifndef PAPERWIRE_SERVICE_OPTIONS_H_
#define PAPERWIRE_SERVICE_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/http/server.h"
#include "service/rpc/server.h"

namespace paperwire {

struct Options {
  rpc::ServerOptions server;
  // Without an address to listen on there is no HTTP.
  http::ServerOptions http;
  // Where to write the ports once they are served; for scripts that listen on
  // port 0.
  std::string port_file;
  std::string http_port_file;
  bool help = false;
  bool version = false;
};

// INVALID_ARGUMENT says which flag is wrong and what it takes.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments);

// What --help prints.
std::string HelpText();

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_OPTIONS_H_
