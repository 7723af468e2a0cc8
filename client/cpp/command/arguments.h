// From the words of a command line to what they ask for.
//
//     ASSIGN_OR_RETURN(Arguments args, ParseArguments({"search", "-n5", "x"}));
//     args.Count("limit", 10);  // 5
//
// Flags and other words may stand in any order; `--` ends the flags. A flag's
// value follows it as `--limit 5`, `--limit=5`, `-n 5` or `-n5`. Of a flag
// that is given twice the last counts, unless it may be repeated. Any thread.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_ARGUMENTS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_ARGUMENTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/command/spec.h"

namespace paperwire::command {

class Arguments {
 public:
  // Null only when help was asked for without a command.
  const CommandSpec* command = nullptr;
  // The words that are no flags.
  std::vector<std::string> words;
  // Flags given, by name; a switch has one empty value.
  std::map<std::string, std::vector<std::string>, std::less<>> flags;

  bool Has(std::string_view flag) const { return flags.contains(flag); }
  // The value of a flag, or `otherwise`.
  std::string Text(std::string_view flag,
                   std::string_view otherwise = "") const;
  int64_t Count(std::string_view flag, int64_t otherwise) const;
  absl::Duration Seconds(std::string_view flag, absl::Duration otherwise) const;
  // All values of a flag that may be repeated, split at commas.
  std::vector<std::string> List(std::string_view flag) const;
  // The words with blanks between.
  std::string JoinedWords() const;
};

// INVALID_ARGUMENT says what is wrong and what was probably meant. `words`
// are without the program's name. With --help, numbers of words are not
// checked.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words);

// "30", "1.5", "90s", "10m", "6h" or "2d"; more than nothing.
absl::StatusOr<absl::Duration> ParseSeconds(std::string_view text);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_ARGUMENTS_H_
