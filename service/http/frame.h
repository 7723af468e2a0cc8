// Where a request ends in the bytes of a connection, and whether it may be
// taken at all.
//
//     const Frame frame = FrameOf(received);
//     if (frame.state == Frame::kWhole) Answer(received.substr(0,
//     frame.bytes));
//
// This comes before any parser: what is too large, has too many fields or
// leaves open where it ends is refused by its first bytes, so that nobody makes
// us keep or guess anything.

#ifndef PAPERWIRE_SERVICE_HTTP_FRAME_H_
#define PAPERWIRE_SERVICE_HTTP_FRAME_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace paperwire::http {

struct Frame {
  enum State {
    kMore,     // it does not end yet
    kWhole,    // it is there
    kRefused,  // see status and why; the connection must end
  };
  State state = kMore;
  // Of kWhole: head and body.
  size_t bytes = 0;
  // Of kMore: the client waits for "100 Continue" before it sends the body.
  bool waits = false;
  // Of kRefused: a status of HTTP and a sentence.
  int status = 0;
  std::string_view why;

  static constexpr size_t kMaxHeadBytes = 16 << 10;
  static constexpr size_t kMaxLineBytes = 8 << 10;
  static constexpr size_t kMaxFields = 64;
  // Forms are small.
  static constexpr size_t kMaxBodyBytes = 256 << 10;
};

// The first request in `received`.
Frame FrameOf(std::string_view received);

// A whole request without the fields that httplib would act on although we do
// not: Range (it matches them by a recursive regular expression, and serves
// parts of compressed bodies) and Expect, which was dealt with.
std::string ForParser(std::string_view request);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_FRAME_H_
