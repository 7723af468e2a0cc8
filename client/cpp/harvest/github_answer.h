// What GitHub's REST API answers to GET /repos/OWNER/NAME.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_GITHUB_ANSWER_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_GITHUB_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/harvest/polite_fetcher.h"
#include "client/cpp/harvest/world.h"

namespace paperwire::harvest {

// How GitHub limits requests: the primary limit in X-RateLimit-Remaining and
// X-RateLimit-Reset (seconds since the epoch), the secondary ones by 403 or
// 429 with a Retry-After, or with nothing but words, which ask for a minute.
Limit ReadGithubLimit(const HttpResponse& response, absl::Time now);

// What became of a repository.
struct GithubAnswer {
  enum class Kind {
    kCounted,    // `stars` and `etag`
    kUnchanged,  // as the ETag that was sent says
    kGone,       // deleted, private, or blocked (404, 410, 451)
    kUnusable,   // an answer that says no number of stars: `why`
  };
  Kind kind = Kind::kUnusable;
  int64_t stars = 0;
  // Empty: none that could be sent again.
  std::string etag = {};
  // The name that it has now, lower case ("owner/name"); empty: not said.
  std::string name = {};
  std::string why = {};
};

// DATA_LOSS when the body is no whole JSON, so that it should be asked for
// again; FAILED_PRECONDITION when GitHub refuses to answer at all (a token
// that is not valid, an address that is blocked).
absl::StatusOr<GithubAnswer> ReadGithubAnswer(const std::string& url,
                                              const HttpResponse& response);

// Whether an ETag or a token can stand in a header and in a state file:
// printable ASCII without blanks, of a size that GitHub's are far below.
bool IsOneWord(std::string_view text);

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_GITHUB_ANSWER_H_
