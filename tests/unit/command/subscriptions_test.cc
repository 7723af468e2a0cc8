// subscribe, subscriptions, and watch of a subscription, against a fake
// server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "client/cpp/command/cursor_file.h"
#include "client/cpp/command/subscription_text.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kRobots[] = "users/local/subscriptions/robots";

class SubscriptionsTest : public ::testing::Test {
 protected:
  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  void Subscribe(const std::vector<std::string>& words) {
    std::vector<std::string> all = {"subscribe"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = Command(all);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }

  void Add(const std::string& title) {
    server_.Add(MakePaper(title, "2501." + std::to_string(++added_)));
  }

  std::vector<std::string> Committed() const {
    std::vector<std::string> tokens;
    for (const v1::CommitCursorRequest& commit : server_.commits) {
      EXPECT_EQ(commit.name(), kRobots);
      tokens.push_back(commit.resume_token());
    }
    return tokens;
  }

  FakeServer server_;
  TempFolder folder_;
  int added_ = 0;
};

TEST_F(SubscriptionsTest, SubscribeAsksWhatTheFlagsSay) {
  server_.preview_response.set_total_match_count(1234);
  const absl::Time before = absl::Now();
  const Outcome outcome = Command(
      {"subscribe", "robot", "arms", "--id", "robots", "--title", "The arms",
       "--news", "versions", "--label", "team=arm,x=", "--label", "y=a=b",
       "--expires", "30d", "-c", "cs.RO", "--min-votes", "3"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, std::string(kRobots) + "\n");
  EXPECT_EQ(outcome.err,
            "watch it with: paperwire watch --subscription robots\n"
            "would have sent 1,234 papers and versions in the last 30 days\n");
  ASSERT_EQ(server_.creates.size(), 1u);
  const v1::CreateSubscriptionRequest& request = server_.creates[0];
  EXPECT_EQ(request.parent(), "users/local");
  EXPECT_EQ(request.subscription_id(), "robots");
  EXPECT_FALSE(request.request_id().empty());
  const v1::Subscription& subscription = request.subscription();
  EXPECT_EQ(subscription.query().text(), "robot arms");
  EXPECT_THAT(subscription.query().categories(), ElementsAre("cs.RO"));
  EXPECT_EQ(subscription.query().min_vote_count(), 3);
  EXPECT_EQ(subscription.display_name(), "The arms");
  EXPECT_EQ(subscription.news(), v1::NEWS_VERSIONS);
  EXPECT_EQ(subscription.labels().size(), 3u);
  EXPECT_EQ(subscription.labels().at("team"), "arm");
  EXPECT_EQ(subscription.labels().at("x"), "");
  EXPECT_EQ(subscription.labels().at("y"), "a=b");
  EXPECT_GE(subscription.expire_time().seconds(),
            absl::ToUnixSeconds(before + absl::Hours(30 * 24)));
  EXPECT_LE(subscription.expire_time().seconds(),
            absl::ToUnixSeconds(absl::Now() + absl::Hours(30 * 24)));
  // The hint is about the same query, and the server's 30 days.
  ASSERT_EQ(server_.previews.size(), 1u);
  EXPECT_EQ(server_.previews[0].query().text(), "robot arms");
  EXPECT_EQ(server_.previews[0].news(), v1::NEWS_VERSIONS);
  EXPECT_FALSE(server_.previews[0].has_span());
}

TEST_F(SubscriptionsTest, SubscribeStandsWithoutTheHint) {
  server_.history_too_short = true;
  const Outcome outcome = Command({"subscribe", "robot"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "users/local/subscriptions/s1\n");
  EXPECT_THAT(outcome.err, HasSubstr("is not known: The journal begins later"));
  server_.previews.clear();
  const Outcome json = Command({"subscribe", "robot", "--json"});
  EXPECT_EQ(nlohmann::json::parse(json.out)["name"],
            "users/local/subscriptions/s2");
  EXPECT_EQ(json.err, "");
  EXPECT_THAT(server_.previews, IsEmpty());
  server_.history_too_short = false;
  EXPECT_THAT(Command({"subscribe", "robot"}).err,
              HasSubstr("would have sent no papers in the last 30 days"));
  server_.preview_response.set_total_match_count(1);
  EXPECT_THAT(Command({"subscribe", "robot"}).err,
              HasSubstr("would have sent 1 paper in"));
}

TEST_F(SubscriptionsTest, SubscribeSaysWhatIsWrong) {
  const Outcome broken = Command({"subscribe", "a", "\"open"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_EQ(broken.out, "");
  EXPECT_THAT(broken.err, HasSubstr("  a \"open\n    ^\n"));
  EXPECT_EQ(Command({"subscribe", "x", "--id", "x"}).code, 0);
  const Outcome again = Command({"subscribe", "x", "--id", "x"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("paperwire subscriptions edit"));
  server_.creates.clear();
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"subscribe"}, "for every paper, paperwire subscribe ''"},
           {{"subscribe", "x", "--label", "novalue"}, "KEY=VALUE"},
           {{"subscribe", "x", "--label", "=v"}, "KEY=VALUE"},
           {{"subscribe", "x", "--expires", "soon"}, "--expires: \"soon\""},
           {{"subscribe", "x", "--expires", "2020"}, "is over already"},
           {{"subscribe", "x", "--news", "version"}, "did you mean versions?"},
           {{"subscribe", "x", "--since", "2026", "--until", "2025"},
            "--since 2026 is not before --until 2025"}}) {
    const Outcome outcome = Command(words);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
  EXPECT_THAT(server_.creates, IsEmpty());
  // Every paper, said on purpose, or narrowed down by a flag alone.
  EXPECT_EQ(Command({"subscribe", ""}).code, 0);
  EXPECT_EQ(Command({"subscribe", "-c", "cs.RO"}).code, 0);
}

TEST_F(SubscriptionsTest, TheListIsATable) {
  const Outcome none = Command({"subscriptions"});
  EXPECT_EQ(none.code, 0);
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, HasSubstr("make one with paperwire subscribe"));
  Subscribe(
      {"robot", "--id", "robots", "-c", "cs.RO,cs.AI", "--label", "team=arm"});
  Subscribe({"evil \x1b]0;x\x07", "--id", "evil"});
  Subscribe({"", "--id", "all"});
  Add("robot one");
  EXPECT_EQ(Command({"subscriptions", "pause", "evil"}).code, 0);
  server_.most_in_page = 1;

  const Outcome piped = RunCommand(
      {"subscriptions"}, {.server = &server_, .environment = {{"TZ", "UTC"}}});
  EXPECT_EQ(piped.err, "");
  std::vector<std::string> rows;
  for (const std::string& line : std::vector<std::string>(
           absl::StrSplit(piped.out, '\n', absl::SkipEmpty()))) {
    // Behind them stand the time, in the zone of this machine, and what they
    // have no value for.
    EXPECT_THAT(line, ::testing::EndsWith("\t\t"));
    rows.push_back(line.substr(0, line.rfind('\t', line.size() - 3)));
  }
  EXPECT_THAT(
      rows,
      ElementsAre("all\tactive\t\t1", "evil\tpaused\tevil \\x1b]0;x\\x07\t0",
                  "robots\tactive\trobot --category cs.RO,cs.AI\t1"));
  const Outcome seen = Command({"subscriptions", "list"}, 120);
  EXPECT_THAT(seen.out, AllOf(HasSubstr("PENDING"), HasSubstr("every paper"),
                              HasSubstr("2025-07-1"), HasSubstr("robot --cat"),
                              Not(HasSubstr("\x1b]"))));

  const Outcome json =
      Command({"subscriptions", "--label", "team=arm", "--json"});
  const nlohmann::json one = nlohmann::json::parse(json.out);
  EXPECT_EQ(one["name"], kRobots);
  EXPECT_EQ(one["pending_count"], 1);
  EXPECT_EQ(one["state"], "STATE_ACTIVE");
  EXPECT_THAT(Command({"subscriptions", "--label", "team=leg"}).err,
              HasSubstr("no subscriptions with these labels"));
}

TEST_F(SubscriptionsTest, ShowIsAPage) {
  Subscribe({"robot", "--id", "robots", "--title", "Arms", "--label", "b=2,a=1",
             "--expires", "2w", "--since", "2026", "--until", "2026-06",
             "--has", "code", "--min-votes", "2"});
  Add("robot one");
  const Outcome page =
      Command({"subscriptions", "show", "robots", "--color", "never"}, 100);
  EXPECT_EQ(page.code, 0);
  EXPECT_THAT(
      page.out,
      AllOf(HasSubstr("Arms\n"), HasSubstr(kRobots),
            HasSubstr("robot --since 2026-01-01 --until 2026-06-30 "
                      "--has code --min-votes 2"),
            HasSubstr("papers, each once"), HasSubstr("active"),
            HasSubstr("a=1, b=2"), HasSubstr("1, after sequence 0"),
            HasSubstr("never"), HasSubstr("in 13 days"), HasSubstr("e1")));
  const Outcome two =
      Command({"subscriptions", "show", "none", kRobots, "--json"});
  EXPECT_EQ(two.code, 1);
  EXPECT_THAT(two.err, AllOf(HasSubstr("no subscription"),
                             HasSubstr("there are: paperwire subscriptions")));
  EXPECT_EQ(nlohmann::json::parse(two.out)["display_name"], "Arms");
}

TEST_F(SubscriptionsTest, EditChangesOnlyWhatItIsToldTo) {
  Subscribe({"robot", "--id", "robots", "-c", "cs.RO", "--since", "2026",
             "--label", "a=1,b=2", "--expires", "90d", "--title", "Arms"});
  const auto edit = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"subscriptions", "edit", "robots"});
    const Outcome outcome = Command(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "changed robots\n");
    return server_.subscriptions[kRobots];
  };
  v1::Subscription now = edit({"--query", "robot arm"});
  EXPECT_EQ(now.query().text(), "robot arm");
  EXPECT_THAT(now.query().categories(), ElementsAre("cs.RO"));
  EXPECT_TRUE(now.query().has_published());
  EXPECT_EQ(now.display_name(), "Arms");
  EXPECT_THAT(server_.updates[0].update_mask().paths(), ElementsAre("query"));
  EXPECT_EQ(server_.updates[0].subscription().etag(), "e1");

  now = edit({"-c", "cs.AI", "--until", "2027", "--title", ""});
  EXPECT_EQ(now.query().text(), "robot arm");
  EXPECT_THAT(now.query().categories(), ElementsAre("cs.AI"));
  EXPECT_TRUE(now.query().published().has_start_time());
  EXPECT_TRUE(now.query().published().has_end_time());
  EXPECT_EQ(now.display_name(), "");

  now = edit({"--category", "", "--since", "any", "--until", "any", "--expires",
              "never", "--news", "versions"});
  EXPECT_THAT(now.query().categories(), IsEmpty());
  EXPECT_FALSE(now.query().has_published());
  EXPECT_FALSE(now.has_expire_time());
  EXPECT_EQ(now.news(), v1::NEWS_VERSIONS);
  EXPECT_EQ(now.query().text(), "robot arm");

  now = edit({"--label", "a=3,c=4", "--remove-label", "b"});
  std::vector<std::string> labels;
  for (const auto& [key, value] : now.labels()) {
    labels.push_back(key + "=" + value);
  }
  EXPECT_THAT(labels, UnorderedElementsAre("a=3", "c=4"));
  EXPECT_THAT(server_.updates.back().update_mask().paths(),
              ElementsAre("labels"));
}

