// Hands messages to a mail server, several at once.
//
//     std::unique_ptr<Mailer> mailer = ...;       // smtp_mailer.h
//     mailer->Send(17, {"jane@example.org", message});
//     for (auto& [key, answer] : mailer->Wait(absl::Seconds(1))) ...

#ifndef PAPERWIRE_SERVICE_DIGEST_MAILER_H_
#define PAPERWIRE_SERVICE_DIGEST_MAILER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace paperwire::digest {

struct Mail {
  std::string to;
  std::string message;  // RFC 5322, lines end in CRLF
};

// What became of it.
struct MailAnswer {
  enum Kind {
    // The server has taken it, and answers for it from here on.
    kTaken,
    // There is no such mailbox, and never was.
    kNoMailbox,
    // The server does not want it: for good, or for now.
    kRefused,
    kLater,
    // The server itself cannot be used: it does not answer, refuses us, or
    // cannot be trusted. Nothing is known of the message or its address.
    kNoServer,
  };
  Kind kind = kTaken;
  // What it said, or why there was no answer, in one line; empty for kTaken.
  std::string error;
};

// One thread, but for Wake.
class Mailer {
 public:
  virtual ~Mailer() = default;

  // `key` names the message until its answer has come.
  virtual void Send(int64_t key, Mail mail) = 0;

  // The answers that came, after at least one did, `time` has passed, or Wake
  // was called.
  virtual std::vector<std::pair<int64_t, MailAnswer>> Wait(
      absl::Duration time) = 0;

  // Ends a Wait. Any thread.
  virtual void Wake() = 0;
};

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_MAILER_H_
