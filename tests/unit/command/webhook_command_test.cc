// webhook, and subscribe --webhook, against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "client/cpp/client/webhook_secret.h"
#include "client/cpp/command/times.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kRobots[] = "users/local/subscriptions/robots";
constexpr char kUrl[] = "https://example.org/papers";
constexpr char kSecret[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

class WebhookTest : public ::testing::Test {
 protected:
  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  std::string SecretFile(const std::string& text) {
    const std::string path = folder_.path() + "/secret";
    std::ofstream(path) << text;
    return path;
  }

  void Subscribe(const std::vector<std::string>& words = {}) {
    std::vector<std::string> all = {"subscribe", "robot", "--id", "robots"};
    all.insert(all.end(), words.begin(), words.end());
    ASSERT_EQ(Command(all).code, 0);
  }

  v1::Webhook& stored() {
    return *server_.subscriptions.at(kRobots).mutable_webhook();
  }

  void AddDelivery(const std::string& id, v1::WebhookDelivery::State state) {
    v1::WebhookDelivery delivery;
    delivery.set_id(id);
    delivery.set_state(state);
    delivery.set_match_count(3);
    delivery.set_attempt_count(5);
    delivery.set_http_status(503);
    delivery.set_error("The answer was 503.");
    *delivery.mutable_attempt_time() =
        ToProto(absl::FromUnixSeconds(1'752'105'600));
    server_.deliveries.insert(server_.deliveries.begin(), delivery);
  }

  FakeServer server_;
  TempFolder folder_;
};

TEST_F(WebhookTest, SecretsAreRandomAndLongEnough) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string secret = MakeWebhookSecret();
    ASSERT_EQ(secret.substr(0, 6), "whsec_");
    std::string bytes;
    ASSERT_TRUE(absl::Base64Unescape(secret.substr(6), &bytes));
    EXPECT_EQ(bytes.size(), 32u);
    EXPECT_TRUE(seen.insert(secret).second);
  }
}

TEST_F(WebhookTest, SubscribeMakesASecretAndShowsItOnce) {
  const Outcome outcome =
      Command({"subscribe", "robot", "--id", "robots", "--webhook", kUrl});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  // Nothing but the name on standard output, whatever else is said.
  EXPECT_EQ(outcome.out, std::string(kRobots) + "\n");
  const v1::Webhook& sent = server_.creates[0].subscription().webhook();
  EXPECT_EQ(sent.url(), kUrl);
  EXPECT_THAT(sent.secret(), MatchesRegex("whsec_[A-Za-z0-9+/]{43}="));
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("shown this once"),
                                 HasSubstr("\n" + sent.secret() + "\n")));

  const Outcome json =
      Command({"subscribe", "robot", "--webhook", kUrl, "--json"});
  EXPECT_EQ(json.err, "");
  EXPECT_EQ(nlohmann::json::parse(json.out)["webhook"]["secret"],
            server_.creates[1].subscription().webhook().secret());
}

TEST_F(WebhookTest, SubscribeTakesTheSecretOfAFile) {
  const std::string file = SecretFile(std::string(kSecret) + "\n");
  const Outcome outcome = Command(
      {"subscribe", "robot", "--webhook", kUrl, "--webhook-secret-file", file});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(server_.creates[0].subscription().webhook().secret(), kSecret);
  EXPECT_THAT(outcome.err, Not(HasSubstr("whsec_")));
}

TEST_F(WebhookTest, SubscribeSaysWhatIsWrong) {
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--webhook-secret-file", SecretFile(kSecret)},
            "goes with --webhook URL"},
           {{"--webhook", kUrl, "--webhook-secret-file", "/nowhere/x"},
            "cannot read /nowhere/x: No such file"},
           {{"--webhook", kUrl, "--webhook-secret-file", "/dev/null"},
            "/dev/null holds no secret"}}) {
    std::vector<std::string> all = {"subscribe", "robot"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = Command(all);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
  // What is in a file that is no secret is not for the screen.
  const Outcome other =
      Command({"subscribe", "robot", "--webhook", kUrl, "--webhook-secret-file",
               SecretFile("password\nwhsec_x")});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, Not(HasSubstr("password")));
  EXPECT_THAT(server_.creates, IsEmpty());
}

