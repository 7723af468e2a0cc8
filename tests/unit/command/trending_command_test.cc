// Boards and the days on which papers were featured, against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "client/cpp/command/times.h"
#include "tests/unit/command/json_lines.h"
#include "tests/unit/command/run_command.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class TrendingCommandTest : public ::testing::Test {
 protected:
  TrendingCommandTest() {
    server_.board.set_window(v1::TRENDING_WINDOW_WEEK);
    server_.board.set_formula(v1::TRENDING_FORMULA_VOTES);
    server_.board.set_formula_text("votes");
    server_.board.mutable_start_time()->set_seconds(1'783'123'199);
    server_.board.mutable_as_of_time()->set_seconds(1'783'727'999);
  }

  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  v1::TrendingPaper* Add(const std::string& title, double score) {
    v1::TrendingPaper* entry = server_.board.add_papers();
    const int rank = server_.board.papers_size();
    entry->set_rank(rank);
    entry->set_score(score);
    *entry->mutable_paper() = MakePaper(title, "2501." + std::to_string(rank));
    entry->mutable_inputs()->set_vote_count(static_cast<int64_t>(score));
    server_.board.set_total_size(rank);
    return entry;
  }

  // How the moment of --as-of was sent.
  std::string Moment(const std::string& as_of) {
    server_.boards.clear();
    EXPECT_EQ(Command({"trending", "--as-of", as_of}).code, 0);
    return absl::FormatTime("%Y-%m-%d %H:%M:%S",
                            FromProto(server_.boards.at(0).as_of_time()),
                            absl::UTCTimeZone());
  }

  // The score as the table has it.
  std::string Score(v1::TrendingFormula formula, double score) {
    server_.board.clear_papers();
    server_.board.set_formula(formula);
    Add("x", score);
    const std::vector<std::string> cells =
        absl::StrSplit(Command({"trending"}).out, '\t');
    return cells.size() > 2 ? cells[2] : "";
  }

  FakeServer server_;
};

TEST_F(TrendingCommandTest, AsksWhatTheFlagsSay) {
  ASSERT_EQ(Command({"trending"}).code, 0);
  const v1::ListTrendingRequest plain = server_.boards.at(0);
  EXPECT_EQ(plain.query().text(), "");
  EXPECT_EQ(plain.window(), v1::TRENDING_WINDOW_WEEK);
  EXPECT_EQ(plain.formula(), v1::TRENDING_FORMULA_VOTES);
  EXPECT_EQ(plain.page_size(), 20);
  EXPECT_FALSE(plain.has_half_life());
  EXPECT_FALSE(plain.has_as_of_time());
  EXPECT_THAT(plain.read_mask().paths(), Not(IsEmpty()));

  const Outcome outcome =
      Command({"trending", "world", "model", "-c", "cs.CL", "--since", "2025",
               "--window", "all", "--formula", "velocity", "--half-life", "12h",
               "--as-of", "2026-07-10T14:00:00Z", "--limit", "7", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const v1::ListTrendingRequest& request = server_.boards.at(1);
  EXPECT_EQ(request.query().text(), "world model");
  EXPECT_EQ(request.query().categories(0), "cs.CL");
  EXPECT_EQ(request.query().published().start_time().seconds(), 1735689600);
  EXPECT_EQ(request.window(), v1::TRENDING_WINDOW_ALL);
  EXPECT_EQ(request.formula(), v1::TRENDING_FORMULA_VELOCITY);
  EXPECT_EQ(request.half_life().seconds(), 12 * 60 * 60);
  EXPECT_EQ(request.as_of_time().seconds(), 1'783'692'000);
  EXPECT_EQ(request.page_size(), 7);
  EXPECT_FALSE(request.has_read_mask());  // programs get everything
}

TEST_F(TrendingCommandTest, EveryWindowAndFormulaHasItsName) {
  for (const auto& [name, window] : std::map<std::string, v1::TrendingWindow>{
           {"day", v1::TRENDING_WINDOW_DAY},
           {"week", v1::TRENDING_WINDOW_WEEK},
           {"month", v1::TRENDING_WINDOW_MONTH},
           {"all", v1::TRENDING_WINDOW_ALL}}) {
    EXPECT_EQ(Command({"trending", "-w", name}).code, 0);
    EXPECT_EQ(server_.boards.back().window(), window);
  }
  for (const auto& [name, formula] : std::map<std::string, v1::TrendingFormula>{
           {"votes", v1::TRENDING_FORMULA_VOTES},
           {"hacker-news", v1::TRENDING_FORMULA_HACKER_NEWS},
           {"reddit-hot", v1::TRENDING_FORMULA_REDDIT_HOT},
           {"velocity", v1::TRENDING_FORMULA_VELOCITY},
           {"wilson", v1::TRENDING_FORMULA_WILSON}}) {
    EXPECT_EQ(Command({"trending", "-f", name}).code, 0);
    EXPECT_EQ(server_.boards.back().formula(), formula);
  }
}

TEST_F(TrendingCommandTest, ADayWithoutATimeMeansItsEnd) {
  EXPECT_EQ(Moment("2026-07-10"), "2026-07-10 23:59:59");
  EXPECT_EQ(Moment("2026-02"), "2026-02-28 23:59:59");
  EXPECT_EQ(Moment("2026-07-10T14:00:00+02:00"), "2026-07-10 12:00:00");
  EXPECT_THAT(Moment("yesterday"), EndsWith(" 23:59:59"));
  Moment("12h");
  const absl::Duration ago =
      absl::Now() - FromProto(server_.boards.at(0).as_of_time());
  EXPECT_GE(ago, absl::Hours(12));
  EXPECT_LT(ago, absl::Hours(12) + absl::Minutes(1));
}

TEST_F(TrendingCommandTest, SaysWhatIsWrongAndWhatToDo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--formula", "hackernews"}, "did you mean hacker-news?"},
      {{"--window", "year"}, "day, week, month, all"},
      {{"--half-life", "12h"}, "formula votes; say --formula velocity"},
      {{"-f", "velocity", "--half-life", "soon"}, "write 90m, 12h, 30d or 8w"},
      {{"--as-of", "2026-02-30"}, "--as-of: \"2026-02-30\" is no day or time"},
      {{"--limit", "-1"}, "whole number"},
  };
  for (const auto& [flags, part] : cases) {
    std::vector<std::string> words = {"trending"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Outcome outcome = Command(words);
    EXPECT_EQ(outcome.code, 2) << part;
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
  EXPECT_TRUE(server_.boards.empty());
}

TEST_F(TrendingCommandTest, ShowsTheBoardAndHowItCameAbout) {
  Add("Evil \x1b]0;x\x07 Title", 41)->set_previous_rank(4);
  Add("Fallen", 30)->set_previous_rank(1);
  Add("Steady", 20)->set_previous_rank(3);
  Add("Fresh", 7)->set_newcomer(true);
  Add("Woken", 6);
  server_.board.mutable_papers(1)->mutable_paper()->add_categories("cs.CL");
  server_.board.set_total_size(1234);

  const Outcome piped = Command({"trending"});
  EXPECT_EQ(piped.out,
            "1\t+3\t41\t41\tEvil \\x1b]0;x\\x07 Title\tAda Lovelace\t\t"
            "2025-07-10\t2501.1\n"
            "2\t-1\t30\t30\tFallen\tAda Lovelace\tcs.CL\t2025-07-10\t2501.2\n"
            "3\t=\t20\t20\tSteady\tAda Lovelace\t\t2025-07-10\t2501.3\n"
            "4\tnew\t7\t7\tFresh\tAda Lovelace\t\t2025-07-10\t2501.4\n"
            "5\tback\t6\t6\tWoken\tAda Lovelace\t\t2025-07-10\t2501.5\n");
  EXPECT_EQ(piped.err,
            "score: votes; votes after 2026-07-03T23:59:59Z, up to "
            "2026-07-10T23:59:59Z; 1,234 papers on the board; more: "
            "--limit N\n");

  const Outcome seen = Command({"trending", "--color", "never"}, 120);
  EXPECT_THAT(seen.out, AllOf(StartsWith("#  CHANGE  SCORE  VOTES  TITLE"),
                              HasSubstr("\n1      +3     41     41  Evil"),
                              HasSubstr("\n4     new      7      7  Fresh"),
                              HasSubstr("\n\nscore: votes; votes after "),
                              EndsWith("more: --limit N\n")));
  EXPECT_EQ(seen.err, "");

  server_.board.set_total_size(5);
  server_.board.clear_start_time();
  EXPECT_EQ(Command({"trending", "--window", "all"}).err,
            "score: votes; votes up to 2026-07-10T23:59:59Z; 5 papers on the "
            "board\n");
}

TEST_F(TrendingCommandTest, ScoresHaveTheDigitsThatTell) {
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_VOTES, 123456), "123456");
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_HACKER_NEWS, 0.0123456), "0.01235");
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_HACKER_NEWS, 3.2e-6), "3.200e-06");
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_HACKER_NEWS, 0), "0.000");
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_REDDIT_HOT, 14432.12345), "14432.1234");
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_VELOCITY, 12.5), "12.50");
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_VELOCITY, 12345.6), "12346");
  EXPECT_EQ(Score(v1::TRENDING_FORMULA_WILSON, 0.5), "0.5000");
}

