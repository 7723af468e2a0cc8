// Errors of a disk, as whoever runs the server should hear of them.

#ifndef PAPERWIRE_TESTS_TORTURE_EXPLAIN_H_
#define PAPERWIRE_TESTS_TORTURE_EXPLAIN_H_

#include <string>

#include "absl/status/status.h"

namespace paperwire::torture {

// Whether it blames the disk, nothing else, and says what to do.
inline bool ExplainsTheDisk(const absl::Status& status) {
  const std::string message(status.message());
  const bool blames =
      absl::IsResourceExhausted(status) || absl::IsUnavailable(status) ||
      absl::IsFailedPrecondition(status) || absl::IsInternal(status);
  return blames && (message.find("ree some space") != std::string::npos ||
                    message.find("heck ") != std::string::npos);
}

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_EXPLAIN_H_