TEST_F(WebhookTest, SetGivesOneAndChangesWhatItIsToldTo) {
  Subscribe();
  const Outcome first = Command({"webhook", "set", "robots", kUrl});
  ASSERT_EQ(first.code, 0) << first.err;
  const std::string secret = stored().secret();
  EXPECT_EQ(first.out, secret + "\n");
  EXPECT_THAT(first.err,
              AllOf(HasSubstr("shown this once"),
                    HasSubstr("what matches robots is posted to https://")));
  EXPECT_THAT(server_.updates[0].update_mask().paths(), ElementsAre("webhook"));
  EXPECT_EQ(server_.updates[0].subscription().etag(), "e1");

  const Outcome moved = Command({"webhook", "set", "robots", "https://b.org/",
                                 "--batch", "7", "--give-up-after", "2h"});
  EXPECT_EQ(moved.out, "");
  EXPECT_EQ(stored().url(), "https://b.org/");
  EXPECT_EQ(stored().max_batch_size(), 7);
  EXPECT_EQ(stored().give_up_after().seconds(), 7200);
  EXPECT_EQ(stored().secret(), secret);

  const Outcome again = Command({"webhook", "set", "robots", "--new-secret"});
  EXPECT_EQ(again.out, stored().secret() + "\n");
  EXPECT_NE(stored().secret(), secret);
  EXPECT_EQ(stored().url(), "https://b.org/");
  EXPECT_EQ(stored().max_batch_size(), 7);

  EXPECT_EQ(Command({"webhook", "set", "robots", "--secret-file",
                     SecretFile(kSecret)})
                .out,
            "");
  EXPECT_EQ(stored().secret(), kSecret);
  const Outcome json =
      Command({"webhook", "set", "robots", "--new-secret", "--json"});
  EXPECT_EQ(nlohmann::json::parse(json.out)["webhook"]["secret"],
            stored().secret());
  EXPECT_EQ(json.err, "");
}

