// Votes and where they are seen, against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "tests/unit/command/json_lines.h"
#include "tests/unit/command/run_command.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class VoteCommandTest : public ::testing::Test {
 protected:
  VoteCommandTest() {
    server_.Add(MakePaper("one", "2501.00001"));
    server_.Add(MakePaper("two", "2501.00002"));
  }

  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  FakeServer server_;
};

TEST_F(VoteCommandTest, AsksWhatTheFlagsSay) {
  ASSERT_EQ(Command({"vote", "https://arxiv.org/abs/2501.00001v2"}).code, 0);
  EXPECT_EQ(server_.votes.at(0).name(), "papers/arxiv:2501.00001");
  EXPECT_EQ(server_.votes.at(0).voter(), "");  // whom the server takes
  EXPECT_FALSE(server_.votes.at(0).revoke());
  ASSERT_EQ(
      Command({"vote", "2501.00001", "2501.00002", "--voter", "ada"}).code, 0);
  EXPECT_EQ(server_.votes.at(1).voter(), "users/ada");
  EXPECT_EQ(server_.votes.at(2).name(), "papers/arxiv:2501.00002");
  EXPECT_EQ(server_.votes.at(2).voter(), "users/ada");
  ASSERT_EQ(
      Command({"vote", "--revoke", "--voter", "users/ada", "2501.00001"}).code,
      0);
  EXPECT_EQ(server_.votes.at(3).voter(), "users/ada");
  EXPECT_TRUE(server_.votes.at(3).revoke());
}

TEST_F(VoteCommandTest, SaysWhatBecameOfEachVote) {
  const auto said = [this](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"vote", "2501.00001"});
    const Outcome outcome = Command(flags);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_EQ(said({}), "voted for papers/arxiv:2501.00001: 1 vote cast here\n");
  EXPECT_EQ(
      said({}),
      "had voted already for papers/arxiv:2501.00001: 1 vote cast here\n");
  EXPECT_EQ(said({"--voter", "ada"}),
            "voted for papers/arxiv:2501.00001: 2 votes cast here\n");
  EXPECT_EQ(
      said({"--voter", "ada", "--revoke"}),
      "took back the vote for papers/arxiv:2501.00001: 1 vote cast here\n");
  EXPECT_EQ(said({"--voter", "ada", "--revoke"}),
            "there was no vote to take back for papers/arxiv:2501.00001: 1 "
            "vote cast here\n");
  EXPECT_EQ(
      said({"--revoke"}),
      "took back the vote for papers/arxiv:2501.00001: no votes cast here\n");
  for (int i = 1; i <= 1234; ++i) {
    server_.voters["papers/2501.00001"].insert("u" + std::to_string(i));
  }
  EXPECT_THAT(said({}), EndsWith(": 1,235 votes cast here\n"));
}

