// Feeds as Atom: RFC 4287.

#ifndef PAPERWIRE_SERVICE_HTTP_ATOM_H_
#define PAPERWIRE_SERVICE_HTTP_ATOM_H_

#include <string>

#include "service/http/feed.h"

namespace paperwire::http {

inline constexpr char kAtomType[] = "application/atom+xml; charset=utf-8";

// The same bytes for the same feed.
std::string WriteAtom(const Feed& feed);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_ATOM_H_
