// Fetches from a source without hurting it.
//
//     PoliteFetcher fetcher(http, world, politeness, progress);
//     RETURN_IF_ERROR(fetcher.Fetch(url, [&](const HttpResponse& response) {
//       return ParseInto(response.body, &page);
//     }));
//
// Requests keep their distance. Failures that pass by themselves (429, 408 and
// 5xx, no connection, timeouts, bodies that were cut off) are tried again after
// a wait that doubles, half of it by chance so that many clients do not come
// back at once ("equal jitter"); a Retry-After is waited out instead.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_POLITE_FETCHER_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_POLITE_FETCHER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

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

// Not thread-safe.
class PoliteFetcher {
 public:
  // Judges an answer that did not fail in passing. DATA_LOSS means "cut off,
  // try again"; every other error ends the fetch.
  using Accept = std::function<absl::Status(const HttpResponse&)>;

  // `http` and `world` must outlive the fetcher.
  PoliteFetcher(HttpClient* http, World* world, const Politeness& politeness)
      : http_(http), world_(world), politeness_(politeness) {}

  absl::Status Fetch(const std::string& url, const Accept& accept,
                     const Progress& progress);

  int64_t requests() const { return requests_; }
  int64_t retries() const { return retries_; }

 private:
  // One try. `wait` becomes what the source asks for.
  absl::Status Try(const std::string& url, const Accept& accept,
                   std::optional<absl::Duration>* wait, bool* passing);

  HttpClient* const http_;
  World* const world_;
  const Politeness politeness_;
  std::optional<absl::Time> last_;
  int64_t requests_ = 0;
  int64_t retries_ = 0;
};

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_POLITE_FETCHER_H_