TEST_F(VoteCommandTest, IsAnObjectForEachPaperForPrograms) {
  ASSERT_EQ(Command({"vote", "2501.00002"}).code, 0);
  const Outcome outcome =
      Command({"vote", "2501.00001", "2501.00002", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(JsonLines(outcome.out),
              ElementsAre(nlohmann::json({{"name", "papers/2501.00001"},
                                          {"cast_vote_count", "1"},
                                          {"changed", true},
                                          {"sequence", "2"}}),
                          nlohmann::json({{"name", "papers/2501.00002"},
                                          {"cast_vote_count", "1"},
                                          {"changed", false},
                                          {"sequence", "0"}})));
}

TEST_F(VoteCommandTest, ReportsWhatCannotBeVotedForAndGoesOn) {
  server_.papers[1].set_state(v1::Paper::STATE_WITHDRAWN);
  const Outcome outcome =
      Command({"vote", "2501.99999", "2501.00002", "2501.00001"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("no paper \"papers/arxiv:2501.99999\""),
                    HasSubstr("papers/arxiv:2501.00002 is withdrawn"),
                    EndsWith("voted for papers/arxiv:2501.00001: 1 vote cast "
                             "here\n")));
  EXPECT_TRUE(server_.voters["papers/2501.00002"].empty());
}

// What is no matter of one paper would be said as often as there are papers.
TEST_F(VoteCommandTest, EndsWhenTheServerIsAway) {
  server_.Stop();
  const Outcome outcome =
      Command({"vote", "2501.00001", "2501.00002", "--timeout", "5"});
  EXPECT_EQ(outcome.code, 1);
  const size_t first = outcome.err.find("cannot reach the server");
  ASSERT_NE(first, outcome.err.npos);
  EXPECT_EQ(outcome.err.find("cannot reach the server", first + 1),
            outcome.err.npos);
}

TEST_F(VoteCommandTest, SaysWhatIsWrongAndWhatToDo) {
  for (const std::string voter :
       {"", "Ada", "users/", "users/a/b", "ada lovelace", "a/b", "users/\x1b",
        "users/users/ada"}) {
    const Outcome outcome = Command({"vote", "2501.00001", "--voter", voter});
    EXPECT_EQ(outcome.code, 2) << voter;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("--voter: \""),
                                   HasSubstr("names no user; write an id"),
                                   Not(HasSubstr("\x1b"))));
  }
  EXPECT_EQ(
      Command({"vote", "2501.00001", "--voter", std::string(64, 'a')}).code, 2);
  EXPECT_EQ(Command({"vote"}).code, 2);
  // Nobody is voted for when one of the words is no paper.
  EXPECT_EQ(Command({"vote", "2501.00001", "arxiv:zz"}).code, 2);
  EXPECT_TRUE(server_.votes.empty());
  EXPECT_EQ(
      Command({"vote", "2501.00001", "--voter", std::string(63, 'a')}).code, 0);
}

TEST_F(VoteCommandTest, TablesShowAllVotesTogether) {
  server_.papers[0].set_vote_count(35);
  ASSERT_EQ(Command({"vote", "2501.00001", "2501.00002"}).code, 0);
  server_.Add(MakePaper("three", "2501.00003"));
  server_.Add(MakePaper("four", "2501.00004"));
  server_.papers[3].set_vote_count(0);
  for (const std::string command : {"list", "search"}) {
    const Outcome outcome = Command({command});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    std::map<std::string, std::string> votes;  // by title
    for (const std::string& line : std::vector<std::string>(
             absl::StrSplit(outcome.out, '\n', absl::SkipEmpty()))) {
      const std::vector<std::string> cells = absl::StrSplit(line, '\t');
      ASSERT_GT(cells.size(), 4u) << line;
      votes[cells[1]] = cells[4];
    }
    EXPECT_EQ(votes,
              (std::map<std::string, std::string>{
                  {"one", "36"}, {"two", "1"}, {"three", ""}, {"four", "0"}}))
        << command;
  }
  EXPECT_THAT(server_.searches.at(0).read_mask().paths(),
              Contains("cast_vote_count"));
  // Programs get them apart.
  const nlohmann::json paper =
      JsonLines(Command({"get", "2501.00001", "--json"}).out).at(0);
  EXPECT_EQ(paper["vote_count"], "35");
  EXPECT_EQ(paper["cast_vote_count"], "1");
}

TEST_F(VoteCommandTest, ThePageOfAPaperSaysHowManyWereCastHere) {
  server_.papers[0].set_vote_count(1234);
  EXPECT_THAT(Command({"get", "2501.00001"}).out,
              AllOf(HasSubstr("1,234 votes\n"), Not(HasSubstr("cast here"))));
  ASSERT_EQ(Command({"vote", "2501.00001", "2501.00002"}).code, 0);
  EXPECT_THAT(Command({"get", "2501.00001"}).out,
              HasSubstr("1,235 votes (1 cast here)"));
  EXPECT_THAT(Command({"get", "2501.00002"}).out,
              HasSubstr("1 vote (1 cast here)"));
}

TEST_F(VoteCommandTest, ChangesNamesThem) {
  v1::PaperChange& change = server_.changes.emplace_back();
  change.set_sequence(7);
  change.set_kind(v1::PaperChange::KIND_VOTED);
  EXPECT_THAT(Command({"changes", "2501.00001"}).out, StartsWith("7\tvoted\t"));
}

}  // namespace
}  // namespace paperwire::command
