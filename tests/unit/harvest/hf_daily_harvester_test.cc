#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/base/strings.h"
#include "tests/unit/harvest/fake_server.h"
#include "tests/unit/harvest/fake_world.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::harvest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string Item(std::string_view id) {
  return StrCat("{\"paper\":{\"id\":\"", id,
                "\",\"title\":\"T\",\"upvotes\":0},\"numComments\":1}");
}

class HfDailyHarvesterTest : public testing::Test {
 protected:
  HfDailyHarvesterTest() : http_(MakeCurlClient({})) {}

  absl::StatusOr<Summary> Run(HfDailyOptions options) {
    options.base_url = server_->url() + "/daily";
    options.state_file = folder_.path() + "/state.json";
    auto harvester = MakeHfDailyHarvester(options, http_.get(), &world_);
    if (!harvester.ok()) return harvester.status();
    return (*harvester)->RunOnce(receiver_.deliver(), receiver_.progress());
  }

  TempFolder folder_;
  FakeWorld world_;  // it is 2026-07-10
  Receiver receiver_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<FakeServer> server_;
};

TEST_F(HfDailyHarvesterTest, ReadsDayAfterDayAndPageAfterPage) {
  server_ = std::make_unique<FakeServer>([](const FakeRequest& request) {
    const std::string& target = request.target;
    if (target == "/daily?date=2026-07-09&limit=2&p=0") {
      return Respond(
          200, StrCat("[", Item("2607.00001"), ",", Item("2607.00002"), "]"));
    }
    if (target == "/daily?date=2026-07-09&limit=2&p=1") {
      return Respond(200, StrCat("[", Item("2607.00003"), "]"));
    }
    if (target == "/daily?date=2026-07-08&limit=2&p=0") {
      return Respond(200, StrCat("[", Item("2607.00000"), ",{}]"));
    }
    return Respond(200, "[]");
  });
  auto summary = Run({.from = "2026-07-08", .page_size = 2});
  ASSERT_OK(summary);
  EXPECT_EQ(receiver_.ids(), "2607.00000 2607.00001 2607.00002 2607.00003");
  EXPECT_EQ(receiver_.papers[0].features(0).day(), "2026-07-08");
  EXPECT_EQ(receiver_.papers[3].features(0).day(), "2026-07-09");
  EXPECT_TRUE(receiver_.papers[0].has_vote_count());
  EXPECT_EQ(summary->records, 4);
  EXPECT_EQ(summary->rejects, 1);
  EXPECT_EQ(summary->requests, 5) << "a full page may have another behind it";
  EXPECT_EQ(summary->newest, "2026-07-09");
  EXPECT_FALSE(summary->stale);
  EXPECT_THAT(world_.sleeps, testing::Each(absl::Seconds(1)));

  // Votes of the last days have changed since.
  world_.now += absl::Hours(24);
  summary = Run({.overlap_days = 1, .page_size = 2});
  ASSERT_OK(summary);
  EXPECT_THAT(server_->targets()[5], HasSubstr("date=2026-07-09"));
  EXPECT_THAT(server_->targets().back(), HasSubstr("date=2026-07-11"));
}

TEST_F(HfDailyHarvesterTest, StopsAtAnApiThatDoesNotKnowPages) {
  server_ = std::make_unique<FakeServer>([](const FakeRequest&) {
    return Respond(200, StrCat("[", Item("2607.00001"), "]"));
  });
  ASSERT_OK(Run({.from = "2026-07-10", .page_size = 1}));
  EXPECT_EQ(receiver_.ids(), "2607.00001");
  EXPECT_THAT(server_->targets(), SizeIs(2));
}

TEST_F(HfDailyHarvesterTest, TodayMayHaveNoListYet) {
  server_ = std::make_unique<FakeServer>([](const FakeRequest& request) {
    return request.target.find("2026-07-10") != std::string::npos
               ? Respond(400, "{\"error\":\"no such date\"}")
               : Respond(200, StrCat("[", Item("2607.00001"), "]"));
  });
  const auto summary = Run({.from = "2026-07-09"});
  ASSERT_OK(summary);
  EXPECT_EQ(summary->newest, "2026-07-09");
  EXPECT_THAT(Run({.from = "2026-07-09", .overlap_days = 0}), IsOk());
}