TEST_F(SubscriptionsTest, EditSaysWhatIsWrong) {
  Subscribe({"robot", "--id", "robots"});
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{}, "nothing to change: give --query"},
           {{"--remove-label", "b"}, "there is no label \"b\""},
           {{"--yes"}, "--yes goes with delete or delete-group, not with edit"},
           {{"other", "--title", "x"}, "too many words, from \"other\" on"}}) {
    std::vector<std::string> all = {"subscriptions", "edit", "robots"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = Command(all);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
  EXPECT_THAT(server_.updates, IsEmpty());
  const Outcome changed = Command(
      {"subscriptions", "edit", "robots", "--title", "x", "--etag", "old"});
  EXPECT_EQ(changed.code, 1);
  EXPECT_THAT(changed.err, HasSubstr("has changed"));
}

TEST_F(SubscriptionsTest, PauseResumeAndDelete) {
  Subscribe({"robot", "--id", "robots"});
  Subscribe({"robot", "--id", "more"});
  EXPECT_EQ(Command({"subscriptions", "pause", "robots", kRobots}).code, 0);
  EXPECT_EQ(server_.subscriptions[kRobots].state(),
            v1::Subscription::STATE_PAUSED);
  Add("robot one");
  const Outcome resumed = Command({"subscriptions", "resume", "robots"});
  EXPECT_EQ(resumed.err, "resumed robots; pending: 1\n");
  EXPECT_EQ(server_.subscriptions[kRobots].state(),
            v1::Subscription::STATE_ACTIVE);
  EXPECT_EQ(
      nlohmann::json::parse(
          Command({"subscriptions", "pause", "more", "--json"}).out)["state"],
      "STATE_PAUSED");

  const Outcome unsure = Command({"subscriptions", "delete", "robots"});
  EXPECT_EQ(unsure.code, 2);
  EXPECT_THAT(unsure.err, HasSubstr("--yes"));
  EXPECT_EQ(
      Command({"subscriptions", "delete", "robots", "-y", "--etag", "no"}).code,
      1);
  EXPECT_EQ(server_.subscriptions.size(), 2u);
  EXPECT_EQ(Command({"subscriptions", "delete", "robots", "more", "-y"}).code,
            0);
  EXPECT_THAT(server_.subscriptions, IsEmpty());
  EXPECT_EQ(Command({"subscriptions", "delete", "robots", "-y"}).code, 1);
  EXPECT_EQ(
      Command({"subscriptions", "delete", "robots", "-y", "--allow-missing"})
          .code,
      0);
}

TEST_F(SubscriptionsTest, WrongWordsAreExitCode2) {
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"lst"}, "did you mean list?"},
           {{"list", "x"}, "too many words, from \"x\" on"},
           {{"show"}, "which one? paperwire subscriptions show ID"},
           {{"show", "Robots!"}, "\"Robots!\" names no subscription"},
           {{"show", ""}, "names no subscription"},
           {{"--title", "x"}, "--title goes with edit, not with list"},
           {{"show", "x", "--label", "a=b"}, "goes with list or edit"},
           {{"pause", "a", "b", "--etag", "e"}, "one subscription only"},
           {{"list", "--label", "a"}, "KEY=VALUE"}}) {
    std::vector<std::string> all = {"subscriptions"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = Command(all);
    EXPECT_EQ(outcome.code, 2) << ::testing::PrintToString(words);
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
}

TEST_F(SubscriptionsTest, WatchGoesOnFromTheServersCursor) {
  Add("robot zero");
  Subscribe({"robot", "--id", "robots"});
  Add("robot one");
  Add("other");
  Add("robot two");
  const std::vector<std::string> words = {"watch", "--subscription", "robots",
                                          "--until-caught-up"};
  const Outcome first = Command(words);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out,
            "2\tnew\t2025-07-10\trobot one\tAda Lovelace\t2501.2\n"
            "4\tnew\t2025-07-10\trobot two\tAda Lovelace\t2501.4\n");
  // Once a batch.
  EXPECT_THAT(Committed(), ElementsAre("token-4"));
  EXPECT_EQ(server_.watches[0].position(), v1::WatchRequest::POSITION_CURSOR);
  EXPECT_EQ(server_.watches[0].subscription(), kRobots);
  EXPECT_FALSE(server_.watches[0].has_query());
  EXPECT_EQ(Command(words).out, "");
  Add("robot three");
  EXPECT_THAT(Command(words).out, HasSubstr("robot three"));
  EXPECT_THAT(Committed(), ElementsAre("token-4", "token-5"));
}

