// Picks and signals, against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "tests/unit/command/json_lines.h"
#include "tests/unit/command/run_command.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ReportCommandsTest : public ::testing::Test {
 protected:
  ReportCommandsTest() {
    server_.Add(MakePaper("one", "2501.00001"));
    server_.Add(MakePaper("two", "2501.00002"));
  }

  Outcome Command(const std::vector<std::string>& words) {
    return RunCommand(words, {.server = &server_});
  }

  // The only item of the last import.
  const v1::Paper& Said() { return server_.imports.back().items(0).paper(); }

  FakeServer server_;
};

TEST_F(ReportCommandsTest, APickSaysTheDayAndNothingElse) {
  const Outcome outcome = Command({"pick", "https://arxiv.org/abs/2501.00001v2",
                                   "--day", "2026-11-26", "--curator", "Ada"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "papers/2501.00001 stands on the list of picks of 2026-11-26\n");
  ASSERT_THAT(server_.imports, SizeIs(1));
  ASSERT_EQ(server_.imports[0].items_size(), 1);
  v1::Paper said = Said();
  ASSERT_EQ(said.external_ids_size(), 1);
  EXPECT_EQ(said.external_ids(0).value(), "2501.00001");
  ASSERT_EQ(said.sources_size(), 1);
  EXPECT_EQ(said.sources(0), "picks");
  ASSERT_EQ(said.features_size(), 1);
  EXPECT_EQ(said.features(0).day(), "2026-11-26");
  EXPECT_EQ(said.features(0).source(), "picks");
  EXPECT_EQ(said.features(0).curator(), "Ada");
  EXPECT_FALSE(said.features(0).has_vote_count()) << "a pick is no vote";
  said.clear_external_ids();
  said.clear_sources();
  said.clear_features();
  EXPECT_EQ(said.ByteSizeLong(), 0u);

  EXPECT_EQ(Command({"pick", "papers/2501.00001", "--day", "2026-11-26",
                     "--curator", "Ada"})
                .err,
            "papers/2501.00001 stood on the list of picks of 2026-11-26 "
            "already\n");
  ASSERT_EQ(Command({"pick", "2501.00001", "--source", "club"}).code, 0);
  EXPECT_EQ(Said().features(0).day(),
            absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone()));
  EXPECT_EQ(Said().features(0).source(), "club");
  EXPECT_EQ(Said().sources(0), "club");
}

TEST_F(ReportCommandsTest, ASignalIsACountAtATime) {
  Outcome outcome = Command({"signal", "2501.00002", "github-stars", "120",
                             "--time", "2026-07-10T14:00:00Z"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err,
            "papers/2501.00002 has 120 github-stars, counted "
            "2026-07-10T14:00:00Z\n");
  EXPECT_EQ(Said().sources(0), "signals");
  ASSERT_EQ(Said().signals_size(), 1);
  EXPECT_EQ(Said().signals(0).kind(), "github-stars");
  EXPECT_EQ(Said().signals(0).value(), 120);
  // An older one changes nothing, and what stands is said.
  outcome = Command({"signal", "2501.00002", "github-stars", "7", "--time",
                     "2026-07-09", "--source", "me"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err,
            "nothing new: papers/2501.00002 has 120 github-stars, counted "
            "2026-07-10T14:00:00Z, already\n");
  EXPECT_EQ(Said().sources(0), "me");
  // Without a time it is counted now.
  const int64_t before = absl::ToUnixSeconds(absl::Now());
  ASSERT_EQ(Command({"signal", "2501.00002", "downloads", "0.5"}).code, 0);
  EXPECT_GE(Said().signals(0).observed_time().seconds(), before);
  EXPECT_LE(Said().signals(0).observed_time().seconds(), before + 60);
  EXPECT_EQ(Said().signals(0).value(), 0.5);
}

TEST_F(ReportCommandsTest, AnObjectForPrograms) {
  const Outcome outcome =
      Command({"signal", "2501.00001", "citations", "3", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  const auto lines = JsonLines(outcome.out);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["outcome"], "OUTCOME_UPDATED");
  EXPECT_EQ(lines[0]["name"], "papers/2501.00001");
}

TEST_F(ReportCommandsTest, SaysWhyAPaperCannotBeToldOf) {
  server_.papers[1].set_state(v1::Paper::STATE_WITHDRAWN);
  v1::Paper nameless = MakePaper("three", "2501.00003");
  nameless.clear_external_ids();
  server_.Add(nameless);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"2501.99999", "no paper \"papers/arxiv:2501.99999\""},
      {"2501.00002", "papers/2501.00002 is withdrawn"},
      {"papers/2501.00003", "papers/2501.00003 has no external id"}};
  for (const auto& [paper, reason] : cases) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"pick", paper, "--day", "2026-11-26"},
          std::vector<std::string>{"signal", paper, "citations", "1"}}) {
      const Outcome outcome = Command(words);
      EXPECT_EQ(outcome.code, 1) << paper;
      EXPECT_THAT(outcome.err, HasSubstr(reason));
    }
  }
  EXPECT_TRUE(server_.imports.empty());
}

// After a merge was undone, an id can belong to the other paper.
TEST_F(ReportCommandsTest, PassesOverAnIdThatLeadsElsewhere) {
  v1::ExternalId* id = server_.papers[1].add_external_ids();
  id->set_scheme("test");
  id->set_value("own");
  server_.papers[1].mutable_external_ids(0)->set_value("2501.00001");
  ASSERT_EQ(Command({"signal", "papers/2501.00002", "citations", "1"}).code, 0);
  EXPECT_EQ(Said().external_ids(0).value(), "own");
  EXPECT_EQ(server_.papers[0].signals_size(), 0);
}

TEST_F(ReportCommandsTest, SaysWhatTheServerRejects) {
  const Outcome outcome = Command({"signal", "2501.00001", "bad", "1"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("signals[0].kind"));
}

TEST_F(ReportCommandsTest, SaysWhatIsWrongAndWhatToDo) {
  for (const std::string value : {"", "many", "nan", "inf", "1e999", "1,000"}) {
    const Outcome outcome =
        Command({"signal", "2501.00001", "citations", value});
    EXPECT_EQ(outcome.code, 2) << value;
    EXPECT_THAT(outcome.err, HasSubstr("is no number"));
  }
  for (const std::string day : {"2026", "2026-07", "2h", "2026-02-30", ""}) {
    const Outcome outcome = Command({"pick", "2501.00001", "--day", day});
    EXPECT_EQ(outcome.code, 2) << day;
    EXPECT_THAT(outcome.err, HasSubstr("--day wants one day"));
  }
  EXPECT_THAT(
      Command({"signal", "2501.00001", "citations", "1", "--time", "soon"}).err,
      AllOf(HasSubstr("--time: \"soon\""), Not(HasSubstr("--day"))));
  EXPECT_EQ(Command({"pick", "arxiv:zz"}).code, 2);
  EXPECT_EQ(Command({"pick", "2501.00001", "--source", ""}).code, 2);
  EXPECT_EQ(
      Command({"signal", "2501.00001", "citations", "1", "--source", ""}).code,
      2);
  EXPECT_EQ(Command({"pick"}).code, 2);
  EXPECT_EQ(Command({"pick", "2501.00001", "2501.00002"}).code, 2);
  EXPECT_EQ(Command({"signal", "2501.00001", "citations"}).code, 2);
  EXPECT_TRUE(server_.imports.empty());
}

}  // namespace
}  // namespace paperwire::command
