#include "client/cpp/command/asking.h"

#include <unistd.h>

#include <iostream>

#include "absl/strings/ascii.h"
#include "service/base/strings.h"

namespace paperwire::command {

absl::Status CheckSure(Context& context) {
  if (context.args.Has("yes") ||
      (isatty(STDIN_FILENO) == 1 && context.err.terminal())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "deleting is for good, and there is no terminal to ask on; say --yes");
}

bool Confirmed(Context& context, const std::string& question) {
  if (context.args.Has("yes")) return true;
  context.err.Write(StrCat(question, " [y/N] "));
  std::string answer;
  std::getline(std::cin, answer);
  return absl::AsciiStrToLower(answer) == "y" ||
         absl::AsciiStrToLower(answer) == "yes";
}

}  // namespace paperwire::command
