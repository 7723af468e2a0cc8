// Fetches from a source without hurting it.
//
//     PoliteFetcher fetcher(http, world, politeness);
//     RETURN_IF_ERROR(fetcher.Fetch({.url = url},
//                                   [&](const HttpResponse& response) {
//       return ParseInto(response.body, &page);
//     }, progress));
//
// Requests keep their distance. Failures that pass by themselves (429, 408 and
// 5xx, no connection, timeouts, bodies that were cut off) are tried again after
// a wait that doubles, half of it by chance so that many clients do not come
// back at once ("equal jitter"); a Retry-After is waited out instead. Sources
// that limit requests in headers of their own bring a ReadLimit.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_POLITE_FETCHER_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_POLITE_FETCHER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cpp/harvest/harvester.h"
#include "client/cpp/harvest/world.h"

namespace paperwire::harvest {

// How long a Retry-After header asks to wait: seconds, or a date. Nothing when
// it is neither; zero when the date has passed.
std::optional<absl::Duration> ParseRetryAfter(std::string_view value,
                                              absl::Time now);

// FAILED_PRECONDITION with the status code and the beginning of the body.
absl::Status Refusal(const std::string& url, const HttpResponse& response);

// What an answer says of the source's limit.
struct Limit {
  // It is no answer to the request: ask again later.
  bool refused = false;
  // When to ask again, whether this was refused or not. Nothing: at once, or
  // after the usual waits.
  std::optional<absl::Duration> wait = std::nullopt;
};
using ReadLimit = std::function<Limit(const HttpResponse&, absl::Time now)>;

struct Request {
  std::string url;
  Headers headers = {};
};

// Not thread-safe.
class PoliteFetcher {
 public:
  // Judges an answer that did not fail in passing. DATA_LOSS means "cut off,
  // try again"; every other error ends the fetch.
  using Accept = std::function<absl::Status(const HttpResponse&)>;

  // `http` and `world` must outlive the fetcher.
  PoliteFetcher(HttpClient* http, World* world, const Politeness& politeness,
                ReadLimit read_limit = nullptr)
      : http_(http),
        world_(world),
        politeness_(politeness),
        read_limit_(std::move(read_limit)) {}

  absl::Status Fetch(const Request& request, const Accept& accept,
                     const Progress& progress);

  // How long the next fetch will wait for the source's limit: time to put
  // things in order before.
  absl::Duration limited() const;

  int64_t requests() const { return requests_; }
  int64_t retries() const { return retries_; }

 private:
  // One try. `wait` becomes what the source asks for.
  absl::Status Try(const Request& request, const Accept& accept,
                   std::optional<absl::Duration>* wait, bool* passing);

  absl::Status WaitForLimit(const std::string& url, const Progress& progress);

  HttpClient* const http_;
  World* const world_;
  const Politeness politeness_;
  const ReadLimit read_limit_;
  std::optional<absl::Time> last_;
  absl::Time not_before_ = absl::InfinitePast();
  int64_t requests_ = 0;
  int64_t retries_ = 0;
};

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_POLITE_FETCHER_H_
