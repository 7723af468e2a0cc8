// From a row to the message that is sent: reads the papers, writes the letter,
// puts it into its envelope.
//
//     const Composer composer(&store, settings, secrets);
//     ASSIGN_OR_RETURN(Message message, composer.Compose(row, issue, token,
//     now));
//
// Everything that can differ between two attempts comes from the row (papers,
// Message-ID, moment of the board), but for what papers themselves say now.

#ifndef PAPERWIRE_SERVICE_DIGEST_COMPOSE_H_
#define PAPERWIRE_SERVICE_DIGEST_COMPOSE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/digest/address.h"
#include "service/digest/letter.h"
#include "service/digest/secrets.h"
#include "service/digest/tables.h"
#include "service/store/store.h"

namespace paperwire::digest {

// What all messages of a server have in common.
struct SenderSettings {
  Mailbox from;
  // What links begin with: "https://papers.example.org".
  std::string public_url;
};

struct Message {
  LetterText letter;
  std::string bytes;  // RFC 5322
  // There is nothing to say any more: its papers were withdrawn.
  bool empty = false;
};

// Thread-safe.
class Composer {
 public:
  // Both must outlive this.
  Composer(store::Store* store, const Secrets* secrets,
           SenderSettings settings);

  // `token` is that of a confirmation, else empty.
  absl::StatusOr<Message> Compose(const DigestRow& row, const IssueRow& issue,
                                  std::string_view token, absl::Time now) const;

  // The same without links that do anything: of a digest that need not be
  // stored, with number 0.
  absl::StatusOr<Message> ComposePreview(const DigestRow& row,
                                         const IssueRow& issue,
                                         absl::Time now) const;

  // Of an issue, without the angle brackets: "17.3.{signature}@{host}".
  std::string MessageId(int64_t digest, int64_t issue) const;
  // The digest and the issue that a Message-ID names; nothing: it is not one
  // of ours.
  std::optional<std::pair<int64_t, int64_t>> OpenMessageId(
      std::string_view message_id) const;

 private:
  absl::StatusOr<Letter> WriteLetter(const DigestRow& row,
                                     const IssueRow& issue,
                                     absl::Time now) const;
  absl::Status AddPapers(const DigestRow& row, const IssueRow& issue,
                         Letter* letter) const;
  std::string Link(std::string_view page, std::string_view token) const;

  store::Store& store_;
  const Secrets& secrets_;
  const SenderSettings settings_;
  const std::string host_;
};

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_COMPOSE_H_
