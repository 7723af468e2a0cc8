// Names for batches that no one else gives to theirs.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_UUID_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_UUID_H_

#include <string>

namespace paperwire {

// A random UUID (RFC 9562, version 4) in its usual spelling. Thread-safe.
std::string RandomUuid();

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_UUID_H_
