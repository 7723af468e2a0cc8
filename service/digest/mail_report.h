// What came back: a mail server's report that a message was not delivered
// (RFC 3464), or a provider's that its reader does not want it (RFC 5965).
//
//     ASSIGN_OR_RETURN(MailReport report, ParseMailReport(message));
//     if (report.kind == MailReport::Kind::kBounce &&
//         MeansNoMailbox(report.status)) { /* suppress */ }
//
// Anybody can send a report about anything. What it says counts only when one
// of its message_ids is of a message of ours, which nobody can make up.

#ifndef PAPERWIRE_SERVICE_DIGEST_MAIL_REPORT_H_
#define PAPERWIRE_SERVICE_DIGEST_MAIL_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paperwire::digest {

struct MailReport {
  enum class Kind {
    // No report, or one that nothing follows from: delivered, relayed, marked
    // as wanted.
    kNone,
    // It was not delivered and never will be.
    kBounce,
    // It is late, or was given up for a reason that may pass (a status of
    // class 4).
    kDelay,
    // Its reader marked it as unwanted.
    kComplaint,
  };

  Kind kind = Kind::kNone;
  // What may be the Message-ID of the original message, without angle
  // brackets: from the part of it that came back first, then from what the
  // report says that it answers. Each once, at most 16, each of at most 998
  // bytes of printable ASCII.
  std::vector<std::string> message_ids;
  // Whom it was for; empty when the report does not say. As it stands there,
  // in printable ASCII: it need not pass CheckAddress.
  std::string recipient;
  // An enhanced status code (RFC 3463), "5.1.1"; empty: none.
  std::string status;
  // What the other side said, in one line of at most 1,000 bytes of UTF-8.
  std::string detail;
};

// INVALID_ARGUMENT: it is no message. Takes any bytes; some 10 milliseconds a
// megabyte. Any thread.
absl::StatusOr<MailReport> ParseMailReport(std::string_view message);

// Whether a status says that there is no such mailbox, or no such host to have
// one: not that it is full, or that the message is not liked.
bool MeansNoMailbox(std::string_view status);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_MAIL_REPORT_H_