TEST_F(SubscriptionsTest, WatchCommitsNothingThatItShouldNot) {
  Subscribe({"robot", "--id", "robots"});
  Add("robot one");
  const auto watch = [&](std::vector<std::string> words) {
    words.insert(words.begin(),
                 {"watch", "--subscription", kRobots, "--until-caught-up"});
    const Outcome outcome = Command(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_THAT(watch({"--no-commit"}), HasSubstr("robot one"));
  // From places that pass over what is pending.
  EXPECT_EQ(watch({"--from", "now"}), "");
  EXPECT_THAT(watch({"--from", "token-0"}), HasSubstr("robot one"));
  // The file is the place then.
  const std::string file = folder_.path() + "/cursor";
  EXPECT_THAT(watch({"--cursor", file}), HasSubstr("robot one"));
  EXPECT_EQ(*CursorFile(file).Read(), "token-1");
  EXPECT_EQ(watch({"--cursor", file}), "");
  EXPECT_EQ(server_.watches.back().resume_token(), "token-1");
  EXPECT_THAT(Committed(), IsEmpty());
  EXPECT_THAT(watch({"--from", "beginning"}), HasSubstr("robot one"));
  EXPECT_THAT(Committed(), ElementsAre("token-1"));
}

// A server that is away for a moment is asked again before the watch ends.
TEST_F(SubscriptionsTest, WatchCommitsAgainWhatWasNotCommitted) {
  Subscribe({"robot", "--id", "robots"});
  Add("robot one");
  server_.refuse_commits = 1;
  const Outcome outcome =
      Command({"watch", "--subscription", "robots", "--until-caught-up"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(Committed(), ElementsAre("token-1", "token-1"));
  EXPECT_EQ(server_.subscriptions[kRobots].cursor().sequence(), 1);
}

TEST_F(SubscriptionsTest, WatchSaysWhereItsPlaceIs) {
  Subscribe({"robot", "--id", "robots"});
  Add("robot one");
  const auto stop = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"watch", "--subscription", "robots"});
    words.insert(words.end(), {"--timeout", "1"});
    return Command(words).err;
  };
  EXPECT_EQ(stop({"--no-commit"}),
            "stopped after 1 match; go on with --from token-1\n");
  server_.refuse_commits = 100;
  EXPECT_EQ(stop({}),
            "stopped after 1 match; the last of them could not be committed "
            "and come again\n");
  server_.refuse_commits = 0;
  EXPECT_EQ(stop({}),
            "stopped after 1 match; the place is kept on the server\n");
}

TEST_F(SubscriptionsTest, WatchSaysThatASubscriptionIsPausedOrGone) {
  Subscribe({"robot", "--id", "robots"});
  EXPECT_EQ(Command({"subscriptions", "pause", "robots"}).code, 0);
  Add("robot one");
  const Outcome paused =
      Command({"watch", "--subscription", "robots", "--until-caught-up"});
  EXPECT_EQ(paused.code, 0);
  EXPECT_EQ(paused.out, "");
  EXPECT_EQ(paused.err,
            "robots is paused: nothing comes before paperwire subscriptions "
            "resume robots\n");
  const Outcome gone = Command({"watch", "--subscription", "none"});
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.err, AllOf(HasSubstr("subscriptions/none"),
                              HasSubstr("paperwire subscriptions")));
  EXPECT_THAT(server_.watches, ::testing::SizeIs(1));
}

