#include "client/cpp/client/webhook_secret.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace paperwire {

std::string MakeWebhookSecret() {
  std::array<char, 32> bytes;
  // So few bytes come whole, once the system has any.
  while (getrandom(bytes.data(), bytes.size(), 0) !=
         static_cast<ssize_t>(bytes.size())) {
    if (errno != EINTR) std::abort();
  }
  return "whsec_" +
         absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

}  // namespace paperwire
