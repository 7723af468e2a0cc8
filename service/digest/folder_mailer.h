// A Mailer that sends nothing: each message becomes a file of a folder, to be
// looked at (`paperwired --mail-folder`).

#ifndef PAPERWIRE_SERVICE_DIGEST_FOLDER_MAILER_H_
#define PAPERWIRE_SERVICE_DIGEST_FOLDER_MAILER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/digest/mailer.h"

namespace paperwire::digest {

// The folder is made when it is missing. Files are named after the time and
// the address, "20261126T080000.123456-jane@example.org.eml", and whole when
// they appear. FAILED_PRECONDITION: it cannot be made.
absl::StatusOr<std::unique_ptr<Mailer>> MakeFolderMailer(std::string folder);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_FOLDER_MAILER_H_