TEST_F(TrendingCommandTest, SaysWhenTheBoardIsEmpty) {
  const Outcome outcome = Command({"trending"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, EndsWith("no papers on the board; for all votes "
                                    "there are: --window all\n"));
  server_.board.set_window(v1::TRENDING_WINDOW_ALL);
  EXPECT_THAT(Command({"trending"}).err, EndsWith("no papers on the board\n"));
}

TEST_F(TrendingCommandTest, FollowsThePagesUpToTheLimit) {
  for (int i = 1; i <= 2500; ++i) Add("x" + std::to_string(i), 1);
  const Outcome outcome = Command({"trending", "-n", "1200"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("\n1200\t"), EndsWith("1200\n")));
  ASSERT_EQ(server_.boards.size(), 2u);
  EXPECT_EQ(server_.boards[0].page_size(), 1000);
  EXPECT_EQ(server_.boards[1].page_size(), 200);
  EXPECT_EQ(server_.boards[1].page_token(), "1000");
  const std::vector<nlohmann::json> lines =
      JsonLines(Command({"trending", "-n", "5000", "--json"}).out);
  ASSERT_EQ(lines.size(), 2501u);
  EXPECT_EQ(lines[2499]["trending"]["rank"], 2500);
  EXPECT_EQ(lines[0]["trending"]["paper"]["title"], "x1");
  EXPECT_EQ(lines[0]["trending"]["inputs"]["vote_count"], "1");
  EXPECT_EQ(lines[2500]["summary"]["total_size"], 2500);
  EXPECT_EQ(lines[2500]["summary"]["formula_text"], "votes");
  EXPECT_EQ(lines[2500]["summary"]["next_page_token"], "");
}

class DaysCommandTest : public TrendingCommandTest {
 protected:
  void AddDay(const std::string& label, const std::string& start,
              const std::string& end, int papers, int64_t votes) {
    v1::FeaturedDay& day = server_.days.emplace_back();
    day.set_label(label);
    day.set_start_day(start);
    day.set_end_day(end);
    day.set_paper_count(papers);
    day.set_vote_count(votes);
  }
};

TEST_F(DaysCommandTest, ListsDaysAndHowToSeeTheirPapers) {
  AddDay("2026-07-10", "2026-07-10", "2026-07-10", 31, 1234);
  AddDay("2026-07-09", "2026-07-09", "2026-07-09", 1, 0);
  const Outcome piped = Command({"days"});
  EXPECT_EQ(piped.code, 0);
  EXPECT_EQ(server_.day_lists.at(0).unit(), v1::ListDaysRequest::UNIT_DAY);
  EXPECT_EQ(server_.day_lists.at(0).page_size(), 50);
  EXPECT_EQ(piped.out, "2026-07-10\t31\t1234\n2026-07-09\t1\t0\n");
  EXPECT_EQ(piped.err,
            "the papers of a day: paperwire list --day 2026-07-10 --by "
            "featured\n");
  const Outcome seen = Command({"days", "--color", "never"}, 80);
  EXPECT_EQ(seen.out,
            "DAY         PAPERS  VOTES\n"
            "2026-07-10      31  1,234\n"
            "2026-07-09       1      0\n"
            "\n"
            "the papers of a day: paperwire list --day 2026-07-10 --by "
            "featured\n");
  const std::vector<nlohmann::json> lines =
      JsonLines(Command({"days", "--json"}).out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["label"], "2026-07-10");
  EXPECT_EQ(lines[1]["vote_count"], "0");
}

TEST_F(DaysCommandTest, ListsWeeksAndMonths) {
  AddDay("2026-W28", "2026-07-06", "2026-07-12", 31, 1234);
  const Outcome week = Command({"days", "--unit", "week"});
  EXPECT_EQ(server_.day_lists.back().unit(), v1::ListDaysRequest::UNIT_WEEK);
  EXPECT_EQ(week.out, "2026-W28\t31\t1234\n");
  EXPECT_EQ(week.err,
            "the papers of a week: paperwire list --from 2026-07-06 --to "
            "2026-07-12 --by featured\n");
  EXPECT_THAT(Command({"days", "-u", "month"}).err,
              StartsWith("the papers of a month: "));
  EXPECT_EQ(server_.day_lists.back().unit(), v1::ListDaysRequest::UNIT_MONTH);
  EXPECT_EQ(Command({"days", "--unit", "year"}).code, 2);
}

// What the last line says can be typed.
TEST_F(DaysCommandTest, TheAdviceIsACommand) {
  AddDay("2026-W28", "2026-07-06", "2026-07-12", 31, 1234);
  for (const std::string unit : {"day", "week"}) {
    const std::string line = Command({"days", "--unit", unit}).err;
    const size_t at = line.find("paperwire list ");
    ASSERT_NE(at, line.npos);
    const std::string words = line.substr(line.find("list", at));
    EXPECT_EQ(Command(absl::StrSplit(words, absl::ByAnyChar(" \n"),
                                     absl::SkipEmpty()))
                  .code,
              0);
    EXPECT_EQ(server_.lists.back().date_kind(),
              v1::ListPapersRequest::DATE_KIND_FEATURED);
  }
  EXPECT_EQ(server_.lists.at(0).day(), "2026-07-06");
  EXPECT_EQ(server_.lists.at(1).interval().end_time().seconds() -
                server_.lists.at(1).interval().start_time().seconds(),
            7 * 24 * 3600);
}

TEST_F(DaysCommandTest, FollowsThePagesUpToTheLimit) {
  for (int i = 1; i <= 1500; ++i) {
    AddDay("day-" + std::to_string(i), "2026-07-10", "2026-07-10", 1, 1);
  }
  const Outcome some = Command({"days", "-n", "1200"});
  EXPECT_THAT(some.out, EndsWith("day-1200\t1\t1\n"));
  EXPECT_THAT(some.err, StartsWith("1,200 days shown; more: --limit N\n"));
  ASSERT_EQ(server_.day_lists.size(), 2u);
  EXPECT_EQ(server_.day_lists[0].page_size(), 1000);
  EXPECT_EQ(server_.day_lists[1].page_size(), 200);
  EXPECT_EQ(JsonLines(Command({"days", "-n", "9999", "--json"}).out).size(),
            1500u);
}

TEST_F(DaysCommandTest, SaysWhenNothingWasFeatured) {
  const Outcome outcome = Command({"days"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("paperwire harvest hf-daily"));
}

}  // namespace
}  // namespace paperwire::command
