// What others wrote, inside of our HTML.
//
//     StrAppend(&html, "<b>", Escaped(title), "</b>");
//     if (IsWebAddress(uri)) StrAppend(&html, "<a href=\"", Escaped(uri), ...);

#ifndef PAPERWIRE_SERVICE_DIGEST_ESCAPE_H_
#define PAPERWIRE_SERVICE_DIGEST_ESCAPE_H_

#include <string>
#include <string_view>

namespace paperwire::digest {

// For text and for values of attributes in double or single quotes.
std::string Escaped(std::string_view text);

// Whether it may become a link: http or https, with a host, of printable ASCII
// without blanks, quotes and angle brackets (which RFC 3986 does not allow, and
// at which clients that look for addresses in text stop), without a user
// (which makes one host look like another), and short enough to be a line of a
// mail.
bool IsWebAddress(std::string_view uri);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_ESCAPE_H_
