#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "absl/time/clock.h"
#include "client/cpp/harvest/world.h"
#include "tests/unit/harvest/fake_server.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::harvest {
namespace {

using ::testing::HasSubstr;

TEST(CurlClient, FetchesAndSaysWhoItIs) {
  std::string head;
  FakeServer server([&](const FakeRequest& request) {
    head = request.head;
    return Respond(429, "slow down", "Retry-After: 7\r\nX-Two: b\r\n");
  });
  const auto client = MakeCurlClient({.contact = "mailto:ops@example.org"});
  const auto response = client->Get(server.url() + "/a?b=c", {});
  ASSERT_OK(response);
  EXPECT_EQ(response->status, 429) << "any answer is an answer";
  EXPECT_EQ(response->body, "slow down");
  EXPECT_EQ(response->headers.at("retry-after"), "7");
  EXPECT_THAT(head, HasSubstr("GET /a?b=c "));
  EXPECT_THAT(head, HasSubstr("User-Agent: paperwire/" PAPERWIRE_VERSION
                              " (mailto:ops@example.org)\r\n"));
}

TEST(CurlClient, SendsHeadersButNoLineEndInThem) {
  std::string head;
  FakeServer server([&](const FakeRequest& request) {
    head = request.head;
    return Respond(200, "");
  });
  const auto client = MakeCurlClient({});
  ASSERT_OK(client->Get(server.url(), {{"X-One", "a b"}, {"X-Two", "c"}}));
  EXPECT_THAT(head, HasSubstr("X-One: a b\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Two: c\r\n"));
  for (const std::string& value :
       {std::string("a\r\nX-Three: d"), std::string("a\nb"),
        std::string("a\0b", 3)}) {
    EXPECT_THAT(client->Get(server.url(), {{"X-One", value}}),
                IsError(absl::StatusCode::kInvalidArgument, "X-One"));
    EXPECT_THAT(client->Get(server.url(), {{value, "a"}}),
                IsError(absl::StatusCode::kInvalidArgument, "line end"));
  }
  EXPECT_EQ(server.targets().size(), 1u);
}

TEST(CurlClient, FollowsRedirectsWithinTheRules) {
  std::string location;
  FakeServer server([&](const FakeRequest& request) {
    if (request.target == "/end") return Respond(200, "arrived");
    return Respond(302, "", "Location: " + location + "\r\n");
  });
  const auto client = MakeCurlClient({.max_redirects = 3});
  location = "/end";
  auto response = client->Get(server.url() + "/start", {});
  ASSERT_OK(response);
  EXPECT_EQ(response->body, "arrived");
  location = "/start";
  EXPECT_THAT(client->Get(server.url() + "/start", {}),
              IsError(absl::StatusCode::kUnavailable, "more than 3 times"));
  for (const char* outside :
       {"http://example.org/", "file:///etc/passwd", "ftp://127.0.0.1/"}) {
    location = outside;
    EXPECT_THAT(client->Get(server.url() + "/start", {}),
                IsError(absl::StatusCode::kInvalidArgument, ""))
        << outside;
  }
}

TEST(CurlClient, RefusesPlainHttpToOthers) {
  const auto client = MakeCurlClient({});
  for (const char* url :
       {"http://example.org/", "http://127.evil.example/", "file:///etc/passwd",
        "http://localhost.evil.example/", "", "not an address",
        "http://user@example.org/"}) {
    EXPECT_THAT(client->Get(url, {}),
                IsError(absl::StatusCode::kInvalidArgument, ""))
        << url;
  }
}

TEST(CurlClient, AllowsPlainHttpToTheBaseThatWasGiven) {
  // The name does not resolve; that it is tried is what counts.
  const auto client = MakeCurlClient({.connect_timeout = absl::Seconds(5)},
                                     "http://archive.invalid/oai");
  EXPECT_THAT(client->Get("http://archive.invalid/oai?verb=Identify", {}),
              IsError(absl::StatusCode::kUnavailable, ""));
  EXPECT_THAT(client->Get("http://other.invalid/", {}),
              IsError(absl::StatusCode::kInvalidArgument, ""));
}

TEST(CurlClient, ABodyThatIsCutOffIsAnError) {
  FakeServer server([](const FakeRequest&) { return CutOff("0123456789", 4); });
  EXPECT_THAT(MakeCurlClient({})->Get(server.url(), {}),
              IsError(absl::StatusCode::kUnavailable, ""));
}

TEST(CurlClient, BoundsTheBody) {
  FakeServer server([](const FakeRequest& request) {
    if (request.target == "/plain") return Respond(200, std::string(5000, 'x'));
    const std::string zeros(10 << 20, '\0');
    std::string packed(compressBound(zeros.size()), '\0');
    uLongf size = packed.size();
    compress(reinterpret_cast<Bytef*>(packed.data()), &size,
             reinterpret_cast<const Bytef*>(zeros.data()), zeros.size());
    packed.resize(size);
    return Respond(200, packed, "Content-Encoding: deflate\r\n");
  });
  const auto client = MakeCurlClient({.max_body_bytes = 4999});
  for (const char* target : {"/plain", "/bomb"}) {
    EXPECT_THAT(client->Get(server.url() + target, {}),
                IsError(absl::StatusCode::kResourceExhausted, "4999 bytes"));
  }
  EXPECT_OK(MakeCurlClient({.max_body_bytes = 5000})
                ->Get(server.url() + "/plain", {}));
}

TEST(CurlClient, TimesOutAndStops) {
  FakeServer server([](const FakeRequest&) {
    absl::SleepFor(absl::Milliseconds(1500));
    return Respond(200, "late");
  });
  EXPECT_THAT(MakeCurlClient({.timeout = absl::Milliseconds(100)})
                  ->Get(server.url(), {}),
              IsError(absl::StatusCode::kDeadlineExceeded, ""));
  const std::atomic<bool> stop = true;
  EXPECT_THAT(MakeCurlClient({.stop = &stop})->Get(server.url(), {}),
              IsError(absl::StatusCode::kCancelled, ""));
}

TEST(CurlClient, SaysThatNobodyListens) {
  std::string url;
  {
    FakeServer server([](const FakeRequest&) { return ""; });
    url = server.url();
  }
  EXPECT_THAT(MakeCurlClient({})->Get(url, {}),
              IsError(absl::StatusCode::kUnavailable, "127.0.0.1"));
}

TEST(RealWorld, SleepEndsWhenStopped) {
  std::atomic<bool> stop = false;
  const auto world = MakeWorld(&stop);
  EXPECT_TRUE(world->Sleep(absl::Milliseconds(1)));
  const double chance = world->Random();
  EXPECT_TRUE(chance >= 0 && chance < 1);
  stop = true;
  EXPECT_FALSE(world->Sleep(absl::Hours(1)));
}

}  // namespace
}  // namespace paperwire::harvest
