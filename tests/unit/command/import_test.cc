// `paperwire import`: the account must add up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "client/cpp/command/bounded_queue.h"
#include "client/cpp/command/import_account.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ImportTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  static std::string PaperLine(const std::string& title) {
    return "{\"title\":\"" + title + "\",\"authors\":[{\"name\":\"A\"}]}\n";
  }

  // 100 papers; every tenth line is no JSON, every seventh paper is one that
  // the server refuses.
  std::string WriteMixed() {
    std::string text;
    for (int i = 1; i <= 100; ++i) {
      text += i % 10 == 0  ? "{ this is no JSON\n"
              : i % 7 == 0 ? PaperLine("bad " + std::to_string(i))
                           : PaperLine("good " + std::to_string(i));
    }
    return Write("mixed.jsonl", text);
  }

  nlohmann::json Account(const Outcome& outcome) {
    return nlohmann::json::parse(outcome.out);
  }

  static void ExpectBalanced(const nlohmann::json& account) {
    EXPECT_EQ(account["read"].get<int64_t>(),
              account["created"].get<int64_t>() +
                  account["updated"].get<int64_t>() +
                  account["unchanged"].get<int64_t>() +
                  account["merged"].get<int64_t>() +
                  account["rejected"].get<int64_t>() +
                  account["unaccounted"].get<int64_t>());
  }

  TempFolder folder_;
  FakeServer server_;
};

TEST_F(ImportTest, EveryRecordIsAccountedFor) {
  const std::string rejects = folder_.path() + "/rejects.jsonl";
  const Outcome outcome = RunCommand(
      {"import", WriteMixed(), "--batch", "7", "--json", "--rejects", rejects},
      {.server = &server_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json account = Account(outcome);
  ExpectBalanced(account);
  EXPECT_EQ(account["read"], 100);
  EXPECT_EQ(account["rejected_by_importer"], 10);
  EXPECT_EQ(account["rejected_by_server"], 13);  // 7, 14, ... without 70
  EXPECT_EQ(account["created"], 77);
  EXPECT_EQ(account["unaccounted"], 0);
  EXPECT_EQ(account["sequence"], 77);
  EXPECT_EQ(server_.papers.size(), 77u);

  // All rejects are in the file, each by its line.
  std::ifstream file(rejects);
  std::set<int64_t> lines;
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json reject = nlohmann::json::parse(line);
    const int64_t number = reject["line"].get<int64_t>();
    EXPECT_TRUE(lines.insert(number).second);
    EXPECT_EQ(reject["by"], number % 10 == 0 ? "importer" : "server");
    EXPECT_EQ(reject["file"], folder_.path() + "/mixed.jsonl");
    EXPECT_NE(reject["reason"], "");
    EXPECT_NE(reject["excerpt"], "");
  }
  EXPECT_EQ(lines.size(), 23u);
  // The first 20 on the error output.
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("mixed.jsonl:7: title: is bad"),
                                 HasSubstr("... and 3 more rejects"),
                                 HasSubstr("rejects are in " + rejects)));
}

TEST_F(ImportTest, PeopleGetASummary) {
  const Outcome outcome =
      RunCommand({"import", WriteMixed()}, {.server = &server_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("100 records read"),
                                 HasSubstr("created                 77\n"),
                                 HasSubstr("rejected                23\n"),
                                 Not(HasSubstr("unaccounted"))));
  EXPECT_THAT(outcome.err, HasSubstr("every record is accounted for, 23"));
}

