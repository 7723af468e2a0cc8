// The side of digests that decides: what is stored, who has confirmed, what
// stops.
//
//     ASSIGN_OR_RETURN(DigestRow row, Create(request, t));
//     ASSIGN_OR_RETURN(row, Confirm(token, t));
//
// Each works inside a transaction of the writer (store/committer.h); its errors
// are those of DigestService in the contract.

#ifndef PAPERWIRE_SERVICE_DIGEST_DECIDE_H_
#define PAPERWIRE_SERVICE_DIGEST_DECIDE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/digest_service.pb.h"
#include "service/digest/tables.h"
#include "service/store/committer.h"

namespace paperwire::digest {

// For how long the link of a confirmation works.
inline constexpr absl::Duration kConfirmWithin = absl::Hours(72);
// How often an address that does not confirm is asked in 24 hours.
inline constexpr int kAskedPerDay = 3;
// So many messages in a row that are refused, or come back, suppress.
inline constexpr int kRefusedInARow = 3;

absl::StatusOr<DigestRow> Create(const v1::CreateDigestRequest& request,
                                 store::Transaction& t);
absl::StatusOr<DigestRow> Update(const v1::UpdateDigestRequest& request,
                                 store::Transaction& t);
absl::StatusOr<DigestRow> SetPaused(std::string_view name,
                                    std::string_view etag, bool paused,
                                    store::Transaction& t);
absl::Status Delete(std::string_view name, std::string_view etag,
                    store::Transaction& t);
// Asks for consent once more.
absl::StatusOr<DigestRow> AskAgain(std::string_view name,
                                   store::Transaction& t);
absl::StatusOr<DigestRow> Confirm(std::string_view token,
                                  store::Transaction& t);

// By a signed link. One that is stopped stays as it is; one that was deleted is
// stopped, too, and nothing else is said of it.
absl::StatusOr<DigestRow> Unsubscribe(int64_t number, store::Transaction& t);

// Sends nothing to an address any more, and stops all digests of it.
absl::Status Suppress(std::string_view address, v1::Suppression::Reason reason,
                      std::string_view detail, store::Transaction& t);

// Deletes unconfirmed digests whose links have expired, at most `limit`.
absl::Status DeleteExpired(int limit, store::Transaction& t);

// After a clock was put back: has what is due after `latest` be due as the
// clock is now. At most `limit`.
absl::Status BringBack(absl::Time latest, int limit, store::Transaction& t);

// The digest with what sending says of it.
v1::Digest ToProto(const DigestRow& row);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_DECIDE_H_