TEST_F(HfDailyHarvesterTest, ARefusalOfAnotherDayIsAnError) {
  server_ = std::make_unique<FakeServer>([](const FakeRequest&) {
    return Respond(401, "{\"error\":\"log in\"}");
  });
  EXPECT_THAT(Run({.from = "2026-07-09"}),
              IsError(absl::StatusCode::kFailedPrecondition, "log in"));
}

TEST_F(HfDailyHarvesterTest, SurvivesPassingFaults) {
  int request = 0;
  const std::string list =
      StrCat("[", Item("2607.00001"), ",", Item("2607.00002"), "]");
  server_ = std::make_unique<FakeServer>([&](const FakeRequest&) {
    switch (request++) {
      case 0:
        return Respond(429, "", "Retry-After: 5\r\n");
      case 1:
        return Respond(200, list.substr(0, list.size() / 2));
      case 2:
        return Respond(200, "<html>busy</html>");
      case 3:
        return Respond(504, "");
      default:
        return Respond(200, list);
    }
  });
  const auto summary = Run({.from = "2026-07-10"});
  ASSERT_OK(summary);
  EXPECT_EQ(receiver_.ids(), "2607.00001 2607.00002");
  EXPECT_EQ(summary->retries, 4);
}

TEST_F(HfDailyHarvesterTest, SilenceIsSaid) {
  server_ = std::make_unique<FakeServer>(
      [](const FakeRequest&) { return Respond(200, "[]"); });
  const auto summary = Run({});
  ASSERT_OK(summary);
  EXPECT_TRUE(summary->stale);
  EXPECT_THAT(server_->targets(), SizeIs(8)) << "a week and today";
  EXPECT_THAT(receiver_.lines, HasSubstr("not given a single paper"));
}

TEST_F(HfDailyHarvesterTest, ChecksItsOptions) {
  server_ = std::make_unique<FakeServer>(
      [](const FakeRequest&) { return Respond(200, "[]"); });
  for (const HfDailyOptions& options :
       {HfDailyOptions{.from = "07/10"}, HfDailyOptions{.page_size = 101},
        HfDailyOptions{.overlap_days = -1}}) {
    EXPECT_THAT(Run(options), IsError(absl::StatusCode::kInvalidArgument, ""));
  }
}

// A harvester that does what it is told.
class ScriptedHarvester : public Harvester {
 public:
  absl::StatusOr<Summary> RunOnce(const Deliver& deliver,
                                  const Progress&) override {
    if (runs >= static_cast<int>(script.size())) return Summary();
    const absl::Status status = script[runs++];
    if (status.message() == "deliver") {
      const absl::Status delivered = deliver({});
      if (!delivered.ok()) return delivered;
      return Summary();
    }
    if (!status.ok()) return status;
    return Summary();
  }
  std::vector<absl::Status> script;
  int runs = 0;
};

TEST(Follow, RunsUntilItIsStopped) {
  ScriptedHarvester harvester;
  harvester.script = {absl::OkStatus(), absl::UnavailableError("away"),
                      absl::OkStatus()};
  FakeWorld world;
  world.sleeps_until_stop = 2;
  Receiver receiver;
  EXPECT_OK(Follow(harvester, {.interval = absl::Minutes(7)}, world,
                   receiver.deliver(), receiver.progress()));
  EXPECT_EQ(harvester.runs, 3);
  EXPECT_THAT(world.sleeps, testing::Each(absl::Minutes(7)));
  EXPECT_THAT(receiver.lines, HasSubstr("The run failed: away"));
}

TEST(Follow, GivesUpWhenItMust) {
  FakeWorld world;
  Receiver receiver;
  const auto follow = [&](std::vector<absl::Status> script) {
    ScriptedHarvester harvester;
    harvester.script = std::move(script);
    return Follow(harvester, {.max_failures = 2}, world, receiver.deliver(),
                  receiver.progress());
  };
  EXPECT_THAT(follow({absl::UnavailableError("a"), absl::OkStatus(),
                      absl::UnavailableError("b"), absl::UnavailableError("c"),
                      absl::OkStatus()}),
              IsError(absl::StatusCode::kUnavailable, "c"));
  EXPECT_THAT(follow({absl::DataLossError("state")}),
              IsError(absl::StatusCode::kDataLoss, "state"));
  EXPECT_OK(follow({absl::CancelledError("stopped")}));
  receiver.fail_with = absl::ResourceExhaustedError("full");
  EXPECT_THAT(follow({absl::UnknownError("deliver")}),
              IsError(absl::StatusCode::kResourceExhausted, "full"));
}

}  // namespace
}  // namespace paperwire::harvest
