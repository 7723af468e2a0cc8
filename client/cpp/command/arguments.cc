#include "client/cpp/command/arguments.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cpp/command/suggest.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

absl::Status Wrong(const std::string& message) {
  return absl::InvalidArgumentError(message);
}

std::string DidYouMean(const std::string& guess) {
  return guess.empty() ? "" : StrCat("; did you mean ", guess, "?");
}

std::vector<std::string> CommandNames() {
  std::vector<std::string> names;
  for (const CommandSpec& command : Commands()) names.push_back(command.name);
  return names;
}

// One pass over the words, front to back.
class Parser {
 public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  absl::StatusOr<Arguments> Parse();

 private:
  absl::Status TakeCommand(const std::string& name);
  absl::Status TakeLong(std::string_view word);
  absl::Status TakeLetters(std::string_view word);
  absl::Status TakeValue(const FlagSpec& flag, const std::string& shown,
                         std::optional<std::string> attached);
  absl::Status CheckNumberOfWords() const;
  // What to type for the help of what is being parsed.
  std::string HelpFor() const {
    return result_.command == nullptr
               ? "paperwire --help"
               : StrCat("paperwire ", result_.command->name, " --help");
  }
  const std::vector<FlagSpec>& flags() const {
    return result_.command == nullptr ? GlobalFlags() : flags_;
  }

  const std::vector<std::string>& words_;
  size_t next_ = 0;
  std::vector<FlagSpec> flags_;
  Arguments result_;
};

absl::StatusOr<Arguments> Parser::Parse() {
  bool flags_over = false;
  while (next_ < words_.size()) {
    const std::string& word = words_[next_++];
    if (flags_over || word.size() < 2 || word[0] != '-') {
      if (result_.command == nullptr) {
        RETURN_IF_ERROR(TakeCommand(word));
      } else {
        result_.words.push_back(word);
      }
    } else if (word == "--") {
      flags_over = true;
    } else if (word[1] == '-') {
      RETURN_IF_ERROR(TakeLong(word));
    } else {
      RETURN_IF_ERROR(TakeLetters(word));
    }
  }
  if (result_.Has("help")) return result_;
  if (result_.command == nullptr) {
    return Wrong("no command given; paperwire --help lists them");
  }
  RETURN_IF_ERROR(CheckNumberOfWords());
  return result_;
}

absl::Status Parser::TakeCommand(const std::string& name) {
  result_.command = FindCommand(name);
  if (result_.command != nullptr) {
    flags_ = FlagsOf(*result_.command);
    return absl::OkStatus();
  }
  const std::string guess = Suggest(name, CommandNames());
  return Wrong(StrCat("there is no command \"", name, "\"",
                      guess.empty() ? "; paperwire --help lists them"
                                    : DidYouMean(StrCat("\"", guess, "\""))));
}

absl::Status Parser::TakeLong(std::string_view word) {
  const size_t equals = word.find('=');
  const std::string name(word.substr(2, equals - 2));
  if (name == "version" && result_.command == nullptr) {
    return TakeCommand("version");
  }
  for (const FlagSpec& flag : flags()) {
    if (flag.name != name) continue;
    std::optional<std::string> attached;
    if (equals != word.npos) attached = std::string(word.substr(equals + 1));
    return TakeValue(flag, StrCat("--", name), attached);
  }
  std::vector<std::string> names;
  for (const FlagSpec& flag : flags()) names.push_back(flag.name);
  const std::string guess = Suggest(name, names);
  return Wrong(StrCat("there is no flag --", name,
                      guess.empty() ? StrCat("; see ", HelpFor())
                                    : DidYouMean(StrCat("--", guess))));
}

absl::Status Parser::TakeLetters(std::string_view word) {
  for (size_t i = 1; i < word.size(); ++i) {
    const auto flag =
        std::find_if(flags().begin(), flags().end(),
                     [&](const FlagSpec& f) { return f.letter == word[i]; });
    if (flag == flags().end()) {
      if (result_.command != nullptr &&
          result_.command->argument_kind == ArgumentKind::kQuery) {
        return Wrong(StrCat(
            "there is no flag ", word,
            "; to leave out a word, put the query behind --, as in paperwire ",
            result_.command->name, " -- diffusion ", word));
      }
      return Wrong(
          StrCat("there is no flag -", word.substr(i, 1), "; see ", HelpFor()));
    }
    const std::string shown = StrCat("-", word.substr(i, 1));
    if (flag->kind == FlagKind::kSwitch) {
      RETURN_IF_ERROR(TakeValue(*flag, shown, std::nullopt));
      continue;
    }
    std::optional<std::string> attached;
    if (i + 1 < word.size()) attached = std::string(word.substr(i + 1));
    return TakeValue(*flag, shown, attached);
  }
  return absl::OkStatus();
}

