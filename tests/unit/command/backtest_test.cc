// backtest against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "client/cpp/command/bar.h"
#include "client/cpp/command/text_layout.h"
#include "tests/unit/command/run_command.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class BacktestTest : public ::testing::Test {
 protected:
  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  // `counts` from 2026-07-06, a Monday, on; whole days.
  void Answer(const std::vector<int64_t>& counts) {
    v1::PreviewSubscriptionResponse& answer = server_.preview_response;
    answer.Clear();
    absl::CivilDay day(2026, 7, 6);
    const auto seconds = [&] {
      return absl::ToUnixSeconds(absl::FromCivil(day, absl::UTCTimeZone()));
    };
    answer.mutable_span()->mutable_start_time()->set_seconds(seconds());
    for (const int64_t count : counts) {
      answer.add_days()->set_date(absl::FormatCivilTime(day++));
      answer.mutable_days(answer.days_size() - 1)->set_match_count(count);
      answer.set_total_match_count(answer.total_match_count() + count);
    }
    answer.mutable_span()->mutable_end_time()->set_seconds(seconds());
  }

  void AddSample(const std::string& title) {
    v1::WatchMatch* match = server_.preview_response.add_samples();
    *match->mutable_paper() = MakePaper(title, "2501.00001");
    match->mutable_store_time()->set_seconds(1'783'692'000);  // 2026-07-10
  }

  FakeServer server_;
};

TEST_F(BacktestTest, AsksWhatTheFlagsSay) {
  const absl::Time before = absl::Now();
  EXPECT_EQ(
      Command({"backtest", "robot", "arms", "-c", "cs.RO", "--since", "2026",
               "--news", "versions", "--days", "90", "--samples", "500"})
          .code,
      0);
  ASSERT_EQ(server_.previews.size(), 1u);
  const v1::PreviewSubscriptionRequest& request = server_.previews[0];
  EXPECT_EQ(request.query().text(), "robot arms");
  // These flags are about the papers, not about the span.
  EXPECT_TRUE(request.query().published().has_start_time());
  EXPECT_EQ(request.news(), v1::NEWS_VERSIONS);
  EXPECT_EQ(request.sample_size(), 100);
  EXPECT_FALSE(request.span().has_end_time());
  EXPECT_NEAR(
      static_cast<double>(request.span().start_time().seconds()),
      static_cast<double>(absl::ToUnixSeconds(before - absl::Hours(90 * 24))),
      60);
  EXPECT_TRUE(request.has_read_mask());

  EXPECT_EQ(Command({"backtest", "robot", "--json"}).code, 0);
  EXPECT_FALSE(server_.previews[1].has_span());
  EXPECT_EQ(server_.previews[1].sample_size(), 10);
  EXPECT_FALSE(server_.previews[1].has_read_mask());
  EXPECT_EQ(
      Command({"backtest", "x", "--from", "2026-07", "--to", "2026-07"}).code,
      0);
  EXPECT_EQ(server_.previews[2].span().start_time().seconds(), 1782864000);
  EXPECT_EQ(server_.previews[2].span().end_time().seconds(), 1785542400);
  EXPECT_EQ(
      Command({"backtest", "x", "--days", "2", "--to", "2026-07-10"}).code, 0);
  EXPECT_EQ(server_.previews[3].span().end_time().seconds() -
                server_.previews[3].span().start_time().seconds(),
            2 * 86400);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{
           {"backtest"},
           {"backtest", "x", "--days", "0"},
           {"backtest", "x", "--days", "99999999999"},
           {"backtest", "x", "--days", "3", "--from", "2026"},
           {"backtest", "x", "--from", "2026", "--to", "2025"}}) {
    EXPECT_EQ(Command(words).code, 2) << ::testing::PrintToString(words);
  }
  EXPECT_EQ(server_.previews.size(), 4u);
}

