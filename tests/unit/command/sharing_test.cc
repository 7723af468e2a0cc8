// watch in a share group, with reasons, and of sources that are late; the
// sources in status; against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "client/cpp/command/source_text.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "tests/unit/command/run_command.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kRobots[] = "users/local/subscriptions/robots";

v1::SourceFreshness Source(const std::string& name, bool late) {
  v1::SourceFreshness source;
  source.set_source(name);
  source.set_late(late);
  const absl::Time now = absl::Now();
  *source.mutable_last_import_time() = ToProto(now - absl::Minutes(10));
  *source.mutable_last_news_time() = ToProto(now - absl::Hours(96));
  *source.mutable_usual_interval() = ToProto(absl::Hours(24));
  *source.mutable_due_time() =
      ToProto(late ? now - absl::Hours(60) : now + absl::Minutes(90));
  return source;
}

class SharingTest : public ::testing::Test {
 protected:
  SharingTest() {
    EXPECT_EQ(Command({"subscribe", "robot", "--id", "robots"}).code, 0);
  }

  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  Outcome Watch(std::vector<std::string> words, int columns = 0) {
    words.insert(words.begin(), {"watch", "--subscription", "robots"});
    return Command(words, columns);
  }

  void Add(const std::string& title) {
    server_.Add(MakePaper(title, "2501." + std::to_string(++added_)));
  }

  FakeServer server_;
  int added_ = 0;
};

TEST_F(SharingTest, AMemberAcknowledgesWhatItHasShown) {
  for (const char* title : {"robot one", "other", "robot two"}) Add(title);
  const Outcome first =
      Watch({"--share-group", "workers", "--lease", "5m", "--until-caught-up"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out,
            "1\tnew\t2025-07-10\trobot one\tAda Lovelace\t2501.1\n"
            "3\tnew\t2025-07-10\trobot two\tAda Lovelace\t2501.3\n");
  ASSERT_EQ(server_.watches.size(), 1u);
  EXPECT_EQ(server_.watches[0].share_group(), "workers");
  EXPECT_EQ(server_.watches[0].lease_duration().seconds(), 300);
  ASSERT_EQ(server_.acknowledgements.size(), 1u);
  EXPECT_EQ(server_.acknowledgements[0].name(), kRobots);
  EXPECT_THAT(server_.acknowledgements[0].sequences(), ElementsAre(1, 3));
  // The cursor is another thing.
  EXPECT_THAT(server_.commits, IsEmpty());
  Add("robot three");
  EXPECT_THAT(Watch({"--share-group", "workers", "--until-caught-up"}).out,
              AllOf(HasSubstr("robot three"), Not(HasSubstr("robot two"))));
  // Another group has a place of its own.
  EXPECT_THAT(Watch({"--share-group", "lab", "--until-caught-up"}).out,
              HasSubstr("robot one"));
}

TEST_F(SharingTest, WhatCouldNotBeAcknowledgedIsMadeUpFor) {
  Add("robot one");
  server_.refuse_acknowledgements = 1;
  const Outcome outcome =
      Watch({"--share-group", "workers", "--until-caught-up"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(server_.acknowledgements.size(), 2u);
  EXPECT_THAT(server_.groups[std::string(kRobots) + "/workers"].acknowledged,
              ElementsAre(1));
}

TEST_F(SharingTest, SaysWhatBecomesOfTheRest) {
  Add("robot one");
  EXPECT_EQ(Watch({"--share-group", "workers", "--timeout", "1"}).err,
            "stopped after 1 match; what was not shown goes to the others in "
            "the group\n");
  Add("robot two");
  server_.refuse_acknowledgements = 1000;
  EXPECT_THAT(Watch({"--share-group", "workers", "--timeout", "1"}).err,
              HasSubstr("could not be acknowledged and come again"));
  server_.refuse_acknowledgements = 0;
  EXPECT_THAT(Watch({"--share-group", "workers", "--until-caught-up"}).out,
              HasSubstr("robot two"));
}

TEST_F(SharingTest, WrongWordsAreExitCode2) {
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"robot", "--share-group", "x"}, "goes with --subscription ID"},
           {{"--subscription", "robots", "--lease", "5"},
            "--lease goes with --share-group NAME"},
           {{"--subscription", "robots", "--share-group", "x", "--no-commit"},
            "--no-commit does not go with --share-group"},
           {{"--subscription", "robots", "--share-group", "x", "--cursor",
             "/tmp/x"},
            "--cursor does not go with --share-group"}}) {
    std::vector<std::string> all = {"watch"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = Command(all);
    EXPECT_EQ(outcome.code, 2) << ::testing::PrintToString(words);
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
}

TEST_F(SharingTest, SubscriptionsShowTheGroupsAndForgetThem) {
  v1::ShareGroup* group = server_.subscriptions[kRobots].add_share_groups();
  group->set_name("workers");
  group->set_sequence(1234);
  group->set_leased_count(7);
  group->set_watcher_count(2);
  server_.groups[std::string(kRobots) + "/workers"];
  EXPECT_THAT(Command({"subscriptions", "show", "robots"}, 100).out,
              HasSubstr("workers: 2 watching, 7 in work, all done up to "
                        "sequence 1,234"));
  EXPECT_THAT(Command({"subscriptions"}).out, HasSubstr("\tworkers (2)\n"));
  const std::vector<std::string> remove = {"subscriptions", "delete-group",
                                           "robots"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.begin(), remove.begin(), remove.end());
    return Command(words);
  };
  EXPECT_THAT(with({"--yes"}).err, HasSubstr("--share-group NAME"));
  EXPECT_EQ(with({"--share-group", "workers"}).code, 2);
  EXPECT_THAT(server_.group_deletes, IsEmpty());
  EXPECT_EQ(with({"--share-group", "workers", "--yes"}).err,
            "deleted the share group workers of robots\n");
  const Outcome gone = with({"--share-group", "workers", "--yes"});
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.err, HasSubstr("paperwire subscriptions show"));
}

