// Where clients find the server.

#ifndef PAPERWIRE_SERVICE_HTTP_PUBLIC_URL_H_
#define PAPERWIRE_SERVICE_HTTP_PUBLIC_URL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paperwire::http {

// The URL without slashes at its end. INVALID_ARGUMENT: it is no http or https
// address, or has a user, a query or a fragment.
absl::StatusOr<std::string> CheckPublicUrl(std::string_view url);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_PUBLIC_URL_H_
