#include "service/http/answer.h"

#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "service/base/hash.h"
#include "service/base/strings.h"
#include "service/http/gzip.h"
#include "service/http/http_date.h"
#include "service/http/router.h"
#include "spdlog/spdlog.h"

namespace paperwire::http {
namespace {

// What is shorter does not get shorter.
constexpr size_t kMinGzipBytes = 512;

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return 503;
    default:
      return 500;
  }
}

// RFC 9110, 13.2.2: the date counts only without a list of ETags.
bool Has(const httplib::Request& request, std::string_view etag,
         absl::Time since) {
  if (request.has_header("If-None-Match")) {
    return HasEtag(request.get_header_value("If-None-Match"), etag);
  }
  const std::optional<absl::Time> date =
      ParseHttpDate(request.get_header_value("If-Modified-Since"));
  return date.has_value() && since <= *date;
}

}  // namespace

bool HasEtag(std::string_view list, std::string_view etag) {
  for (absl::string_view part : absl::StrSplit(ToAbsl(list), ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (part == "*") return true;
    absl::ConsumePrefix(&part, "W/");
    if (ToStd(part) == etag) return true;
  }
  return false;
}

void Send(const httplib::Request& request, absl::StatusOr<Content> content,
          Versions& versions, httplib::Response* response) {
  if (!content.ok()) return SendError(content.status(), response);
  const uint64_t hash = StableHash(content->body);
  const absl::Time since = versions.Since(request.target, hash);
  // Each form of the body is a representation of its own.
  std::optional<std::string> packed;
  if (TakesGzip(request) && content->body.size() >= kMinGzipBytes) {
    packed = Gzip(content->body);
  }
  const bool gzip = packed.has_value();
  const std::string etag =
      absl::StrFormat("\"%016x%s\"", hash, gzip ? "-gzip" : "");
  response->set_header("ETag", etag);
  response->set_header("Vary", "Accept-Encoding");
  response->set_header(
      "Cache-Control",
      StrCat("public, max-age=", absl::ToInt64Seconds(content->max_age)));
  // A date that is still to come is no date to tell.
  if (since <= absl::Now()) {
    response->set_header("Last-Modified", HttpDate(since));
  }
  const std::string& body = gzip ? *packed : content->body;
  if (Has(request, etag, since)) {
    response->status = 304;
    // Else httplib says that it is 0.
    response->set_header("Content-Length", std::to_string(body.size()));
    return;
  }
  response->status = 200;
  if (gzip) response->set_header("Content-Encoding", "gzip");
  response->set_content(body, content->type);
}

void SendError(const absl::Status& status, httplib::Response* response) {
  response->status = HttpStatus(status.code());
  response->set_header("Cache-Control", "no-store");
  std::string text(status.message());
  if (response->status == 500) {
    spdlog::error("an HTTP request failed: {}", status.ToString());
    text = "The server failed. Its log says more.";
  }
  if (response->status == 503) response->set_header("Retry-After", "10");
  response->set_content(StrCat(text, "\n"), kPlainText);
}

}  // namespace paperwire::http
