#include "service/http/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/base/strings.h"

namespace paperwire::http {
namespace {

constexpr char kGet[] = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

int StatusOf(std::string_view received) {
  const Frame frame = FrameOf(received);
  return frame.state == Frame::kRefused ? frame.status : 0;
}

std::string Post(std::string_view fields, std::string_view body) {
  return StrCat("POST /x HTTP/1.1\r\nHost: a\r\n", fields, "\r\n", body);
}

TEST(FrameTest, ARequestIsWholeWithItsLastByte) {
  const std::string request = Post("content-length: 5\r\n", "a=b&c");
  for (size_t size = 0; size < request.size(); ++size) {
    EXPECT_EQ(FrameOf(request.substr(0, size)).state, Frame::kMore) << size;
  }
  const Frame frame = FrameOf(request + kGet);
  EXPECT_EQ(frame.state, Frame::kWhole);
  EXPECT_EQ(frame.bytes, request.size());
}

TEST(FrameTest, WithoutABodyItEndsWithItsHead) {
  EXPECT_EQ(FrameOf(kGet).bytes, sizeof kGet - 1);
  EXPECT_EQ(FrameOf("GET / HTTP/1.0\n\n").state, Frame::kWhole);
}

TEST(FrameTest, TheBodyOfAGetIsNotTheNextRequest) {
  const std::string request = StrCat(
      "GET /x HTTP/1.1\r\nContent-Length: ", sizeof kGet - 1, "\r\n\r\n", kGet);
  EXPECT_EQ(FrameOf(request).bytes, request.size());
}

TEST(FrameTest, WhoWaitsToContinueIsNoticedUntilTheBodyComes) {
  const std::string head =
      Post("Content-Length: 2\r\nExpect: 100-continue\r\n", "");
  EXPECT_TRUE(FrameOf(head).waits);
  EXPECT_FALSE(FrameOf(head + "ab").waits);
  EXPECT_FALSE(FrameOf(Post("Content-Length: 2\r\n", "")).waits);
}

TEST(FrameTest, WhatLeavesOpenWhereItEndsIsRefused) {
  EXPECT_EQ(StatusOf(Post("Transfer-Encoding: chunked\r\n", "")), 411);
  EXPECT_EQ(StatusOf(Post("Content-Length: 1\r\nContent-Length: 2\r\n", "")),
            400);
  for (const char* length : {"", "-1", "+1", "1 2", "0x10", "1,1"}) {
    EXPECT_EQ(StatusOf(Post(StrCat("Content-Length: ", length, "\r\n"), "")),
              400)
        << length;
  }
  EXPECT_EQ(StatusOf(Post("Content-Encoding: gzip\r\n", "")), 415);
}

TEST(FrameTest, MalformedHeadsAreRefused) {
  EXPECT_EQ(StatusOf("\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nno colon\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n: empty\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nContent-Length : 3\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n folded: x\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\na: b\rContent-Length: 3\r\n"), 400);
  EXPECT_EQ(StatusOf(std::string("GET /\0 HTTP/1.1\r\n", 17)), 400);
}

TEST(FrameTest, WhatIsTooLargeIsRefusedBeforeItEnds) {
  const std::string line(Frame::kMaxLineBytes + 1, 'a');
  EXPECT_EQ(StatusOf(line), 414);
  EXPECT_EQ(StatusOf(StrCat("GET / HTTP/1.1\r\na: ", line)), 431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (size_t i = 0; i < Frame::kMaxFields; ++i) many += "a: b\r\n";
  EXPECT_EQ(StatusOf(many + "\r\n"), 0);
  EXPECT_EQ(StatusOf(many + "a: b\r\n"), 431);
  std::string large = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 3; ++i) StrAppend(&large, "a: ", line.substr(10), "\r\n");
  EXPECT_EQ(StatusOf(large), 431);
  EXPECT_EQ(StatusOf(Post("Content-Length: 262145\r\n", "")), 413);
  EXPECT_EQ(StatusOf(Post("Content-Length: 99999999999999999999\r\n", "")),
            413);
  EXPECT_EQ(StatusOf(Post("Content-Length: 262144\r\n", "")), 0);
}

TEST(FrameTest, TheParserDoesNotSeeRanges) {
  EXPECT_EQ(ForParser("GET / HTTP/1.1\r\nRANGE: bytes=0-1\r\nRanger: x\r\n"
                      "Expect: 100-continue\r\n\r\nRange: body"),
            "GET / HTTP/1.1\r\nRanger: x\r\n\r\nRange: body");
}

}  // namespace
}  // namespace paperwire::http
