#include "client/cpp/harvest/polite_fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/unit/harvest/fake_world.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::harvest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ScriptedHttp : public HttpClient {
 public:
  absl::StatusOr<HttpResponse> Get(const std::string&,
                                   const Headers&) override {
    if (answers.empty()) return HttpResponse{.status = 200, .body = "good"};
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  void Status(int status, std::string retry_after = "") {
    HttpResponse response;
    response.status = status;
    if (!retry_after.empty()) {
      response.headers["retry-after"] = std::move(retry_after);
    }
    answers.emplace_back(std::move(response));
  }

  std::deque<absl::StatusOr<HttpResponse>> answers;
};

class PoliteFetcherTest : public testing::Test {
 protected:
  absl::Status Fetch() {
    return fetcher_.Fetch(
        {.url = "https://x.example/"},
        [this](const HttpResponse& response) {
          if (response.status != 200) {
            return Refusal("https://x.example/", response);
          }
          if (response.body == "cut") return absl::DataLossError("cut off");
          body_ = response.body;
          return absl::OkStatus();
        },
        receiver_.progress());
  }

  FakeWorld world_;
  ScriptedHttp http_;
  Receiver receiver_;
  PoliteFetcher fetcher_{&http_,
                         &world_,
                         {.min_interval = absl::Seconds(3),
                          .max_tries = 4,
                          .first_wait = absl::Seconds(8),
                          .max_wait = absl::Seconds(20)}};
  std::string body_;
};

TEST_F(PoliteFetcherTest, KeepsItsDistance) {
  ASSERT_OK(Fetch());
  EXPECT_TRUE(world_.sleeps.empty()) << "the first goes out at once";
  world_.now += absl::Seconds(1);
  ASSERT_OK(Fetch());
  EXPECT_THAT(world_.sleeps, ElementsAre(absl::Seconds(2)));
  world_.now += absl::Seconds(10);
  ASSERT_OK(Fetch());
  EXPECT_EQ(world_.sleeps.size(), 1u);
  EXPECT_EQ(fetcher_.requests(), 3);
  EXPECT_EQ(fetcher_.retries(), 0);
}

TEST_F(PoliteFetcherTest, WaitsLongerEachTime) {
  http_.Status(503);
  http_.answers.emplace_back(absl::DeadlineExceededError("timed out"));
  http_.answers.emplace_back(HttpResponse{.status = 200, .body = "cut"});
  ASSERT_OK(Fetch());
  EXPECT_EQ(body_, "good");
  // 8, 16, 20 (the most), each halved, plus half of the other half by chance.
  EXPECT_THAT(world_.sleeps, ElementsAre(absl::Seconds(6), absl::Seconds(12),
                                         absl::Seconds(15)));
  EXPECT_EQ(fetcher_.retries(), 3);
  EXPECT_THAT(receiver_.lines,
              HasSubstr("503 Service Unavailable, waiting 6s before try 2"));
  EXPECT_THAT(receiver_.lines, HasSubstr("timed out"));
  EXPECT_THAT(receiver_.lines, HasSubstr("cut off"));
}

TEST_F(PoliteFetcherTest, HonoursRetryAfter) {
  http_.Status(429, "120");
  http_.Status(503, "Fri, 10 Jul 2026 12:04:00 GMT");
  ASSERT_OK(Fetch());
  EXPECT_THAT(world_.sleeps,
              ElementsAre(absl::Seconds(120.5), absl::Seconds(120)));
  EXPECT_THAT(receiver_.lines, HasSubstr("429 Too Many Requests, waiting"));
  EXPECT_THAT(receiver_.lines, HasSubstr("as asked"));
}

TEST_F(PoliteFetcherTest, GivesUpAfterSoManyTries) {
  for (int i = 0; i < 10; ++i) http_.Status(503);
  EXPECT_THAT(Fetch(), IsError(absl::StatusCode::kUnavailable,
                               "after 4 tries; the last one: 503"));
  EXPECT_EQ(http_.answers.size(), 6u);
}

TEST_F(PoliteFetcherTest, DoesNotSleepForDays) {
  http_.Status(503, "864000");
  EXPECT_THAT(Fetch(),
              IsError(absl::StatusCode::kUnavailable, "come back in 240h"));
  EXPECT_TRUE(world_.sleeps.empty());
}

TEST_F(PoliteFetcherTest, ARefusalIsFinal) {
  HttpResponse refused{.status = 403, .body = "not\nyou"};
  http_.answers.emplace_back(refused);
  EXPECT_THAT(Fetch(), IsError(absl::StatusCode::kFailedPrecondition,
                               "403 Forbidden, not you"));
  EXPECT_EQ(fetcher_.requests(), 1);
  http_.answers.emplace_back(absl::InvalidArgumentError("bad address"));
  EXPECT_THAT(Fetch(),
              IsError(absl::StatusCode::kInvalidArgument, "bad address"));
}

TEST_F(PoliteFetcherTest, StopsWhileItWaits) {
  world_.sleeps_until_stop = 0;
  http_.Status(503);
  EXPECT_THAT(Fetch(), IsError(absl::StatusCode::kCancelled, ""));
}

TEST(ParseRetryAfter, ReadsSecondsAndDates) {
  const absl::Time now = FakeWorld().now;
  EXPECT_EQ(ParseRetryAfter("0", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter(" 30 ", now), absl::Seconds(30));
  EXPECT_EQ(ParseRetryAfter("Fri, 10 Jul 2026 12:00:30 GMT", now),
            absl::Seconds(30));
  EXPECT_EQ(ParseRetryAfter("Fri, 10 Jul 2020 12:00:30 GMT", now),
            absl::ZeroDuration());
  for (const char* bad : {"", "-5", "soon", "1e9"}) {
    EXPECT_EQ(ParseRetryAfter(bad, now), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace paperwire::harvest