absl::Status Parser::TakeValue(const FlagSpec& flag, const std::string& shown,
                               std::optional<std::string> attached) {
  if (flag.kind == FlagKind::kSwitch) {
    if (attached.has_value()) {
      return Wrong(
          StrCat(shown, " takes no value, but was given \"", *attached, "\""));
    }
    result_.flags[flag.name] = {""};
    return absl::OkStatus();
  }
  if (!attached.has_value()) {
    if (next_ == words_.size()) {
      return Wrong(StrCat(shown, " wants a value: ", shown, " ", flag.value));
    }
    attached = words_[next_++];
  }
  const std::string& value = *attached;
  int64_t number = 0;
  if (flag.kind == FlagKind::kCount &&
      (!absl::SimpleAtoi(value, &number) || number < 0)) {
    return Wrong(
        StrCat(shown, " wants a whole number, 0 or more, not \"", value, "\""));
  }
  if (flag.kind == FlagKind::kSeconds && !ParseSeconds(value).ok()) {
    return Wrong(StrCat(shown, " wants a length of time such as 30, 90s, 10m ",
                        "or 6h, not \"", value, "\""));
  }
  std::vector<std::string> values = {value};
  if (flag.many) values = absl::StrSplit(value, ',', absl::SkipWhitespace());
  for (const std::string& one : values) {
    if (flag.choices.empty() ||
        std::find(flag.choices.begin(), flag.choices.end(), one) !=
            flag.choices.end()) {
      continue;
    }
    const std::string guess = Suggest(one, flag.choices);
    return Wrong(StrCat(shown, " wants ", absl::StrJoin(flag.choices, ", "),
                        ", not \"", one, "\"", DidYouMean(guess)));
  }
  std::vector<std::string>& stored = result_.flags[flag.name];
  if (!flag.many) stored.clear();
  stored.insert(stored.end(), values.begin(), values.end());
  return absl::OkStatus();
}

absl::Status Parser::CheckNumberOfWords() const {
  const CommandSpec& command = *result_.command;
  if (result_.words.size() < command.min_arguments) {
    return Wrong(StrCat("too few words: paperwire ", command.name, " ",
                        command.arguments, "; see ", HelpFor()));
  }
  if (result_.words.size() > command.max_arguments) {
    return Wrong(StrCat(
        "too many words, from \"", result_.words[command.max_arguments],
        "\" on: paperwire ", command.name, command.arguments.empty() ? "" : " ",
        command.arguments, "; see ", HelpFor()));
  }
  const std::vector<std::string> choices = ChoicesOf(command);
  if (choices.empty() || result_.words.empty()) return absl::OkStatus();
  const std::string& first = result_.words[0];
  if (std::find(choices.begin(), choices.end(), first) == choices.end()) {
    return Wrong(StrCat("paperwire ", command.name, " wants one of ",
                        absl::StrJoin(choices, ", "), ", not \"", first, "\"",
                        DidYouMean(Suggest(first, choices))));
  }
  return absl::OkStatus();
}

}  // namespace

std::string Arguments::Text(std::string_view flag,
                            std::string_view otherwise) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::string(otherwise) : found->second.back();
}

int64_t Arguments::Count(std::string_view flag, int64_t otherwise) const {
  int64_t number = 0;
  return absl::SimpleAtoi(Text(flag), &number) ? number : otherwise;
}

absl::Duration Arguments::Seconds(std::string_view flag,
                                  absl::Duration otherwise) const {
  return ParseSeconds(Text(flag)).value_or(otherwise);
}

std::vector<std::string> Arguments::List(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::vector<std::string>() : found->second;
}

std::string Arguments::JoinedWords() const { return absl::StrJoin(words, " "); }

absl::StatusOr<Arguments> ParseArguments(
    const std::vector<std::string>& words) {
  return Parser(words).Parse();
}

absl::StatusOr<absl::Duration> ParseSeconds(std::string_view text) {
  absl::Duration unit = absl::Seconds(1);
  std::string_view number = text;
  if (ConsumeSuffix(&number, "s")) {
    unit = absl::Seconds(1);
  } else if (ConsumeSuffix(&number, "m")) {
    unit = absl::Minutes(1);
  } else if (ConsumeSuffix(&number, "h")) {
    unit = absl::Hours(1);
  } else if (ConsumeSuffix(&number, "d")) {
    unit = absl::Hours(24);
  }
  double value = 0;
  if (number.empty() ||
      number.find_first_not_of("0123456789.") != std::string_view::npos ||
      !absl::SimpleAtod(ToAbsl(number), &value) || value <= 0 || value > 1e9) {
    return absl::InvalidArgumentError(
        StrCat("\"", text, "\" is no length of time such as 30, 90s or 6h"));
  }
  return unit * value;
}

}  // namespace paperwire::command
