// What handlers answer: content that can be cached and asked for again, or an
// error in a sentence.
//
//     absl::StatusOr<Content> content = MakeFeed(request);
//     Send(request, std::move(content), versions, &response);
//
// Content has a strong ETag over its bytes and a date since which it has been
// the same; who has it already (If-None-Match, or If-Modified-Since without
// that) gets 304 Not Modified and no body.

#ifndef PAPERWIRE_SERVICE_HTTP_ANSWER_H_
#define PAPERWIRE_SERVICE_HTTP_ANSWER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "httplib.h"
#include "service/http/versions.h"

namespace paperwire::http {

inline constexpr char kPlainText[] = "text/plain; charset=utf-8";
inline constexpr char kHtml[] = "text/html; charset=utf-8";
inline constexpr char kJson[] = "application/json; charset=utf-8";

struct Content {
  std::string type;
  std::string body;
  // How long anybody may use it without asking again.
  absl::Duration max_age = absl::Minutes(1);
};

// The content, 304, or the error.
void Send(const httplib::Request& request, absl::StatusOr<Content> content,
          Versions& versions, httplib::Response* response);

// Plain text with the message. What is not the client's fault is logged.
void SendError(const absl::Status& status, httplib::Response* response);

// Whether the list of an If-None-Match ("*", or ETags, weak ones too) has
// `etag`.
bool HasEtag(std::string_view list, std::string_view etag);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_ANSWER_H_