TEST_F(BacktestTest, DrawsBarsByDay) {
  Answer({0, 10, 1, 1234});
  AddSample("Evil \x1b]0;x\x07 Title");
  const Outcome seen = Command({"backtest", "x", "--color", "never"}, 80);
  EXPECT_EQ(seen.code, 0) << seen.err;
  EXPECT_THAT(seen.out,
              StartsWith("by day\n"
                         "  2026-07-06      0\n"
                         "  2026-07-07     10  ▇\n"
                         "  2026-07-08      1  ▇\n"
                         "  2026-07-09  1,234  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇"
                         "▇▇▇▇▇▇▇▇▇\n"
                         "\n"
                         "1,245 papers in 4 days, 311 a day (2026-07-06 00:00 "
                         "to 2026-07-10 00:00 UTC)\n"));
  EXPECT_THAT(seen.out,
              AllOf(HasSubstr("STORED"), HasSubstr("2026-07-10"),
                    HasSubstr("Evil \\x1b]0;x\\x07 Title"),
                    HasSubstr("2501.00001"), Not(HasSubstr("\x1b]"))));
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(
           Command({"backtest", "x", "--color", "never"}, 40).out, '\n'))) {
    if (line.starts_with("1,245")) continue;
    EXPECT_LE(Width(line), 40) << line;
  }
}

TEST_F(BacktestTest, DrawsBarsByWeekWhenThereAreManyDays) {
  Answer(std::vector<int64_t>(60, 1));
  EXPECT_THAT(Command({"backtest", "x"}, 80).out,
              AllOf(HasSubstr("by day"), HasSubstr("2026-07-07")));
  Answer(std::vector<int64_t>(61, 1));
  const std::string weeks =
      Command({"backtest", "x", "--color", "never"}, 80).out;
  EXPECT_THAT(weeks,
              AllOf(StartsWith("by week"), HasSubstr("2026-07-06  7  ▇"),
                    HasSubstr("2026-08-31  5  ▇"), Not(HasSubstr("2026-07-07")),
                    HasSubstr("61 papers in 61 days, 1.0 a day")));
  // Programs get every day.
  EXPECT_THAT(Command({"backtest", "x"}).out, HasSubstr("day\t2026-07-07\t1"));
}

TEST_F(BacktestTest, WritesColumnsAndJsonForPrograms) {
  Answer({0, 1234});
  AddSample("One");
  const Outcome piped = Command({"backtest", "x"});
  EXPECT_EQ(piped.out,
            "day\t2026-07-06\t0\n"
            "day\t2026-07-07\t1234\n"
            "sample\t2026-07-10\tOne\tAda Lovelace\t2501.00001\n");
  EXPECT_THAT(piped.err, StartsWith("1,234 papers in 2 days, 617 a day"));
  EXPECT_THAT(Command({"backtest", "x", "--samples", "0"}).out,
              Not(HasSubstr("sample")));

  const std::vector<std::string> lines = absl::StrSplit(
      Command({"backtest", "x", "--json"}).out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(lines[0])["sample"]["paper"]["title"], "One");
  const nlohmann::json summary = nlohmann::json::parse(lines[1])["summary"];
  EXPECT_EQ(summary["total_match_count"], "1234");
  EXPECT_EQ(summary["days"][0]["match_count"], "0");
  EXPECT_EQ(summary["samples"].size(), 0u);
}

TEST_F(BacktestTest, SaysWhatIsMissing) {
  Answer({});
  EXPECT_THAT(Command({"backtest", "x"}).err, StartsWith("no papers in 0 s"));
  Answer({1});
  server_.preview_response.mutable_span()->mutable_start_time()->set_seconds(0);
  const Outcome cut = Command({"backtest", "x"});
  EXPECT_THAT(cut.err, AllOf(StartsWith("1 paper in 20641 days, less than 0.1"),
                             HasSubstr("the days before 2026-07-06 count")));
  server_.history_too_short = true;
  const Outcome outcome = Command({"backtest", "x"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("--from 2026-07-01T00:00:00+00:00"));
}

TEST(BarTest, ShowsAnythingThatIsMoreThanNothing) {
  EXPECT_EQ(Bar(0, 10, 5), "");
  EXPECT_EQ(Bar(1, 1000, 5), "▇");
  EXPECT_EQ(Bar(10, 10, 5), "▇▇▇▇▇");
  EXPECT_EQ(Bar(5, 10, 4), "▇▇");
  EXPECT_EQ(Bar(0, 0, 5), "");
}

}  // namespace
}  // namespace paperwire::command
