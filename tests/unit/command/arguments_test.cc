#include "client/cpp/command/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_split.h"
#include "client/cpp/command/suggest.h"
#include "client/cpp/command/text_layout.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

Arguments Parse(const std::vector<std::string>& words) {
  absl::StatusOr<Arguments> args = ParseArguments(words);
  EXPECT_OK(args);
  return args.value_or(Arguments());
}

TEST(ArgumentsTest, TakesFlagsInEverySpellingAndOrder) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{
           {"search", "-n", "5", "deep", "learning", "--strict"},
           {"search", "-n5", "--strict", "deep", "learning"},
           {"search", "deep", "--limit=5", "--strict", "learning"},
           {"search", "deep", "learning", "--strict", "--limit", "5"}}) {
    const Arguments args = Parse(words);
    EXPECT_EQ(args.command->name, "search");
    EXPECT_EQ(args.Count("limit", 10), 5);
    EXPECT_TRUE(args.Has("strict"));
    EXPECT_FALSE(args.Has("explain"));
    EXPECT_EQ(args.JoinedWords(), "deep learning");
  }
}

TEST(ArgumentsTest, GlobalFlagsMayStandBeforeTheCommand) {
  const Arguments args = Parse({"--server", "host:1", "status", "--json"});
  EXPECT_EQ(args.command->name, "status");
  EXPECT_EQ(args.Text("server"), "host:1");
  EXPECT_TRUE(args.Has("json"));
}

TEST(ArgumentsTest, LettersMayStandTogether) {
  const Arguments args = Parse({"search", "-an5", "x"});
  EXPECT_TRUE(args.Has("abstract"));
  EXPECT_EQ(args.Count("limit", 10), 5);
}

TEST(ArgumentsTest, TwoDashesEndTheFlags) {
  const Arguments args = Parse({"search", "--strict", "--", "a", "-b", "--c"});
  EXPECT_THAT(args.words, ElementsAre("a", "-b", "--c"));
}

TEST(ArgumentsTest, RepeatedFlagsGatherOthersReplace) {
  const Arguments args = Parse({"search", "-c", "cs.CL,cs.LG", "-c", "stat.ML",
                                "-n", "1", "-n", "2", "x"});
  EXPECT_THAT(args.List("category"), ElementsAre("cs.CL", "cs.LG", "stat.ML"));
  EXPECT_EQ(args.Count("limit", 10), 2);
}

TEST(ArgumentsTest, ALoneDashIsAWord) {
  EXPECT_THAT(Parse({"import", "-"}).words, ElementsAre("-"));
}

TEST(ArgumentsTest, SaysWhatIsWrongAndWhatWasMeant) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "no command given"},
      {{"serach"}, "did you mean \"search\"?"},
      {{"zzz"}, "paperwire --help lists them"},
      {{"search", "--limt", "3"}, "did you mean --limit?"},
      {{"search", "--cat", "x"}, "did you mean --category?"},
      {{"search", "--frobnicate"}, "paperwire search --help"},
      {{"search", "-z"}, "put the query behind --"},
      {{"status", "-z"}, "no flag -z"},
      {{"search", "--limit"}, "--limit N"},
      {{"search", "--limit", "many"}, "whole number"},
      {{"search", "--limit", "-3"}, "whole number"},
      {{"search", "--limit", "99999999999999999999"}, "whole number"},
      {{"search", "--strict=yes"}, "takes no value"},
      {{"search", "--sort", "vote"}, "did you mean votes?"},
      {{"search", "--has", "code,modle"}, "did you mean model?"},
      {{"search", "--timeout", "0"}, "length of time"},
      {{"search", "--color", "red"}, "auto, always, never"},
      {{"get"}, "too few words: paperwire get PAPER..."},
      {{"status", "x"}, "too many words, from \"x\" on"},
      {{"completion", "zhs"}, "did you mean zsh?"},
      {{"help", "serach"}, "did you mean search?"},
  };
  for (const auto& [words, part] : cases) {
    EXPECT_THAT(ParseArguments(words), IsError(kInvalid, part));
  }
}

TEST(ArgumentsTest, UnderstandsLengthsOfTime) {
  EXPECT_EQ(*ParseSeconds("30"), absl::Seconds(30));
  EXPECT_EQ(*ParseSeconds("1.5"), absl::Milliseconds(1500));
  EXPECT_EQ(*ParseSeconds("90s"), absl::Seconds(90));
  EXPECT_EQ(*ParseSeconds("10m"), absl::Minutes(10));
  EXPECT_EQ(*ParseSeconds("6h"), absl::Hours(6));
  EXPECT_EQ(*ParseSeconds("2d"), absl::Hours(48));
  for (const char* bad : {"", "s", "-1", "0", "inf", "nan", "1e5", "6 h"}) {
    EXPECT_FALSE(ParseSeconds(bad).ok()) << bad;
  }
}

TEST(SuggestTest, CountsSlips) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("abc", ""), 3);
  EXPECT_EQ(EditDistance("serach", "search"), 1);  // a swap
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("search", "search"), 0);
}

