// Addresses of mail: which we send to, and when two are the same.
//
//     RETURN_IF_ERROR(CheckAddress(digest.address()));
//     suppressed.contains(NormalAddress(digest.address()));
//
// A subset of RFC 5321 that every mail server takes: ASCII, no quoted local
// part, no address literal, no comment. Any thread.

#ifndef PAPERWIRE_SERVICE_DIGEST_ADDRESS_H_
#define PAPERWIRE_SERVICE_DIGEST_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paperwire::digest {

// INVALID_ARGUMENT: what is wrong and what to do. Whether anybody reads the
// address only a message can tell.
absl::Status CheckAddress(std::string_view address);

// The address in lower case: the key of suppressions. Local parts may differ
// by case after RFC 5321; those of no server that matters do, and to write to
// one who asked not to be written to is the worse mistake.
std::string NormalAddress(std::string_view address);

// Who a mail is from.
struct Mailbox {
  std::string name;     // for people, UTF-8; may be empty
  std::string address;  // passes CheckAddress
};

// "Paperwire <digests@example.org>", "\"Papers, daily\" <d@example.org>" or
// the address alone. INVALID_ARGUMENT as CheckAddress.
absl::StatusOr<Mailbox> ParseMailbox(std::string_view text);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_ADDRESS_H_