TEST_F(SubscriptionsTest, WatchTakesAQueryOrASubscription) {
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"robot", "--subscription", "x"}, "leave out the words"},
           {{"--subscription", "x", "-c", "cs.RO"}, "leave out the words"},
           {{"--subscription", "X y"}, "names no subscription"},
           {{"robot", "--no-commit"}, "--no-commit goes with --subscription"},
           {{"robot", "--from", "cursor"},
            "--from cursor goes with --subscription"}}) {
    std::vector<std::string> all = {"watch"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = Command(all);
    EXPECT_EQ(outcome.code, 2) << ::testing::PrintToString(words);
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
}

TEST(SubscriptionTextTest, UnderstandsNamesAsPeopleWriteThem) {
  EXPECT_EQ(*ParseSubscriptionName("robots-2"),
            "users/local/subscriptions/robots-2");
  EXPECT_EQ(*ParseSubscriptionName("users/ada/subscriptions/x"),
            "users/ada/subscriptions/x");
  for (const std::string& bad :
       {std::string(), std::string("A"), std::string("a b"), std::string("a/b"),
        std::string(64, 'a')}) {
    EXPECT_FALSE(ParseSubscriptionName(bad).ok()) << bad;
  }
  EXPECT_EQ(ShownSubscription("users/local/subscriptions/x"), "x");
  EXPECT_EQ(ShownSubscription("users/ada/subscriptions/x"),
            "users/ada/subscriptions/x");
}

TEST(SubscriptionTextTest, ShowsAQueryAsItIsTyped) {
  v1::Query query;
  EXPECT_EQ(QueryText(query), "");
  query.add_sources("arxiv");
  EXPECT_EQ(QueryText(query), "--source arxiv");
  query.set_text("a \x1b");
  query.add_has_links(v1::Link::KIND_CODE);
  query.add_has_links(v1::Link::KIND_PDF);
  query.mutable_published()->mutable_start_time()->set_seconds(1'783'692'000);
  query.mutable_published()->mutable_end_time()->set_seconds(1'783'728'000);
  EXPECT_EQ(QueryText(query),
            "a \\x1b --source arxiv --since 2026-07-10T14:00:00Z --until "
            "2026-07-10 --has code,pdf");
}

}  // namespace
}  // namespace paperwire::command