TEST_F(WebhookTest, DisableEnableAndRemove) {
  Subscribe({"--webhook", kUrl});
  const std::string secret = stored().secret();
  const Outcome off = Command({"webhook", "disable", "robots"});
  EXPECT_EQ(off.code, 0);
  EXPECT_THAT(off.err, HasSubstr("held back"));
  EXPECT_TRUE(stored().disabled());
  EXPECT_THAT(Command({"webhook", "set", "robots", "https://b.org/"}).err,
              HasSubstr("held back until paperwire webhook enable"));
  EXPECT_EQ(Command({"webhook", "enable", kRobots}).code, 0);
  EXPECT_FALSE(stored().disabled());
  EXPECT_EQ(stored().secret(), secret);
  EXPECT_EQ(Command({"webhook", "remove", "robots"}).code, 0);
  EXPECT_FALSE(server_.subscriptions.at(kRobots).has_webhook());
  const Outcome none = Command({"webhook", "disable", "robots"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("paperwire webhook set robots https://"));
}

TEST_F(WebhookTest, ShowsHowItFares) {
  Subscribe({"--webhook", kUrl});
  const auto page = [&](const char* command) {
    const Outcome outcome =
        Command({command, "show", "robots", "--color", "never"}, 200);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_THAT(page("webhook"),
              AllOf(HasSubstr(kUrl), HasSubstr("up to 100 papers each"),
                    HasSubstr("after 24 h"), HasSubstr("nothing yet"),
                    Not(HasSubstr("Dead")), Not(HasSubstr("Failing"))));
  v1::WebhookStatus* status = stored().mutable_status();
  status->set_failed_attempts(3);
  status->set_last_error("The answer was 503.");
  status->set_dead_count(2);
  *status->mutable_next_attempt_time() = ToProto(absl::Now() + absl::Hours(3));
  *status->mutable_last_success_time() = ToProto(absl::Now());
  status->set_sequence(1234);
  for (const char* command : {"webhook", "subscriptions"}) {
    EXPECT_THAT(
        page(command),
        AllOf(HasSubstr("3 attempts failed, the last one with: The answer was "
                        "503; tried again in 2 h"),
              HasSubstr("2 given up; see paperwire webhook deliveries robots "
                        "--dead"),
              HasSubstr("up to sequence 1,234")));
  }
  EXPECT_THAT(Command({"webhook"}).out, HasSubstr("robots\tfailing, 2 dead\t"));
  EXPECT_THAT(Command({"subscriptions"}, 80).out,
              AllOf(HasSubstr("WEBHOOK"), HasSubstr("failing, 2 dead")));
  stored().set_disabled(true);
  EXPECT_THAT(page("webhook"), HasSubstr("until paperwire webhook enable"));
  EXPECT_THAT(Command({"webhook"}).out, HasSubstr("disabled, 2 dead"));
  EXPECT_EQ(
      nlohmann::json::parse(Command({"webhook", "show", "robots", "--json"})
                                .out)["webhook"]["status"]["dead_count"],
      "2");
}

TEST_F(WebhookTest, TheListHasThoseWithOne) {
  EXPECT_THAT(Command({"webhook"}).err, HasSubstr("subscribe --webhook URL"));
  Subscribe({"--webhook", kUrl});
  ASSERT_EQ(Command({"subscribe", "x", "--id", "other"}).code, 0);
  EXPECT_EQ(Command({"webhook"}).out,
            std::string("robots\tok\t") + kUrl + "\t\n");
  EXPECT_EQ(
      nlohmann::json::parse(Command({"webhook", "list", "--json"}).out)["name"],
      kRobots);
}

TEST_F(WebhookTest, DeliveriesAreListedAndRetried) {
  Subscribe({"--webhook", kUrl});
  EXPECT_EQ(Command({"webhook", "deliveries", "robots"}).err,
            "nothing was posted yet\n");
  EXPECT_EQ(Command({"webhook", "retry", "robots", "--all"}).err,
            "no dead deliveries\n");
  AddDelivery("dl-1-3", v1::WebhookDelivery::STATE_DEAD);
  AddDelivery("dl-1-7", v1::WebhookDelivery::STATE_DELIVERED);
  AddDelivery("dl-1-9", v1::WebhookDelivery::STATE_DEAD);
  const Outcome all = RunCommand({"webhook", "deliveries", "robots", "--json"},
                                 {.server = &server_});
  EXPECT_THAT(std::vector<std::string>(
                  absl::StrSplit(all.out, '\n', absl::SkipEmpty())),
              SizeIs(3));
  const Outcome dead = Command({"webhook", "deliveries", "robots", "--dead"});
  EXPECT_THAT(dead.out,
              AllOf(HasSubstr("dl-1-9\tdead\t3\t5\t2025-07-1"),
                    HasSubstr("\t503\tThe answer was 503.\n"),
                    HasSubstr("dl-1-3\tdead"), Not(HasSubstr("dl-1-7"))));
  EXPECT_THAT(dead.err, HasSubstr("paperwire webhook retry robots DELIVERY"));
  EXPECT_THAT(Command({"webhook", "deliveries", "robots", "-n", "2"}).err,
              HasSubstr("there are more"));
  EXPECT_THAT(Command({"webhook", "deliveries", "robots"}, 60).out,
              AllOf(HasSubstr("dl-1-9"), HasSubstr("ERROR")));

  const Outcome one = Command({"webhook", "retry", "robots", "dl-1-9"});
  EXPECT_EQ(one.err, "dl-1-9 is posted once more\n");
  EXPECT_EQ(server_.retries[0].name(), kRobots);
  AddDelivery("dl-1-12", v1::WebhookDelivery::STATE_DEAD);
  EXPECT_EQ(Command({"webhook", "retry", "robots", "--all"}).err,
            "dl-1-3 is posted once more\ndl-1-12 is posted once more\n");
  const Outcome none = Command({"webhook", "retry", "robots", "dl-1-1"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("paperwire webhook deliveries"));
}

TEST_F(WebhookTest, WrongWordsAreExitCode2) {
  Subscribe();
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"sett"}, "did you mean set?"},
           {{"set"}, "which one? paperwire webhook set ID [URL]"},
           {{"set", "robots"}, "it has no webhook yet"},
           {{"set", "robots", "--secret-file", SecretFile(kSecret)},
            "it has no webhook yet"},
           {{"set", "robots", kUrl, "x"}, "too many words, from \"x\" on"},
           {{"set", "robots", kUrl, "--new-secret", "--secret-file",
             SecretFile(kSecret)},
            "one of the two"},
           {{"set", "robots", kUrl, "--secret-file", "/nowhere"},
            "cannot read /nowhere"},
           {{"show", "Robots!"}, "names no subscription"},
           {{"disable", "a", "B!"}, "\"B!\" names no subscription"},
           {{"show", "robots", "--dead"}, "--dead goes with deliveries"},
           {{"deliveries", "robots", "-n", "0"}, "1 or more"},
           {{"retry", "robots"}, "or --all"},
           {{"retry", "robots", "dl-1-3", "--all"}, "or --all"}}) {
    std::vector<std::string> all = {"webhook"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = Command(all);
    EXPECT_EQ(outcome.code, 2) << ::testing::PrintToString(words);
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
  EXPECT_THAT(server_.updates, IsEmpty());
  ASSERT_EQ(Command({"webhook", "set", "robots", kUrl}).code, 0);
  const Outcome nothing = Command({"webhook", "set", "robots"});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("nothing to change"));
}

}  // namespace
}  // namespace paperwire::command
