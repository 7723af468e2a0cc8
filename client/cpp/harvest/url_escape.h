// Puts a text into the query of an address.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_URL_ESCAPE_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_URL_ESCAPE_H_

#include <string>
#include <string_view>

namespace paperwire::harvest {

// Percent-encodes everything but letters, digits and "-._~" (RFC 3986).
std::string UrlEscape(std::string_view text);

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_URL_ESCAPE_H_
