#include "client/cpp/command/actions.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

bool Takes(const Action& action, const std::string& flag) {
  return std::find(action.flags.begin(), action.flags.end(), flag) !=
         action.flags.end();
}

absl::Status CheckFlags(const std::vector<Action>& actions,
                        const Action& action, const Arguments& args) {
  for (const FlagSpec& flag : args.command->flags) {
    if (!args.Has(flag.name) || Takes(action, flag.name)) continue;
    std::string others;
    for (const Action& other : actions) {
      if (!Takes(other, flag.name)) continue;
      StrAppend(&others, others.empty() ? "" : " or ", other.name);
    }
    return absl::InvalidArgumentError(StrCat(
        "--", flag.name, " goes with ", others, ", not with ", action.name));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const Action*> ChooseAction(const std::vector<Action>& actions,
                                           const Arguments& args) {
  const std::string name =
      args.words.empty() ? actions.front().name : args.words[0];
  // The parser takes no other word.
  const Action& action =
      *std::find_if(actions.begin(), actions.end(),
                    [&](const Action& other) { return other.name == name; });
  if (absl::Status flags = CheckFlags(actions, action, args); !flags.ok()) {
    return flags;
  }
  const size_t words = WordsOf(args).size();
  const std::string usage =
      StrCat("paperwire ", args.command->name, " ", action.name,
             action.words.empty() ? "" : " ", action.words);
  if (words < action.min_words) {
    return absl::InvalidArgumentError(
        StrCat("which one? ", usage, "; ", action.where));
  }
  if (words > action.max_words) {
    return absl::InvalidArgumentError(StrCat("too many words, from \"",
                                             args.words[action.max_words + 1],
                                             "\" on: ", usage));
  }
  return &action;
}

std::vector<std::string> WordsOf(const Arguments& args) {
  if (args.words.empty()) return {};
  return {args.words.begin() + 1, args.words.end()};
}

std::vector<std::string> NamesOf(const std::vector<Action>& actions) {
  std::vector<std::string> names;
  for (const Action& action : actions) names.push_back(action.name);
  return names;
}

std::string ChoiceText(const std::vector<Action>& actions) {
  return StrCat("[", absl::StrJoin(NamesOf(actions), "|"), "]");
}

}  // namespace paperwire::command
