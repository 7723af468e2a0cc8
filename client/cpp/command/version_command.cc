#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

int RunVersion(Context& context) {
  context.out.Write(context.json()
                        ? StrCat("{\"version\":\"", PAPERWIRE_VERSION, "\"}\n")
                        : StrCat("paperwire ", PAPERWIRE_VERSION, "\n"));
  return context.Done();
}

}  // namespace

CommandSpec VersionCommand() {
  return {.name = "version",
          .summary = "Show the version of this command",
          .details = "The server's version is in paperwire status.",
          .examples = {{"For people", "paperwire version"},
                       {"For programs", "paperwire version --json"}},
          .run = RunVersion};
}

}  // namespace paperwire::command
