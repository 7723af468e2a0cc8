#include "service/http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "service/base/strings.h"
#include "service/http/answer.h"
#include "service/http/frame.h"

namespace paperwire::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.Get("/text",
                [](const httplib::Request&, httplib::Response& response) {
                  response.status = 200;
                  response.set_content(std::string(4000, 'x'), kPlainText);
                });
    router_.Get("/throw", [](const httplib::Request&, httplib::Response&) {
      throw std::runtime_error("secret");
    });
    router_.Get("/gzip", [](const httplib::Request& request,
                            httplib::Response& response) {
      response.status = 200;
      response.set_content(TakesGzip(request) ? "yes" : "no", kPlainText);
    });
    router_.Post("/form", [](const httplib::Request& request,
                             httplib::Response& response) {
      response.status = 200;
      response.set_content(request.get_param_value("a"), kPlainText);
    });
  }

  Reply Ask(std::string_view line, std::string_view fields = "",
            bool last = false) {
    return router_.Answer(
        StrCat(line, " HTTP/1.1\r\nHost: a\r\n", fields, "\r\n"), last);
  }
  std::string Get(std::string_view path, std::string_view fields = "") {
    return Ask(StrCat("GET ", path), fields).bytes;
  }

  Router router_;
};

TEST_F(RouterTest, EveryAnswerIsGuarded) {
  for (const char* path : {"/text", "/none", "/throw"}) {
    const std::string answer = Get(path);
    EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, HasSubstr("Referrer-Policy: no-referrer\r\n"));
    EXPECT_THAT(answer,
                HasSubstr("Content-Security-Policy: default-src 'none'"));
    EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  }
}

TEST_F(RouterTest, HeadIsGetWithoutABody) {
  const std::string head = Ask("HEAD /text").bytes;
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 4000\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
}

TEST_F(RouterTest, TextsAreNotCompressedBehindOurBack) {
  const std::string answer = Get("/text", "Accept-Encoding: br, gzip\r\n");
  EXPECT_THAT(answer, Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(answer, EndsWith(std::string(4000, 'x')));
}

TEST_F(RouterTest, WhoTakesGzip) {
  const auto takes = [this](std::string_view accepted) {
    return Get("/gzip", StrCat("Accept-Encoding: ", accepted, "\r\n"))
        .ends_with("yes");
  };
  EXPECT_TRUE(takes("gzip"));
  EXPECT_TRUE(takes("br;q=1.0, GZIP;q=0.5"));
  EXPECT_FALSE(takes("br"));
  EXPECT_FALSE(takes("gzip;q=0"));
  EXPECT_FALSE(takes("gzip;q=x"));
  EXPECT_FALSE(takes("gzipped"));
  EXPECT_FALSE(Get("/gzip", "Paperwire-Takes-Gzip: 1\r\n").ends_with("yes"));
}

TEST_F(RouterTest, RangesAreNotServed) {
  const std::string answer =
      Get("/text", StrCat("Range: bytes=", std::string(7000, '1'), "-2\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 4000\r\n"));
}

TEST_F(RouterTest, UnknownPathsAndMethodsAreTold) {
  EXPECT_THAT(Get("/none"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Get("/none"), HasSubstr("GET / lists what there is."));
  EXPECT_THAT(Get(StrCat("/", std::string(7000, 'a'))),
              StartsWith("HTTP/1.1 404"));
  for (const char* method : {"DELETE", "PUT", "OPTIONS", "TRACE"}) {
    const Reply reply = Ask(StrCat(method, " /text"));
    EXPECT_THAT(reply.bytes, Not(StartsWith("HTTP/1.1 2"))) << method;
  }
}

TEST_F(RouterTest, AnExceptionIsAnAnswer) {
  const std::string answer = Get("/throw");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

TEST_F(RouterTest, FormsAreRead) {
  const std::string request =
      "POST /form HTTP/1.1\r\nContent-Length: 7\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\na=b%20c";
  EXPECT_THAT(router_.Answer(request, false).bytes, EndsWith("\r\n\r\nb c"));
}

TEST_F(RouterTest, WhenTheConnectionGoesOn) {
  EXPECT_TRUE(Ask("GET /text").keep);
  EXPECT_TRUE(Ask("GET /none").keep);
  const Reply close = Ask("GET /text", "Connection: close\r\n");
  EXPECT_FALSE(close.keep);
  EXPECT_THAT(close.bytes, HasSubstr("Connection: close\r\n"));
  const Reply last = Ask("GET /text", "Connection: keep-alive\r\n", true);
  EXPECT_FALSE(last.keep);
  EXPECT_THAT(last.bytes, HasSubstr("Connection: close\r\n"));
  EXPECT_FALSE(router_.Answer("nonsense\r\n\r\n", false).keep);
  EXPECT_FALSE(router_.Answer("GET /text HTTP/1.0\r\n\r\n", false).keep);
}

// Requests that are cut, mixed and damaged: each gets an answer, whatever the
// parser makes of it.
TEST_F(RouterTest, AnyRequestGetsAnAnswer) {
  const std::string_view pieces[] = {
      "GET ",
      "HEAD ",
      "POST ",
      "/form",
      "/text",
      "/gzip",
      "/%",
      "?a=%2",
      "&",
      " HTTP/1.1\r\n",
      " HTTP/1.0\n",
      "Host: a\r\n",
      "Cookie: %zz\r\n",
      "Content-Type: multipart/form-data; boundary=b\r\n",
      "Content-Type: application/x-www-form-urlencoded\r\n",
      "Content-Length: 40\r\n",
      "Accept-Encoding: gzip;q=,\r\n",
      "Connection: close\r\n",
      "If-None-Match: \"\r\n",
      "\r\n\r\n",
      "--b\r\n",
      "Content-Disposition: form-data; name=\"a\"\r\n",
      "--b--\r\n",
      "a=%",
      "\xff\xfe"};
  std::mt19937 random(9110);
  int whole = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string request;
    if (random() % 4 != 0) {
      StrAppend(&request, pieces[random() % 3], pieces[3 + random() % 3],
                " HTTP/1.1\r\n");
    }
    while (random() % 12 != 0) {
      StrAppend(&request, pieces[random() % std::size(pieces)]);
      if (random() % 16 == 0) request.push_back(static_cast<char>(random()));
    }
    const Frame frame = FrameOf(request);
    if (frame.state != Frame::kWhole) continue;
    ++whole;
    ASSERT_LE(frame.bytes, request.size());
    ASSERT_THAT(router_.Answer(request.substr(0, frame.bytes), false).bytes,
                StartsWith("HTTP/1.1 "))
        << request;
  }
  EXPECT_GT(whole, 5000);
}

}  // namespace
}  // namespace paperwire::http
