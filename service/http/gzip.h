// Bodies made smaller: feeds are text, and shrink to a third.

#ifndef PAPERWIRE_SERVICE_HTTP_GZIP_H_
#define PAPERWIRE_SERVICE_HTTP_GZIP_H_

#include <optional>
#include <string>
#include <string_view>

namespace paperwire::http {

// The same bytes for the same text. Nothing when zlib has no memory.
std::optional<std::string> Gzip(std::string_view text);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_GZIP_H_