TEST(SuggestTest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(Suggest("export", {"import", "export"}), "export");
  EXPECT_EQ(Suggest("qqqq", {"import", "export"}), "");
  EXPECT_EQ(Suggest("x", {"import", "export"}), "");
}

// The tables themselves: what the help and the completions rely on.
TEST(SpecTest, TheTablesAreSound) {
  for (const CommandSpec& command : Commands()) {
    SCOPED_TRACE(command.name);
    EXPECT_NE(command.run, nullptr);
    EXPECT_FALSE(command.summary.empty());
    EXPECT_GE(command.examples.size(), 2u);
    std::set<std::string> names;
    std::set<char> letters;
    for (const FlagSpec& flag : FlagsOf(command)) {
      SCOPED_TRACE(flag.name);
      EXPECT_TRUE(names.insert(flag.name).second);
      if (flag.letter != 0) {
        EXPECT_TRUE(letters.insert(flag.letter).second);
      }
      EXPECT_EQ(flag.kind == FlagKind::kSwitch, flag.value.empty());
      EXPECT_FALSE(flag.help.empty());
      EXPECT_FALSE(flag.help.ends_with("."));
    }
  }
}

// Splits a line at blanks outside of quotes, as a shell would.
std::vector<std::string> ShellWords(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (char c : line + " ") {
    if (quote != 0 ? c == quote : (c == '\'' || c == '"')) {
      quote = quote != 0 ? 0 : c;
    } else if (c == ' ' && quote == 0) {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      word.push_back(c);
    }
  }
  return words;
}

TEST(SpecTest, EveryExampleOfTheHelpParses) {
  for (const CommandSpec& command : Commands()) {
    bool shows_itself = false;
    for (const Example& example : command.examples) {
      SCOPED_TRACE(example.command);
      std::vector<std::string> words;
      bool inside = false;
      for (const std::string& word : ShellWords(example.command)) {
        if (inside && (word == "|" || word == ">")) break;
        if (inside) words.push_back(word);
        if (word == "paperwire" || word == "<(paperwire") inside = true;
      }
      if (!words.empty() && words.back().ends_with(")")) {
        words.back().pop_back();
      }
      const absl::StatusOr<Arguments> args = ParseArguments(words);
      EXPECT_OK(args);
      shows_itself =
          shows_itself || (args.ok() && args->command->name == command.name);
    }
    EXPECT_TRUE(shows_itself) << command.name;
  }
}

TEST(HelpTest, ShowsCommandsFlagsAndExamples) {
  const Outcome overview = RunCommand({"--help"});
  EXPECT_EQ(overview.code, 0);
  for (const CommandSpec& command : Commands()) {
    EXPECT_THAT(overview.out, HasSubstr("  " + command.name));
    const Outcome help = RunCommand({command.name, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_EQ(help.out, RunCommand({"help", command.name}).out);
    for (const FlagSpec& flag : FlagsOf(command)) {
      EXPECT_THAT(help.out, HasSubstr("--" + flag.name));
    }
    for (const Example& example : command.examples) {
      EXPECT_THAT(help.out, HasSubstr("\n  " + example.command + "\n"));
    }
  }
}

TEST(HelpTest, FitsTheTerminal) {
  for (const CommandSpec& command : Commands()) {
    const std::string help =
        RunCommand({command.name, "-h", "--color=never"}, {.columns = 60}).out;
    // Commands stay whole, to be copied.
    std::set<std::string> whole;
    for (const Example& example : command.examples) {
      whole.insert("  " + example.command);
      whole.insert("  # " + example.what);
    }
    for (const std::string& line :
         std::vector<std::string>(absl::StrSplit(help, '\n'))) {
      if (!whole.contains(line)) {
        EXPECT_LE(Width(line), 60) << line;
      }
    }
  }
}

TEST(RunTest, AWrongCommandLineIsExitCode2) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"serach"},
                                             {"search", "--limt"},
                                             {"list", "--day", "2026-02-30"},
                                             {"list", "--day", "2026"},
                                             {"search", "--since", "soon"},
                                             {"get", ""},
                                             {"import", "x", "--batch", "0"},
                                             {"import", "-", "-"},
                                             {"split", "2410.01131", "x"}}) {
    const Outcome outcome = RunCommand(words);
    EXPECT_EQ(outcome.code, 2) << ::testing::PrintToString(words);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err, "");
  }
}

TEST(RunTest, ColourFollowsFlagTerminalAndEnvironment) {
  const auto colours = [](const std::vector<std::string>& words,
                          const Setting& setting) {
    return RunCommand(words, setting).out.find('\x1b') != std::string::npos;
  };
  EXPECT_FALSE(colours({"help"}, {}));
  EXPECT_TRUE(colours({"help"}, {.columns = 80}));
  EXPECT_TRUE(colours({"help", "--color", "always"}, {}));
  EXPECT_FALSE(colours({"help", "--color=never"}, {.columns = 80}));
  EXPECT_FALSE(
      colours({"help"}, {.columns = 80, .environment = {{"NO_COLOR", "1"}}}));
  EXPECT_FALSE(
      colours({"help"}, {.columns = 80, .environment = {{"TERM", "dumb"}}}));
}

}  // namespace
}  // namespace paperwire::command
