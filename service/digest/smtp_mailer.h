// A Mailer that speaks SMTP (RFC 5321) to one server, the operator's relay, by
// libcurl.

#ifndef PAPERWIRE_SERVICE_DIGEST_SMTP_MAILER_H_
#define PAPERWIRE_SERVICE_DIGEST_SMTP_MAILER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/digest/mailer.h"

namespace paperwire::digest {

struct SmtpOptions {
  // "smtp://host:587", by STARTTLS; "smtps://host:465", by TLS from the start.
  std::string url;
  // Without them it does not authenticate.
  std::string user;
  std::string password;
  // Do without TLS where the server does not offer it: in a network that is
  // trusted. With a password there is always TLS.
  bool allow_plain = false;
  // The certificates to trust, a file in PEM; empty: those of the system.
  std::string ca_file;
  // Whom messages that come back go to (MAIL FROM).
  std::string sender;
  // The name that it greets with (EHLO); empty: that of this machine.
  std::string greeting;
  // Connections at once; each carries one message after the other.
  int connections = 8;
  // For one message.
  absl::Duration timeout = absl::Seconds(60);
  absl::Duration connect_timeout = absl::Seconds(15);
};

// INVALID_ARGUMENT: there is something wrong with the options.
absl::StatusOr<std::unique_ptr<Mailer>> MakeSmtpMailer(
    const SmtpOptions& options);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_SMTP_MAILER_H_
