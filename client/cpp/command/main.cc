// The `paperwire` command: command lines to a server. See README.md.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "client/cpp/command/output.h"
#include "client/cpp/command/run.h"

int main(int argc, char** argv) {
  // A reader that goes away (| head) is seen as a failed write, and ends the
  // command quietly.
  std::signal(SIGPIPE, SIG_IGN);
  const auto out = paperwire::command::Output::ToFd(STDOUT_FILENO);
  const auto err = paperwire::command::Output::ToFd(STDERR_FILENO, out.get());
  return paperwire::command::Run(
      std::vector<std::string>(argv + 1, argv + argc), *out, *err,
      [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') return std::nullopt;
        return value;
      });
}
