// The real Poster: libcurl, all that is under way on the thread that waits.
//
// 15 seconds in all; TLS verified by the system's certificates; no redirects,
// no proxy, no user data of the environment. Only public addresses are
// connected to (addresses.h), whatever the name said when it was looked up
// before. Answers are read up to a bound, and dropped.

#ifndef PAPERWIRE_SERVICE_WEBHOOK_CURL_POSTER_H_
#define PAPERWIRE_SERVICE_WEBHOOK_CURL_POSTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/webhook/poster.h"

namespace paperwire::webhook {

struct CurlPosterOptions {
  // Connect to any address, and by plain http as well.
  bool allow_private = false;
  absl::Duration timeout = absl::Seconds(15);
  // Connections that are kept open for the next delivery.
  int kept_connections = 64;
};

// UNAVAILABLE: libcurl cannot be set up.
absl::StatusOr<std::unique_ptr<Poster>> MakeCurlPoster(
    const CurlPosterOptions& options);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_CURL_POSTER_H_
