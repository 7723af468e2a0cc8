// Times as HTTP writes them.

#ifndef PAPERWIRE_SERVICE_HTTP_HTTP_DATE_H_
#define PAPERWIRE_SERVICE_HTTP_HTTP_DATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace paperwire::http {

// "Sun, 06 Nov 1994 08:49:37 GMT", the only form that is written since RFC
// 1123.
std::string HttpDate(absl::Time time);

// Reads that form; nothing for any other.
std::optional<absl::Time> ParseHttpDate(std::string_view text);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_HTTP_DATE_H_
