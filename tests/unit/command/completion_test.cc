#include "client/cpp/command/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "client/cpp/command/spec.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::command {
namespace {

using ::testing::HasSubstr;

// What a shell command writes, and how it ends.
std::pair<std::string, int> Shell(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), n);
  }
  return {text, pclose(pipe)};
}

bool Installed(const std::string& shell) {
  return Shell("command -v " + shell).second == 0;
}

class CompletionTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  // What bash offers for a line that is split into words, the last of which
  // is being typed.
  std::string Bash(const std::string& words) {
    const std::string script = Write(
        "try.bash", "source " + Write("paperwire.bash", BashCompletion()) +
                        "\nCOMP_WORDS=(" + words +
                        ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                        "_paperwire\necho \"${COMPREPLY[*]}\"\n");
    const auto [text, status] =
        Shell("cd " + folder_.path() + " && bash --norc " + script);
    EXPECT_EQ(status, 0) << text;
    return text.substr(0, text.find_last_not_of('\n') + 1);
  }

  TempFolder folder_;
};

TEST_F(CompletionTest, BashAcceptsTheScript) {
  const auto [text, status] =
      Shell("bash -n " + Write("paperwire.bash", BashCompletion()));
  EXPECT_EQ(status, 0) << text;
  EXPECT_EQ(text, "");
}

TEST_F(CompletionTest, BashOffersCommandsFlagsAndValues) {
  EXPECT_EQ(Bash("paperwire sea"), "search");
  EXPECT_EQ(
      Bash("paperwire ''"),
      "search suggest similar get list trending days vote pick signal watch "
      "subscribe subscriptions webhook digest backtest import harvest export "
      "status "
      "changes split delete help completion version");
  EXPECT_EQ(Bash("paperwire search --str"), "--strict");
  EXPECT_EQ(Bash("paperwire --json search --pag"), "--page-token");
  EXPECT_EQ(Bash("paperwire --server host:1 search --exp"), "--explain");
  EXPECT_EQ(Bash("paperwire search --sort v"), "votes");
  EXPECT_EQ(Bash("paperwire search --color = al"), "always");
  EXPECT_EQ(Bash("paperwire search --sort ="),
            "relevance date oldest votes stored");
  EXPECT_EQ(Bash("paperwire search --has code,mo"), "code,model");
  EXPECT_EQ(Bash("paperwire search -c cs.C"), "cs.CL cs.CV");
  EXPECT_EQ(Bash("paperwire list --by f"), "featured");
  EXPECT_EQ(Bash("paperwire trending --formula v"), "votes velocity");
  EXPECT_EQ(Bash("paperwire days -u w"), "week");
  EXPECT_EQ(Bash("paperwire vo"), "vote");
  EXPECT_EQ(Bash("paperwire vote --v"), "--voter");
  EXPECT_EQ(Bash("paperwire vote --voter ada --re"), "--revoke");
  EXPECT_EQ(Bash("paperwire vote 2503.1"), "");
  EXPECT_EQ(Bash("paperwire harvest h"), "hf-daily");
  EXPECT_EQ(Bash("paperwire harvest g"), "github-stars");
  EXPECT_EQ(Bash("paperwire pick --c"), "--curator --color");
  EXPECT_EQ(Bash("paperwire help comp"), "completion");
  EXPECT_EQ(Bash("paperwire subscribe --news v"), "versions");
  EXPECT_EQ(Bash("paperwire watch --from c"), "cursor");
  EXPECT_EQ(Bash("paperwire subscriptions p"), "pause");
  EXPECT_EQ(Bash("paperwire subscriptions --json re"), "resume");
  EXPECT_EQ(Bash("paperwire webhook re"), "remove retry");
  EXPECT_EQ(Bash("paperwire digest re"), "resume report");
  EXPECT_EQ(Bash("paperwire digest create --weekly t"), "tuesday thursday");
  // Behind the action stand ids, which nobody can guess.
  EXPECT_EQ(Bash("paperwire subscriptions show p"), "");
  EXPECT_EQ(Bash("paperwire subscriptions edit --que"), "--query");
  // A flag of another command, and words that nobody can guess.
  EXPECT_EQ(Bash("paperwire status --str"), "");
  EXPECT_EQ(Bash("paperwire search spar"), "");
  EXPECT_EQ(Bash("paperwire search --limit 1"), "");
}

TEST_F(CompletionTest, BashOffersFiles) {
  Write("papers.jsonl.gz", "");
  EXPECT_EQ(Bash("paperwire import papers"), "papers.jsonl.gz");
  EXPECT_EQ(Bash("paperwire import x --rejects papers"), "papers.jsonl.gz");
  EXPECT_EQ(Bash("paperwire watch x --cursor papers"), "papers.jsonl.gz");
}

TEST_F(CompletionTest, ZshAcceptsTheScript) {
  if (!Installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  const std::string script = Write("_paperwire", ZshCompletion());
  const auto [text, status] =
      Shell("zsh -f -c 'autoload -Uz compinit && compinit -u -d " +
            folder_.path() + "/dump && source " + script +
            " && whence -w _paperwire && print $_comps[paperwire]'");
  EXPECT_EQ(status, 0) << text;
  EXPECT_EQ(text, "_paperwire: function\n_paperwire\n");
}

TEST_F(CompletionTest, FishOffersCommandsFlagsAndValues) {
  if (!Installed("fish")) GTEST_SKIP() << "fish is not installed";
  const std::string script = Write("paperwire.fish", FishCompletion());
  const auto offers = [&](const std::string& line) {
    return Shell("HOME=" + folder_.path() + " fish --no-config -c 'source " +
                 script + "; complete -C \"" + line + "\"'")
        .first;
  };
  EXPECT_THAT(offers("paperwire sea"), HasSubstr("search\tFind papers"));
  EXPECT_THAT(offers("paperwire search --str"), HasSubstr("--strict"));
  EXPECT_THAT(offers("paperwire search --sort v"), HasSubstr("votes"));
  EXPECT_THAT(offers("paperwire harvest h"), HasSubstr("hf-daily"));
  EXPECT_THAT(offers("paperwire --server h:1 harvest h"),
              HasSubstr("hf-daily"));
  EXPECT_THAT(offers("paperwire help harv"), HasSubstr("harvest"));
  EXPECT_THAT(offers("paperwire subscriptions li"), HasSubstr("list"));
  EXPECT_EQ(offers("paperwire subscriptions show li"), "");
  // The word of an action is not the command of that name.
  EXPECT_EQ(offers("paperwire subscriptions list --featu"), "");
  EXPECT_EQ(offers("paperwire subscriptions list --da"), "");
}

TEST_F(CompletionTest, EveryScriptKnowsEveryFlag) {
  for (const std::string& script :
       {BashCompletion(), ZshCompletion(), FishCompletion()}) {
    for (const CommandSpec& command : Commands()) {
      EXPECT_THAT(script, HasSubstr(command.name));
      for (const FlagSpec& flag : command.flags) {
        EXPECT_THAT(script, HasSubstr(flag.name));
      }
    }
  }
}

}  // namespace
}  // namespace paperwire::command
