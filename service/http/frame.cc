#include "service/http/frame.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "service/base/strings.h"

namespace paperwire::http {
namespace {

Frame Refuse(int status, std::string_view why) {
  Frame frame;
  frame.state = Frame::kRefused;
  frame.status = status;
  frame.why = why;
  return frame;
}

// Takes a line off the front, without its end; nothing when it has no end.
std::optional<std::string_view> TakeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool IsField(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         absl::EqualsIgnoreCase(ToAbsl(line.substr(0, name.size())),
                                ToAbsl(name));
}

std::string_view ValueOf(std::string_view line) {
  return ToStd(
      absl::StripAsciiWhitespace(ToAbsl(line.substr(line.find(':') + 1))));
}

// Control characters have no place in a head, and CR alone ends a line for
// some and not for others.
bool HasControls(std::string_view line) {
  for (const char c : line) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t') {
      return true;
    }
  }
  return false;
}

// What the fields say of the body.
struct Body {
  std::optional<size_t> bytes;
  bool waits = false;
};

// Notes the field, or says why it cannot be.
std::optional<Frame> ReadField(std::string_view line, Body* body) {
  const size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos ||
      line.find_first_of(" \t") < colon || HasControls(line)) {
    return Refuse(400, "A header field is malformed.");
  }
  if (IsField(line, "Transfer-Encoding")) {
    return Refuse(411, "Send a Content-Length instead of Transfer-Encoding.");
  }
  if (IsField(line, "Content-Encoding")) {
    return Refuse(415, "Send the body without Content-Encoding.");
  }
  if (IsField(line, "Expect")) body->waits = true;
  if (!IsField(line, "Content-Length")) return std::nullopt;
  const std::string_view value = ValueOf(line);
  // Digits alone: what else SimpleAtoi takes ("+1") is no length.
  uint64_t length = 0;
  if (body->bytes.has_value() || value.empty() ||
      value.find_first_not_of("0123456789") != std::string_view::npos) {
    return Refuse(400, "Content-Length is not one number.");
  }
  if (!absl::SimpleAtoi(ToAbsl(value), &length) ||
      length > Frame::kMaxBodyBytes) {
    return Refuse(413, "The body is larger than 256 KiB.");
  }
  body->bytes = length;
  return std::nullopt;
}

}  // namespace

Frame FrameOf(std::string_view received) {
  std::string_view rest = received;
  Body body;
  size_t lines = 0;
  while (true) {
    const std::optional<std::string_view> line = TakeLine(&rest);
    const size_t head = received.size() - rest.size();
    const size_t length = line.has_value() ? line->size() : rest.size();
    if (length > Frame::kMaxLineBytes) {
      return lines == 0 ? Refuse(414, "The address is longer than 8 KiB.")
                        : Refuse(431, "A header field is longer than 8 KiB.");
    }
    if (head > Frame::kMaxHeadBytes ||
        (!line.has_value() && received.size() > Frame::kMaxHeadBytes)) {
      return Refuse(431, "The header fields are longer than 16 KiB.");
    }
    if (!line.has_value()) return {};
    if (lines == 0) {
      if (line->empty() || HasControls(*line)) {
        return Refuse(400, "The request has no request line.");
      }
    } else if (line->empty()) {
      Frame frame;
      const size_t whole = head + body.bytes.value_or(0);
      frame.state = received.size() < whole ? Frame::kMore : Frame::kWhole;
      frame.bytes = frame.state == Frame::kWhole ? whole : 0;
      frame.waits = frame.state == Frame::kMore && body.waits;
      return frame;
    } else if (lines > Frame::kMaxFields) {
      return Refuse(431, "There are more than 64 header fields.");
    } else if (std::optional<Frame> refused = ReadField(*line, &body)) {
      return *refused;
    }
    ++lines;
  }
}

std::string ForParser(std::string_view request) {
  std::string result;
  result.reserve(request.size());
  std::string_view rest = request;
  while (true) {
    const std::optional<std::string_view> line = TakeLine(&rest);
    if (!line.has_value()) break;
    if (!IsField(*line, "Range") && !IsField(*line, "Expect")) {
      StrAppend(&result, *line, "\r\n");
    }
    if (line->empty()) break;
  }
  StrAppend(&result, rest);
  return result;
}

}  // namespace paperwire::http
