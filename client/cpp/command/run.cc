#include "client/cpp/command/run.h"

#include <utility>

#include "absl/status/statusor.h"
#include "client/cpp/command/arguments.h"
#include "client/cpp/command/errors.h"
#include "client/cpp/command/help.h"

namespace paperwire::command {
namespace {

bool WantsColor(const std::string& when, const Output& output,
                const Getenv& getenv) {
  if (when == "always") return true;
  if (when == "never") return false;
  // https://no-color.org
  return output.terminal() && !getenv("NO_COLOR").has_value() &&
         getenv("TERM").value_or("") != "dumb";
}

}  // namespace

int Run(const std::vector<std::string>& words, Output& out, Output& err,
        const Getenv& getenv) {
  out.set_color(WantsColor("auto", out, getenv));
  err.set_color(WantsColor("auto", err, getenv));
  if (words.empty()) {
    err.Write(Overview(err.color(), err.columns()));
    return kUsage;
  }
  absl::StatusOr<Arguments> args = ParseArguments(words);
  if (!args.ok()) {
    err.Write(ErrorText(args.status(), "", err.color()));
    return kUsage;
  }
  const std::string when = args->Text("color", "auto");
  out.set_color(WantsColor(when, out, getenv));
  err.set_color(WantsColor(when, err, getenv));
  Context context(*std::move(args), out, err, getenv);
  const CommandSpec* command = context.args.command;
  if (context.args.Has("help")) {
    out.Write(command == nullptr
                  ? Overview(out.color(), out.columns())
                  : CommandHelp(*command, out.color(), out.columns()));
    return context.Done();
  }
  return command->run(context);
}

}  // namespace paperwire::command
