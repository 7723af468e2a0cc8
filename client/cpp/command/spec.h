// What a command takes, as data. The parser (arguments.h), the help (help.h)
// and the shell completions (completion.h) all read these tables, so that
// none of them can forget a flag.
//
//     FlagSpec{.name = "limit", .letter = 'n', .kind = FlagKind::kCount,
//              .value = "N", .help = "Show at most N papers (default 10)"}

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_SPEC_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_SPEC_H_

#include <string>
#include <string_view>
#include <vector>

namespace paperwire::command {

class Context;

enum class FlagKind {
  kSwitch,   // takes no value
  kText,     // any text
  kCount,    // a whole number, 0 or more
  kSeconds,  // a length of time: 30, 1.5, 90s, 10m, 6h
  kFile,     // a path, completed as one
};

struct FlagSpec {
  std::string name = {};  // without dashes
  char letter = 0;        // -n; 0: none
  FlagKind kind = FlagKind::kSwitch;
  std::string value = {};  // its name in the help ("N"); empty for a switch
  std::string help = {};   // one sentence without full stop
  std::vector<std::string> choices = {};  // the only values allowed, if any
  std::vector<std::string> hints = {};    // values worth completing
  bool many = false;                      // may be repeated, and holds commas
};

// What the words after the flags are.
enum class ArgumentKind { kNone, kQuery, kPapers, kFiles, kChoice, kCommand };

struct Example {
  std::string what = {};
  std::string command = {};
};

struct CommandSpec {
  std::string name = {};
  ArgumentKind argument_kind = ArgumentKind::kNone;
  std::string arguments = {};             // as the help shows them: "QUERY..."
  std::vector<std::string> choices = {};  // the first argument, for kChoice
  size_t min_arguments = 0;
  size_t max_arguments = 0;
  std::string summary = {};  // for the list of commands
  std::string details = {};  // paragraphs for its own help, wrapped
  std::vector<FlagSpec> flags = {};
  std::vector<Example> examples = {};
  // Does the work; returns the exit code.
  int (*run)(Context& context) = nullptr;
};

// All commands, in the order of the help.
const std::vector<CommandSpec>& Commands();

// Flags that every command takes.
const std::vector<FlagSpec>& GlobalFlags();

// The command of this name, or null.
const CommandSpec* FindCommand(std::string_view name);

// The flags of a command with those of all commands behind them.
std::vector<FlagSpec> FlagsOf(const CommandSpec& command);

// The values that the first argument may have; empty: any.
std::vector<std::string> ChoicesOf(const CommandSpec& command);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_SPEC_H_