TEST_F(SharingTest, ReasonsStandBelowAMatchOrBehindIt) {
  Add("robot one, a title that is longer than what a narrow terminal holds");
  const std::vector<std::string> words = {"--no-commit", "--explain",
                                          "--until-caught-up"};
  EXPECT_THAT(Watch(words).out,
              HasSubstr("\t2501.1\trobot in title: \"robot one, a title "));
  EXPECT_TRUE(server_.watches[0].explain());
  for (const int columns : {40, 60, 120}) {
    std::vector<std::string> plain = words;
    plain.insert(plain.end(), {"--color", "never"});
    const std::string text = Watch(plain, columns).out;
    EXPECT_THAT(text, HasSubstr("\n          robot  title      "));
    std::string all;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      EXPECT_LE(Width(std::string(line)), columns);
      all += std::string(line);
    }
    // Nothing of it is cut off.
    EXPECT_THAT(all, HasSubstr("holds"));
  }
  EXPECT_THAT(Watch({"--no-commit", "--until-caught-up"}).out,
              Not(HasSubstr("title:")));
}

TEST_F(SharingTest, ALateSourceIsMentionedOnce) {
  server_.sources = {Source("arxiv", true), Source("hf-daily", false)};
  server_.break_watch_after = 3;  // each connection begins with progress
  for (int i = 0; i < 10; ++i) Add("robot");
  server_.most_in_batch = 1;
  const Outcome outcome = Watch({"--no-commit", "--until-caught-up"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_GT(server_.watches.size(), 2u);
  EXPECT_THAT(outcome.err, HasSubstr("arxiv is late by 2 days: nothing new "
                                     "since "));
  EXPECT_THAT(outcome.err, HasSubstr("usually every 24 h"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
}

TEST_F(SharingTest, StatusShowsTheFreshnessOfSources) {
  server_.sources = {Source("hf-daily", false), Source("acl", true)};
  const Outcome wide = Command({"status", "--color", "never"}, 120);
  EXPECT_THAT(wide.out, AllOf(HasSubstr("Late        acl\n"),
                              HasSubstr("late by 2 days"), HasSubstr("on time"),
                              HasSubstr("10 min ago"), HasSubstr("4 days ago"),
                              HasSubstr("every 24 h"), HasSubstr("in 89 min")));
  // What matters is there on any terminal.
  for (const int columns : {40, 60}) {
    const std::string narrow = Command({"status"}, columns).out;
    EXPECT_THAT(narrow, AllOf(HasSubstr("SOURCE"), HasSubstr("late by")));
  }
  const nlohmann::json json =
      nlohmann::json::parse(Command({"status", "--json"}).out);
  EXPECT_EQ(json["stats"]["sources"][2]["freshness"]["late"], true);
  EXPECT_EQ(json["stats"]["sources"][1]["freshness"]["late"], false);
  EXPECT_EQ(json["stats"]["sources"][1]["freshness"]["usual_interval"],
            "86400s");
  // A source of which too little is known is neither late nor on time.
  EXPECT_THAT(Command({"status"}).out,
              HasSubstr("\narxiv\t1,234,567\t\t\t\t\t\n"));
  server_.sources = {Source("acl", false)};
  EXPECT_THAT(Command({"status"}, 80).out, Not(HasSubstr("Late  ")));
}

TEST(LateSourcesTest, SaysSoOnceAndWhenItIsOver) {
  LateSources late;
  google::protobuf::RepeatedPtrField<v1::SourceFreshness> sources;
  *sources.Add() = Source("arxiv", true);
  *sources.Add() = Source("acl", false);
  EXPECT_EQ(late.Changes(sources, absl::Now()).size(), 1u);
  EXPECT_THAT(late.Changes(sources, absl::Now()), IsEmpty());
  sources[0] = Source("arxiv", false);
  EXPECT_THAT(late.Changes(sources, absl::Now()),
              ElementsAre("arxiv has news again"));
  EXPECT_THAT(late.Changes(sources, absl::Now()), IsEmpty());
  sources[0] = Source("arxiv", true);
  EXPECT_EQ(late.Changes(sources, absl::Now()).size(), 1u);
}

}  // namespace
}  // namespace paperwire::command
