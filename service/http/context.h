// What the routes answer from.

#ifndef PAPERWIRE_SERVICE_HTTP_CONTEXT_H_
#define PAPERWIRE_SERVICE_HTTP_CONTEXT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/http/versions.h"
#include "service/store/store.h"

namespace paperwire::http {

// Both must outlive the routes.
struct Context {
  store::Store& store;
  Versions& versions;
  // Where clients find the server, without a slash at the end.
  std::string public_url;
};

// DEADLINE_EXCEEDED from 10 seconds after this call on, for what may take long.
inline std::function<absl::Status()> CheckTime() {
  return [end = absl::Now() + absl::Seconds(10)] {
    return absl::Now() < end
               ? absl::OkStatus()
               : absl::DeadlineExceededError(
                     "This takes the server too long. Ask for less.");
  };
}

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_CONTEXT_H_
