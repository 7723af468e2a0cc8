// Commands on subscriptions whose first word says what to do: paperwire
// subscriptions pause x.
//
//     ASSIGN_OR_RETURN(const Action* action, ChooseAction(actions, args));
//     return action->run(context, WordsOf(args));

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_ACTIONS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_ACTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/command/arguments.h"
#include "client/cpp/command/context.h"

namespace paperwire::command {

inline constexpr size_t kMostWords = 10'000;

struct Action {
  std::string name;
  std::string words = {};  // behind its name, for messages: "ID..."
  // Said when there are too few words: where to find them.
  std::string where = "paperwire subscriptions lists them";
  size_t min_words = 0;
  size_t max_words = 0;
  std::vector<std::string> flags = {};  // of the command's, those it takes
  int (*run)(Context& context, const std::vector<std::string>& words) = nullptr;
};

// The action that the first word names, the first one of all without a word.
// INVALID_ARGUMENT for words and flags that it has no use for.
absl::StatusOr<const Action*> ChooseAction(const std::vector<Action>& actions,
                                           const Arguments& args);

// The words behind the action's name.
std::vector<std::string> WordsOf(const Arguments& args);

// For the command's table: the names, and "[list|show|...]".
std::vector<std::string> NamesOf(const std::vector<Action>& actions);
std::string ChoiceText(const std::vector<Action>& actions);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_ACTIONS_H_
