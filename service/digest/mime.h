// A mail as it goes over the wire: an RFC 5322 message, by GMime.
//
//     MailHeaders headers;
//     headers.from = *ParseMailbox("Paperwire <digests@example.org>");
//     headers.to = "reader@example.net";
//     headers.message_id = "k2v9x@example.org";
//     headers.date = clock.Now();
//     const std::string message = MakeMessage(headers, Write(letter));
//
// The text and the HTML of a letter are alternatives of each other, in UTF-8,
// encoded so that the message is 7-bit clean and no line is longer than 78
// bytes where it can be folded and 998 anywhere. Lines end in CRLF; dots at
// their beginning are SMTP's to double.
//
// What goes out says of itself, so that nobody answers it by machine:
//   Auto-Submitted: auto-generated (RFC 3834), in every message;
//   X-Auto-Response-Suppress, for Exchange: all but the reports that a message
//     cannot be delivered, which we want to read;
//   List-Id (RFC 2919), by which readers sort, and vacation responders keep
//     quiet (RFC 5230).
// There is no Precedence: it was never specified, those above say the same,
// and some receivers delay or drop what calls itself bulk.
//
// A one-click unsubscription (RFC 8058) counts only when a DKIM signature
// covers its two headers; the operator's mail server makes that.

#ifndef PAPERWIRE_SERVICE_DIGEST_MIME_H_
#define PAPERWIRE_SERVICE_DIGEST_MIME_H_

#include <string>

#include "absl/time/time.h"
#include "service/digest/address.h"
#include "service/digest/letter.h"

namespace paperwire::digest {

// No value can add a header or break out of its own: control characters are
// dropped. A header whose value is empty is left out.
struct MailHeaders {
  Mailbox from;
  std::string to;          // passes CheckAddress
  std::string message_id;  // without the angle brackets
  absl::Time date;         // whole seconds are told, in UTC
  std::string list_name;   // of List-Id, for people; may be empty
  std::string list_id;     // "weekly.alice.example.org"
  // How to stop it: an http or https address, an address of mail, or both.
  // Both empty, as when consent is asked for: there is nothing to stop.
  std::string unsubscribe_url;
  std::string unsubscribe_mailto;
  // A POST of List-Unsubscribe=One-Click to unsubscribe_url stops it. Told
  // only if that is https, which RFC 8058 wants.
  bool one_click = false;
};

// The whole message. The same input gives the same bytes. Some 1 millisecond
// for 20 papers. Any thread.
std::string MakeMessage(const MailHeaders& headers, const LetterText& letter);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_MIME_H_
