// A digest as a page to read.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PAGE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PAGE_H_

#include "absl/time/time.h"
#include "client/cpp/command/output.h"
#include "paperwire/v1/digest.pb.h"

namespace paperwire::command {

// Its title or id, what is known of it in labelled rows. Fields that it does
// not have are left out.
void PrintDigest(const v1::Digest& digest, absl::Time now, Output& out);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PAGE_H_