// A connection that breaks in the middle changes nothing of the account.
TEST_F(ImportTest, ABrokenConnectionIsMended) {
  server_.break_import_after = 5;
  server_.break_before_answer = true;
  const Outcome outcome = RunCommand(
      {"import", WriteMixed(), "--batch", "5", "--json"}, {.server = &server_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json account = Account(outcome);
  EXPECT_EQ(account["created"], 77);
  EXPECT_EQ(account["unaccounted"], 0);
  EXPECT_EQ(server_.papers.size(), 77u);
  EXPECT_EQ(server_.import_streams, 2);
}

TEST_F(ImportTest, AServerThatRefusesIsExitCode1) {
  server_.refuse_imports = true;
  const Outcome outcome =
      RunCommand({"import", WriteMixed(), "--json"}, {.server = &server_});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("read-only"));
  const nlohmann::json account = Account(outcome);
  ExpectBalanced(account);
  EXPECT_EQ(
      account["unaccounted"].get<int64_t>(),
      account["read"].get<int64_t>() - account["rejected"].get<int64_t>());
}

TEST_F(ImportTest, NoServerIsSaidAtOnce) {
  const Outcome outcome =
      RunCommand({"import", WriteMixed(), "--server", "localhost:1"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(
      outcome.err,
      AllOf(HasSubstr("cannot reach the server at localhost:1"),
            HasSubstr("Connection refused"), HasSubstr("deploy/quickstart")));
}

TEST_F(ImportTest, AFileThatBreaksOffIsExitCode1AndTheRestGoesOn) {
  // The head of a gzip member without the rest of it.
  const std::string cut =
      Write("cut.gz", std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b", 11));
  const std::string whole = Write("whole.jsonl", PaperLine("one"));
  const Outcome outcome = RunCommand(
      {"import", folder_.path() + "/none.jsonl", cut, whole, "--json"},
      {.server = &server_});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(Account(outcome)["created"], 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("none.jsonl"), HasSubstr("cut.gz")));
}

TEST_F(ImportTest, ADryRunSendsNothing) {
  const Outcome outcome = RunCommand({"import", "--dry-run", WriteMixed(),
                                      "--json", "--server", "localhost:1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(Account(outcome)["read"], 100);
  EXPECT_EQ(Account(outcome)["rejected"], 10);
}

TEST_F(ImportTest, BatchesBelongToOneFile) {
  const std::string a = Write("a.jsonl", PaperLine("x") + PaperLine("bad"));
  const std::string b = Write("b.jsonl", PaperLine("bad"));
  const Outcome outcome = RunCommand({"import", a, b}, {.server = &server_});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("a.jsonl:2: title"), HasSubstr("b.jsonl:1: ")));
}

TEST_F(ImportTest, WhatIsExportedCanBeImported) {
  v1::Paper paper = MakePaper("A \"title\" with \xC3\xBC", "2410.01131");
  paper.set_abstract("line\nbreak");
  paper.set_vote_count(0);
  paper.add_links()->set_uri("https://github.com/a/b");
  paper.mutable_links(0)->set_kind(v1::Link::KIND_CODE);
  server_.Add(paper);
  const Outcome exported = RunCommand({"export"}, {.server = &server_});
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.err, HasSubstr("1 papers exported"));
  FakeServer other;
  const Outcome imported = RunCommand(
      {"import", Write("export.jsonl", exported.out)}, {.server = &other});
  ASSERT_EQ(imported.code, 0) << imported.err;
  ASSERT_EQ(other.papers.size(), 1u);
  v1::Paper got = other.papers[0];
  EXPECT_EQ(got.title(), paper.title());
  EXPECT_TRUE(got.has_vote_count());
  EXPECT_EQ(got.links(0).kind(), v1::Link::KIND_CODE);
  EXPECT_EQ(got.external_ids(0).value(), "2410.01131");
  EXPECT_EQ(got.published_time().seconds(), paper.published_time().seconds());
}

TEST(ImportAccountTest, SaysWhenItDoesNotAddUp) {
  ImportAccount account;
  account.CountRead(3, 1);
  v1::ImportPapersResponse answer;
  answer.add_verdicts()->set_outcome(v1::ImportVerdict::OUTCOME_MERGED);
  answer.add_verdicts()->set_outcome(v1::ImportVerdict::OUTCOME_UNSPECIFIED);
  account.CountVerdicts(answer);
  EXPECT_EQ(account.read, 4);
  EXPECT_EQ(account.merged, 1);
  EXPECT_EQ(account.unaccounted(), 2);
  EXPECT_THAT(Describe(account, absl::Seconds(1), false, false),
              HasSubstr("unaccounted              2"));
}

TEST(BoundedQueueTest, HoldsBackAndEnds) {
  BoundedQueue<int> queue(2);
  std::thread producer([&] {
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(queue.Push(i));
    queue.Close();
  });
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(queue.Pop(), i);
  EXPECT_EQ(queue.Pop(), std::nullopt);
  producer.join();
  EXPECT_FALSE(queue.Push(1));
}

}  // namespace
}  // namespace paperwire::command
