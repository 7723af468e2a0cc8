// Posts over HTTP: what the deliverer needs of the world outside.
//
//     poster.Post(7, {.url = url, .headers = headers, .body = body});
//     for (auto& [key, answer] : poster.Wait(absl::Seconds(1))) { ... }
//
// curl_poster.h is the real one; tests have their own.

#ifndef PAPERWIRE_SERVICE_WEBHOOK_POSTER_H_
#define PAPERWIRE_SERVICE_WEBHOOK_POSTER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace paperwire::webhook {

struct PostRequest {
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string body;
};

struct PostAnswer {
  // 0: there was no answer, or not a whole one; `error` says why.
  int http_status = 0;
  std::string error = {};
  absl::Duration took = absl::ZeroDuration();
  // Retry-After; zero: the answer has none.
  absl::Duration retry_after = absl::ZeroDuration();
};

// One thread, but for Wake.
class Poster {
 public:
  virtual ~Poster() = default;

  // Begins to post. `key` names it until Wait has returned its answer.
  virtual void Post(int64_t key, PostRequest request) = 0;

  // Goes on with all that is under way, for up to `time` or until something
  // was answered or Wake was called; what was answered.
  virtual std::vector<std::pair<int64_t, PostAnswer>> Wait(
      absl::Duration time) = 0;

  // Ends a Wait, or the next one. Any thread.
  virtual void Wake() = 0;

  // Lets go of all that is under way; nothing of it is answered any more.
  virtual void Abandon() = 0;
};

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_POSTER_H_
