// Which addresses anybody may have us connect to.
//
// Whoever may set a webhook makes this machine send requests. It must not
// become a way into networks that only this machine can reach: so what we
// connect to is public, or the operator has allowed otherwise.
//
//     if (!IsPublic(address) || IsOfThisMachine(address)) { /* refuse */ }
//
// To be asked about the very address of a connection, right before it is made
// (curl_poster.cc): what a name resolved to a moment ago proves nothing.

#ifndef PAPERWIRE_SERVICE_WEBHOOK_ADDRESSES_H_
#define PAPERWIRE_SERVICE_WEBHOOK_ADDRESSES_H_

#include <sys/socket.h>

#include <optional>
#include <string_view>

namespace paperwire::webhook {

// Whether an IPv4 or IPv6 address belongs to the public internet: none of
// IANA's special-purpose registries (loopback, private, shared, link-local,
// documentation, benchmarking, multicast, reserved, and the like). IPv6 forms
// that carry an IPv4 address count as that one; 6to4 and Teredo are refused.
// `address` must be as large as its family says. False for other families.
bool IsPublic(const sockaddr& address);

// Whether a network interface of this machine has this address.
bool IsOfThisMachine(const sockaddr& address);

// A literal address, "192.0.2.1", "2001:db8::1" or "[2001:db8::1]". Nothing:
// it is a name.
std::optional<sockaddr_storage> ParseAddress(std::string_view text);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_ADDRESSES_H_
