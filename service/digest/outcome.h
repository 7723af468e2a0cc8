// What an answer of the mail server changes.

#ifndef PAPERWIRE_SERVICE_DIGEST_OUTCOME_H_
#define PAPERWIRE_SERVICE_DIGEST_OUTCOME_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/digest/mailer.h"
#include "service/digest/tables.h"
#include "service/store/committer.h"

namespace paperwire::digest {

// Notes what became of an attempt that began at `began`. `random` as in
// NextAttempt. A digest that is gone meanwhile stays so; of one that was
// stopped or paused it is noted what was sent.
absl::Status NoteOutcome(const IssueRow& issue, const MailAnswer& answer,
                         absl::Time began, double random,
                         store::Transaction& t);

// A message that was sent came back for good. `no_mailbox`: because there is no
// such mailbox. The address, if nothing is sent to it any more, else empty.
absl::StatusOr<std::string> NoteBounce(int64_t digest, int64_t issue,
                                       bool no_mailbox, std::string_view detail,
                                       store::Transaction& t);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_OUTCOME_H_
