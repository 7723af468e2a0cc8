// Stars of repositories: from the papers of a fake server, past an HTTP server
// that stands for GitHub, and back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "service/base/strings.h"
#include "tests/unit/command/json_lines.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/harvest/fake_server.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HarvestCommandTest : public ::testing::Test {
 protected:
  // The fake server finds a query in titles.
  void AddPaper(const std::string& id, const std::string& repository) {
    v1::Paper paper = MakePaper(StrCat("has:code ", id), id);
    v1::Link* link = paper.add_links();
    link->set_kind(v1::Link::KIND_CODE);
    link->set_uri(StrCat("https://github.com/", repository));
    server_.Add(paper);
  }

  Outcome Harvest(const std::vector<std::string>& flags,
                  std::map<std::string, std::string> environment = {}) {
    std::vector<std::string> words = {
        "harvest",     "github-stars", "--base-url",
        github_.url(), "--state",      StrCat(folder_.path(), "/state.json")};
    words.insert(words.end(), flags.begin(), flags.end());
    return RunCommand(words, {.server = &server_, .environment = environment});
  }

  TempFolder folder_;
  FakeServer server_;
  std::string head_;  // of the last request
  harvest::FakeServer github_{[this](const harvest::FakeRequest& request) {
    head_ = request.head;
    return harvest::Respond(200, "{\"stargazers_count\":41}");
  }};
};

TEST_F(HarvestCommandTest, StarsGoToThePapersThatLink) {
  AddPaper("2501.00001", "a/one");
  AddPaper("2501.00002", "A/One.git");
  server_.Add(MakePaper("without code", "2501.00003"));
  const Outcome outcome = Harvest({"--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(github_.targets(), ElementsAre("/repos/a/one"));
  ASSERT_THAT(server_.exports, SizeIs(1));
  EXPECT_EQ(server_.exports[0].query().text(), "has:code");
  EXPECT_THAT(server_.exports[0].read_mask().paths(),
              ElementsAre("external_ids", "links", "signals"));
  ASSERT_THAT(server_.imports, SizeIs(1));
  EXPECT_EQ(server_.imports[0].source(), "github");
  EXPECT_EQ(server_.imports[0].items_size(), 2);
  EXPECT_EQ(server_.papers[1].signals(0).kind(), "github-stars");
  EXPECT_EQ(server_.papers[1].signals(0).value(), 41);
  const auto account = JsonLines(outcome.out);
  ASSERT_THAT(account, SizeIs(1));
  EXPECT_EQ(account[0]["read"], 2);
  EXPECT_EQ(account[0]["updated"], 2);

  ASSERT_EQ(Harvest({}).code, 0);
  EXPECT_THAT(github_.targets(), SizeIs(2));
  EXPECT_THAT(server_.imports, SizeIs(1)) << "nothing has changed";
}

TEST_F(HarvestCommandTest, TheTokenComesFromAFileOrTheEnvironment) {
  AddPaper("2501.00001", "a/one");
  ASSERT_EQ(Harvest({}, {{"GITHUB_TOKEN", "from-environment"}}).code, 0);
  EXPECT_THAT(head_, HasSubstr("Authorization: Bearer from-environment\r\n"));
  const std::string path = StrCat(folder_.path(), "/token");
  std::ofstream(path) << "from-file\n";
  const Outcome outcome =
      Harvest({"--token-file", path}, {{"GITHUB_TOKEN", "from-environment"}});
  ASSERT_EQ(outcome.code, 0);
  EXPECT_THAT(head_, HasSubstr("Authorization: Bearer from-file\r\n"));
  EXPECT_EQ(outcome.err.find("from-file"), outcome.err.npos);

  std::ofstream(path) << "";
  EXPECT_THAT(Harvest({"--token-file", path}).err, HasSubstr("holds no token"));
  std::ofstream(path) << "two\nlines\n";
  EXPECT_EQ(Harvest({"--token-file", path}).code, 2);
  const Outcome missing = Harvest({"--token-file", path + ".not"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("cannot read"));
  EXPECT_THAT(github_.targets(), SizeIs(2));
}

TEST_F(HarvestCommandTest, EndsAfterSoManyRequestsAndGoesOn) {
  AddPaper("2501.00001", "a/one");
  AddPaper("2501.00002", "b/two");
  ASSERT_EQ(Harvest({"--max", "1"}).code, 0);
  EXPECT_THAT(github_.targets(), ElementsAre("/repos/a/one"));
  ASSERT_EQ(Harvest({"--max", "1"}).code, 0);
  EXPECT_THAT(github_.targets(), ElementsAre("/repos/a/one", "/repos/b/two"));
}

TEST_F(HarvestCommandTest, FlagsOfOtherSourcesAreRefused) {
  EXPECT_THAT(Harvest({"--set", "cs"}).err,
              HasSubstr("--set goes with arxiv only"));
  EXPECT_THAT(Harvest({"--from", "2026-07-10"}).err,
              HasSubstr("--from goes with arxiv and hf-daily only"));
  for (const char* flag : {"--max", "--token-file"}) {
    const Outcome outcome =
        RunCommand({"harvest", "hf-daily", flag, "1", "--state",
                    StrCat(folder_.path(), "/hf.json")},
                   {.server = &server_});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err,
                HasSubstr(StrCat(flag, " goes with github-stars only")));
  }
  EXPECT_THAT(github_.targets(), IsEmpty());
}

TEST_F(HarvestCommandTest, AServerThatIsAwayIsNotTheSourcesFault) {
  AddPaper("2501.00001", "a/one");
  server_.refuse_imports = true;
  const Outcome outcome = Harvest({});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("read-only"));
  server_.refuse_imports = false;
  ASSERT_EQ(Harvest({}).code, 0);
  EXPECT_EQ(server_.papers[0].signals(0).value(), 41);
}

}  // namespace
}  // namespace paperwire::command
