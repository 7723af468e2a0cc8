// The commands that ask and show, against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "client/cpp/command/cursor_file.h"
#include "client/cpp/command/errors.h"
#include "service/base/error_details.h"
#include "tests/unit/command/json_lines.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class CommandsTest : public ::testing::Test {
 protected:
  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  FakeServer server_;
  TempFolder folder_;
};

TEST_F(CommandsTest, SearchAsksWhatTheFlagsSay) {
  const Outcome outcome = Command({"search",      "deep",
                                   "nets",        "-n",
                                   "3",           "--strict",
                                   "--sort",      "votes",
                                   "-c",          "cs.CL,cs.LG",
                                   "--source",    "arxiv",
                                   "--since",     "2025",
                                   "--until",     "2025-06",
                                   "--has",       "code",
                                   "--min-votes", "7",
                                   "--facets",    "category,has-code",
                                   "--explain",   "--page-token",
                                   "0",           "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(server_.searches.size(), 1u);
  const v1::SearchRequest& request = server_.searches[0];
  EXPECT_EQ(request.query().text(), "deep nets");
  EXPECT_EQ(request.page_size(), 3);
  EXPECT_TRUE(request.strict());
  EXPECT_EQ(request.order_by(), "vote_count desc");
  EXPECT_THAT(request.query().categories(), ElementsAre("cs.CL", "cs.LG"));
  EXPECT_THAT(request.query().sources(), ElementsAre("arxiv"));
  EXPECT_EQ(request.query().published().start_time().seconds(), 1735689600);
  EXPECT_EQ(request.query().published().end_time().seconds(), 1751328000);
  EXPECT_THAT(request.query().has_links(), ElementsAre(v1::Link::KIND_CODE));
  EXPECT_EQ(request.query().min_vote_count(), 7);
  ASSERT_EQ(request.facets_size(), 2);
  EXPECT_EQ(request.facets(0).field(), v1::FACET_FIELD_CATEGORY);
  EXPECT_EQ(request.facets(1).field(), v1::FACET_FIELD_HAS_CODE);
  EXPECT_TRUE(request.explain());
  EXPECT_EQ(request.page_token(), "0");
  EXPECT_FALSE(request.has_read_mask());  // programs get everything
  EXPECT_FALSE(request.has_boost());
}

TEST_F(CommandsTest, SearchBoostsWhenAsked) {
  ASSERT_EQ(Command({"search", "nets", "--boost-recency", "30d",
                        "--boost-votes", "0.5"})
                .code,
            0);
  ASSERT_EQ(server_.searches.size(), 1u);
  const v1::Boost& boost = server_.searches[0].boost();
  EXPECT_EQ(boost.recency_weight(), 1);
  EXPECT_EQ(boost.recency_half_life().seconds(), 30 * 24 * 60 * 60);
  EXPECT_EQ(boost.votes_weight(), 0.5);
  const Outcome recency = Command({"search", "x", "--boost-recency", "soon"});
  EXPECT_EQ(recency.code, 2);
  EXPECT_THAT(recency.err, HasSubstr("write 90m, 12h, 30d or 8w"));
  const Outcome votes = Command({"search", "x", "--boost-votes", "many"});
  EXPECT_EQ(votes.code, 2);
  EXPECT_THAT(votes.err, HasSubstr("is no number"));
}

TEST_F(CommandsTest, SearchShowsFullAndPartialMatchesApart) {
  server_.canned_search = true;
  v1::SearchResponse& response = server_.search_response;
  response.set_total_full_matches(1234);
  v1::Hit* hit = response.add_hits();
  *hit->mutable_paper() = MakePaper("Evil \x1b]0;x\x07 Title", "2501.00001");
  hit->mutable_paper()->set_vote_count(35);
  hit->set_match_kind(v1::MATCH_KIND_FULL);
  hit->set_score(12.5);
  v1::Highlight* highlight = hit->add_highlights();
  highlight->set_field("title");
  highlight->add_spans()->set_end(4);
  highlight = hit->add_highlights();
  highlight->set_field("abstract");
  highlight->set_snippet("what the abstract says");
  hit = response.add_hits();
  *hit->mutable_paper() = MakePaper("Half", "2501.00002");
  hit->set_match_kind(v1::MATCH_KIND_PARTIAL);
  v1::Facet* facet = response.add_facets();
  facet->set_field(v1::FACET_FIELD_YEAR);
  facet->add_values()->set_value("2025");
  facet->mutable_values(0)->set_count(1200);
  facet->set_other_values(3);

  const Outcome seen = Command({"search", "x", "--abstract"}, 120);
  EXPECT_EQ(seen.code, 0);
  EXPECT_THAT(
      seen.out,
      AllOf(HasSubstr("\x1b[1;33mEvil\x1b[0m \\x1b]0;x\\x07 Title"),
            HasSubstr("— only some of the words —"), HasSubstr("2025-07-10"),
            HasSubstr("35"), HasSubstr("12.50"), HasSubstr("Ada Lovelace"),
            HasSubstr("2501.00001"), HasSubstr("what the abstract says"),
            HasSubstr("1,234 papers match ("), HasSubstr("by year"),
            HasSubstr("1,200"), HasSubstr("and 3 more")));
  EXPECT_THAT(seen.out, Not(HasSubstr("\x1b]")));
  EXPECT_LT(seen.out.find("Evil"), seen.out.find("only some"));
  EXPECT_LT(seen.out.find("only some"), seen.out.find("Half"));

  // For programs: tabs, and the total where it is in nobody's way.
  const Outcome piped = Command({"search", "x"});
  EXPECT_THAT(piped.out,
              StartsWith("1\tEvil \\x1b]0;x\\x07 Title\tAda Lovelace\t"
                         "2025-07-10\t35\t12.50\t\t2501.00001\tfull\n"
                         "2\tHalf\tAda Lovelace\t2025-07-10\t\t0.00\t\t"
                         "2501.00002\tpartial\n"));
  EXPECT_THAT(piped.err, HasSubstr("1,234 papers match"));

  const std::vector<nlohmann::json> lines =
      JsonLines(Command({"search", "x", "--json"}).out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["hit"]["paper"]["external_ids"][0]["value"], "2501.00001");
  EXPECT_EQ(lines[1]["hit"]["match_kind"], "MATCH_KIND_PARTIAL");
  EXPECT_EQ(lines[2]["summary"]["total_full_matches"], "1234");
  EXPECT_EQ(lines[2]["summary"]["next_page_token"], "");
}

TEST_F(CommandsTest, SearchAllWalksEveryPage) {
  for (int i = 1; i <= 25; ++i) {
    server_.Add(MakePaper("x" + std::to_string(i), std::to_string(i)));
  }
  const Outcome outcome = Command({"search", "x", "--all", "-n", "10"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(server_.searches.size(), 3u);
  EXPECT_THAT(outcome.out, HasSubstr("25\tx25\t"));
}

TEST_F(CommandsTest, ServerErrorsComeWithTheirMessage) {
  const Outcome outcome = Command({"search", "a", "\"open"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "paperwire: Unclosed quote at character 3; close it\n"
            "  a \"open\n"
            "    ^\n");
}

TEST_F(CommandsTest, GetShowsAPage) {
  v1::Paper paper = MakePaper("A title", "2501.00001");
  paper.set_abstract("First sentence. \x1b[2J Second sentence.");
  paper.add_links()->set_uri("https://github.com/a/b");
  paper.mutable_links(0)->set_kind(v1::Link::KIND_CODE);
  paper.set_state(v1::Paper::STATE_WITHDRAWN);
  paper.set_vote_count(1234);
  server_.Add(paper);
  const Outcome outcome =
      Command({"get", "https://arxiv.org/abs/2501.00001v3"}, 80);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("A title"), HasSubstr("Ada Lovelace"),
                    HasSubstr("Withdrawn"), HasSubstr("1,234 votes"),
                    HasSubstr("https://github.com/a/b"),
                    HasSubstr("sentence. \\x1b[2J Second")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b[2J")));
}

TEST_F(CommandsTest, GetReportsWhatIsMissingAndShowsTheRest) {
  server_.Add(MakePaper("one", "2501.00001"));
  const Outcome outcome =
      Command({"get", "2501.99999", "2501.00001", "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("papers/arxiv:2501.99999"));
  ASSERT_EQ(JsonLines(outcome.out).size(), 1u);
  EXPECT_EQ(JsonLines(outcome.out)[0]["title"], "one");
}

TEST_F(CommandsTest, ListAsksForDaysAndWalksThePages) {
  for (int i = 1; i <= 1200; ++i) {
    server_.Add(MakePaper("x" + std::to_string(i), std::to_string(i)));
  }
  EXPECT_EQ(Command({"list", "--day", "2026-07-10", "--by", "featured"}).code,
            0);
  EXPECT_EQ(server_.lists[0].day(), "2026-07-10");
  EXPECT_EQ(server_.lists[0].date_kind(),
            v1::ListPapersRequest::DATE_KIND_FEATURED);
  EXPECT_EQ(server_.lists[0].page_size(), 50);
  server_.lists.clear();

  const Outcome all =
      Command({"list", "--from", "2026-07", "--to", "2026-07", "--all"});
  EXPECT_EQ(server_.lists.size(), 3u);
  EXPECT_EQ(server_.lists[0].interval().end_time().seconds() -
                server_.lists[0].interval().start_time().seconds(),
            31 * 24 * 3600);
  EXPECT_EQ(JsonLines(Command({"list", "-n", "700", "--json"}).out).size(),
            700u);
  EXPECT_THAT(all.out, HasSubstr("\tx1200\t"));
}

TEST_F(CommandsTest, StatusIsOneObjectForPrograms) {
  const std::vector<nlohmann::json> lines =
      JsonLines(Command({"status", "--json"}).out);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["address"], server_.address());
  EXPECT_EQ(lines[0]["info"]["version"], "9.9.9");
  EXPECT_EQ(lines[0]["stats"]["active_papers"], "0");
  EXPECT_THAT(Command({"status"}, 80).out,
              AllOf(HasSubstr("paperwired 9.9.9"), HasSubstr("1,234,567")));
}

TEST_F(CommandsTest, StatusWithoutAServerIsExitCode1) {
  const Outcome outcome =
      RunCommand({"status", "--server", "localhost:1", "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("cannot reach the server"));
}

TEST_F(CommandsTest, DeleteWantsToBeSure) {
  server_.Add(MakePaper("one", "2501.00001"));
  EXPECT_EQ(Command({"delete", "2501.00001"}).code, 2);
  EXPECT_TRUE(server_.deletes.empty());
  EXPECT_EQ(Command({"delete", "2501.00001", "--yes", "--etag", "e"}).code, 0);
  ASSERT_EQ(server_.deletes.size(), 1u);
  EXPECT_EQ(server_.deletes[0].name(), "papers/arxiv:2501.00001");
  EXPECT_EQ(server_.deletes[0].etag(), "e");
}

TEST_F(CommandsTest, WatchShowsMatchesAndKeepsItsPlace) {
  server_.Add(MakePaper("robot one", "2501.00001"));
  server_.Add(MakePaper("other", "2501.00002"));
  server_.Add(MakePaper("robot two", "2501.00003"));
  const std::string cursor = folder_.path() + "/cursor";
  const std::vector<std::string> words = {
      "watch",    "robot", "--from",           "beginning",
      "--cursor", cursor,  "--until-caught-up"};
  const Outcome first = Command(words);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out,
            "1\tnew\t2025-07-10\trobot one\tAda Lovelace\t2501.00001\n"
            "3\tnew\t2025-07-10\trobot two\tAda Lovelace\t2501.00003\n");
  EXPECT_EQ(*CursorFile(cursor).Read(), "token-3");
  // Later runs begin where the file says, whatever --from is.
  EXPECT_EQ(Command(words).out, "");
  server_.Add(MakePaper("robot three", "2501.00004"));
  EXPECT_EQ(Command(words).out,
            "4\tnew\t2025-07-10\trobot three\tAda Lovelace\t2501.00004\n");
  EXPECT_EQ(*CursorFile(cursor).Read(), "token-4");
}

TEST_F(CommandsTest, WatchMendsBrokenConnections) {
  for (int i = 1; i <= 7; ++i) {
    server_.Add(MakePaper("x" + std::to_string(i), std::to_string(i)));
  }
  server_.most_in_batch = 1;
  server_.break_watch_after = 2;
  const Outcome outcome = Command(
      {"watch", "x", "--from", "beginning", "--json", "--until-caught-up"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<std::string> titles;
  for (const nlohmann::json& line : JsonLines(outcome.out)) {
    if (line.contains("match")) {
      titles.push_back(line["match"]["paper"]["title"]);
    }
  }
  EXPECT_THAT(titles, ElementsAre("x1", "x2", "x3", "x4", "x5", "x6", "x7"));
  EXPECT_EQ(server_.watches.size(), 4u);
}

TEST_F(CommandsTest, WatchEndsWithItsTime) {
  const Outcome outcome = Command({"watch", "x", "--timeout", "0.5"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              HasSubstr("stopped after 0 matches; go on with --from token-0"));
}

TEST_F(CommandsTest, WatchStartsWhereItIsTold) {
  for (const char* from : {"now", "beginning", "token-0", "2026-07-10"}) {
    EXPECT_EQ(Command({"watch", "x", "--from", from, "--until-caught-up"}).code,
              0);
  }
  ASSERT_EQ(server_.watches.size(), 4u);
  EXPECT_EQ(server_.watches[0].position(), v1::WatchRequest::POSITION_NOW);
  EXPECT_EQ(server_.watches[1].position(),
            v1::WatchRequest::POSITION_BEGINNING);
  EXPECT_EQ(server_.watches[2].resume_token(), "token-0");
  EXPECT_TRUE(server_.watches[3].has_start_time());
}

TEST_F(CommandsTest, WatchSaysWhichFileHeldABadToken) {
  const std::string cursor = folder_.path() + "/cursor";
  std::ofstream(cursor) << "of-another-query\n";
  const Outcome bad = Command({"watch", "x", "--cursor", cursor});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err, AllOf(HasSubstr("malformed"), HasSubstr(cursor),
                             HasSubstr("remove that file")));
  for (const char* content : {"", "two\nlines\n", "\x1b[31m"}) {
    std::ofstream(cursor) << content;
    const Outcome damaged = Command({"watch", "x", "--cursor", cursor});
    EXPECT_EQ(damaged.code, 1);
    EXPECT_THAT(damaged.err, HasSubstr("holds no resume token"));
  }
  EXPECT_EQ(Command({"watch", "x", "--cursor", folder_.path()}).code, 1);
}

TEST(CursorFileTest, ReplacesTheFileAsAWhole) {
  TempFolder folder;
  CursorFile cursor(folder.path() + "/cursor");
  EXPECT_EQ(*cursor.Read(), "");
  ASSERT_OK(cursor.Write("a", CursorFile::Sync::kNow));
  EXPECT_EQ(*cursor.Read(), "a");
  ASSERT_OK(cursor.Write("b", CursorFile::Sync::kWithinASecond));
  EXPECT_EQ(*CursorFile(cursor.path()).Read(), "b");
  EXPECT_FALSE(std::ifstream(cursor.path() + ".new").good());
  EXPECT_THAT(CursorFile("/nowhere/cursor").Write("a", CursorFile::Sync::kNow),
              IsError(absl::StatusCode::kUnavailable, "/nowhere/cursor"));
}

TEST(ErrorsTest, PointAtThePlaceInTheQuery) {
  const auto point = [](int position, const std::string& query) {
    return PointAtError(
        WithReason(absl::InvalidArgumentError("x"), "INVALID_QUERY",
                   {{"position", std::to_string(position)}}),
        query, 40);
  };
  EXPECT_EQ(point(1, "abc"), "  abc\n  ^\n");
  EXPECT_EQ(point(3, "論文 x"), "  論文 x\n      ^\n");
  EXPECT_EQ(point(99, "ab"), "  ab\n    ^\n");
  EXPECT_EQ(point(2, "a\x1b"), "  a\\x1b\n   ^\n");
  const std::string far = point(501, std::string(500, 'a') + "!");
  EXPECT_EQ(far,
            "  " + std::string(18, 'a') + "!\n" + std::string(20, ' ') + "^\n");
  EXPECT_EQ(point(0, "a"), "");
  EXPECT_EQ(PointAtError(absl::NotFoundError("x"), "a", 40), "");
}

TEST(ErrorsTest, SayWhatToDo) {
  EXPECT_EQ(ShortCause("failed to connect to all addresses; last error: "
                       "UNKNOWN: ipv4:127.0.0.1:7227: Failed to connect to "
                       "remote host: Connection refused"),
            "Connection refused");
  EXPECT_EQ(ShortCause("a: b"), "a: b");
  EXPECT_THAT(
      ErrorText(absl::DeadlineExceededError("Deadline Exceeded"), "x", false),
      HasSubstr("--timeout"));
  EXPECT_THAT(ErrorText(WithReason(absl::OutOfRangeError("too old"), "R",
                                   {{"oldest_token", "t9"}}),
                        "x", false),
              HasSubstr("--from t9"));
  // A hostile server's message does not reach the terminal as it is.
  EXPECT_EQ(ErrorText(absl::NotFoundError("no \x1b[2J"), "x", false),
            "paperwire: no \\x1b[2J\n");
}

}  // namespace
}  // namespace paperwire::command
