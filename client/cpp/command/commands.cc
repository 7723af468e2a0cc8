#include "client/cpp/command/commands.h"

namespace paperwire::command {

const std::vector<CommandSpec>& Commands() {
  static const auto* const kCommands = new std::vector<CommandSpec>{
      SearchCommand(),        SuggestCommand(), SimilarCommand(),
      GetCommand(),           ListCommand(),    TrendingCommand(),
      DaysCommand(),          VoteCommand(),    PickCommand(),
      SignalCommand(),        WatchCommand(),   SubscribeCommand(),
      SubscriptionsCommand(), WebhookCommand(), DigestCommand(),
      BacktestCommand(),      ImportCommand(),  HarvestCommand(),
      ExportCommand(),        StatusCommand(),  ChangesCommand(),
      SplitCommand(),         DeleteCommand(),  HelpCommand(),
      CompletionCommand(),    VersionCommand(),
  };
  return *kCommands;
}

const std::vector<FlagSpec>& GlobalFlags() {
  static const auto* const kFlags = new std::vector<FlagSpec>{
      {.name = "server",
       .kind = FlagKind::kText,
       .value = "HOST:PORT",
       .help = "The server (default $PAPERWIRE_ADDRESS, or localhost:7227)"},
      {.name = "json", .help = "Write JSON, one object a line, for programs"},
      {.name = "color",
       .kind = FlagKind::kText,
       .value = "WHEN",
       .help = "Colour: auto (default), always or never",
       .choices = {"auto", "always", "never"}},
      {.name = "timeout",
       .kind = FlagKind::kSeconds,
       .value = "SECONDS",
       .help = "Wait so long for an answer (default 60); ends a watch"},
      {.name = "help", .letter = 'h', .help = "Show this help"},
  };
  return *kFlags;
}

const CommandSpec* FindCommand(std::string_view name) {
  for (const CommandSpec& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<FlagSpec> FlagsOf(const CommandSpec& command) {
  std::vector<FlagSpec> flags = command.flags;
  flags.insert(flags.end(), GlobalFlags().begin(), GlobalFlags().end());
  return flags;
}

std::vector<std::string> ChoicesOf(const CommandSpec& command) {
  if (command.argument_kind != ArgumentKind::kCommand) return command.choices;
  std::vector<std::string> names;
  for (const CommandSpec& other : Commands()) names.push_back(other.name);
  return names;
}

}  // namespace paperwire::command
