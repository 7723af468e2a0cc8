#include "service/http/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "absl/status/status.h"
#include "service/http/gzip.h"
#include "service/http/http_date.h"
#include "service/http/public_url.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::http {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(EtagTest, ListsOfEtags) {
  EXPECT_TRUE(HasEtag("\"a\"", "\"a\""));
  EXPECT_TRUE(HasEtag("\"b\", W/\"a\" ", "\"a\""));
  EXPECT_TRUE(HasEtag("*", "\"a\""));
  EXPECT_FALSE(HasEtag("\"b\"", "\"a\""));
  EXPECT_FALSE(HasEtag("a", "\"a\""));
  EXPECT_FALSE(HasEtag("", "\"a\""));
}

TEST(HttpDateTest, ComesBack) {
  EXPECT_EQ(HttpDate(absl::FromUnixSeconds(784111777)),
            "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"),
            absl::FromUnixSeconds(784111777));
  for (const char* text :
       {"", "0", "1994-11-06", "Sun, 06 Nov 1994 08:49:37"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

TEST(VersionsTest, AnAddressKeepsItsDateWhileItAnswersTheSame) {
  ManualClock clock(kNow);
  Versions versions(&clock);
  EXPECT_EQ(versions.Since("/a", 1), kNow);
  clock.Advance(absl::Seconds(10));
  EXPECT_EQ(versions.Since("/a", 1), kNow);
  EXPECT_EQ(versions.Since("/b", 1), kNow + absl::Seconds(10));
  EXPECT_EQ(versions.Since("/a", 2), kNow + absl::Seconds(10));
}

TEST(VersionsTest, NoTwoVersionsShareASecond) {
  ManualClock clock(kNow + absl::Milliseconds(100));
  Versions versions(&clock);
  EXPECT_EQ(versions.Since("/a", 1), kNow);
  EXPECT_EQ(versions.Since("/a", 2), kNow + absl::Seconds(1));
  EXPECT_EQ(versions.Since("/a", 1), kNow + absl::Seconds(2));
}

TEST(VersionsTest, TheOldestAddressIsForgotten) {
  ManualClock clock(kNow);
  Versions versions(&clock, 2);
  versions.Since("/a", 1);
  versions.Since("/b", 1);
  versions.Since("/c", 1);
  clock.Advance(absl::Seconds(10));
  EXPECT_EQ(versions.Since("/c", 1), kNow);
  EXPECT_EQ(versions.Since("/b", 1), kNow);
  EXPECT_EQ(versions.Since("/a", 1), kNow + absl::Seconds(10));
}

TEST(SendTest, ErrorsAreSentences) {
  httplib::Response response;
  SendError(absl::InvalidArgumentError("It is wrong."), &response);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "It is wrong.\n");
  EXPECT_EQ(response.get_header_value("Cache-Control"), "no-store");
  httplib::Response failed;
  SendError(absl::DataLossError("/secret/path is damaged"), &failed);
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, testing::Not(testing::HasSubstr("secret")));
}

TEST(SendTest, WhoHasItGetsNoBody) {
  ManualClock clock(absl::Now() - absl::Hours(1));
  Versions versions(&clock);
  const auto send = [&](const char* name, const std::string& value) {
    httplib::Request request;
    request.target = "/x";
    if (*name != '\0') request.set_header(name, value);
    httplib::Response response;
    Send(request, Content{kPlainText, "text", absl::Seconds(30)}, versions,
         &response);
    return response;
  };
  const httplib::Response first = send("", "");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "text");
  EXPECT_EQ(first.get_header_value("Cache-Control"), "public, max-age=30");
  const std::string etag = first.get_header_value("ETag");
  const std::string date = first.get_header_value("Last-Modified");
  const httplib::Response same = send("If-None-Match", etag);
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.get_header_value("ETag"), etag);
  EXPECT_EQ(same.get_header_value("Last-Modified"), date);
  EXPECT_EQ(send("If-Modified-Since", date).status, 304);
  EXPECT_EQ(send("If-None-Match", "\"other\"").status, 200);
  EXPECT_EQ(send("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT").status,
            200);
  EXPECT_EQ(send("If-Modified-Since", "yesterday").status, 200);
}

TEST(GzipTest, ComesBack) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * i);
  const std::optional<std::string> packed = Gzip(text);
  ASSERT_TRUE(packed.has_value());
  EXPECT_LT(packed->size(), text.size());
  std::string unpacked(text.size(), '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed->data()));
  stream.avail_in = static_cast<uInt>(packed->size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  EXPECT_EQ(unpacked, text);
}

TEST(PublicUrlTest, IsAPlainAddress) {
  EXPECT_EQ(*CheckPublicUrl("https://papers.example.org/"),
            "https://papers.example.org");
  EXPECT_EQ(*CheckPublicUrl("http://[::1]:7228/a//"), "http://[::1]:7228/a");
  for (const char* url :
       {"", "papers.example.org", "ftp://a", "http://", "http:///a",
        "http://:80", "http://a?b", "http://a#b", "http://a b", "http://me@a",
        "http://a\n", "http://a\"b", "javascript://a"}) {
    EXPECT_THAT(CheckPublicUrl(url), IsError(absl::StatusCode::kInvalidArgument,
                                             "http or https, without a user"))
        << url;
  }
}

}  // namespace
}  // namespace paperwire::http
