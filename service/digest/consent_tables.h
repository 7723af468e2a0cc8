// What is known of addresses: who was asked, who may be sent nothing.
//
//     digest_token        hash -> the digest that a link confirms
//     digest_asked        address, time -> a confirmation was sent there
//     suppression         address -> nothing is sent there
//
// As tables.h: in the journal's file, changed inside transactions of the
// writer. Addresses are the same in either case.

#ifndef PAPERWIRE_SERVICE_DIGEST_CONSENT_TABLES_H_
#define PAPERWIRE_SERVICE_DIGEST_CONSENT_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/digest.pb.h"
#include "service/journal/database.h"

namespace paperwire::digest {

struct SuppressionRow {
  int64_t number = 0;  // 1, 2, 3 ...; given when it is stored
  std::string address;
  v1::Suppression::Reason reason = v1::Suppression::REASON_MANUAL;
  std::string detail;
  absl::Time created;
};

// Makes them when they are missing. Inside a transaction.
absl::Status PrepareConsentTables(journal::Database& db);

// Reading. Any connection.

// The digest that a token confirms, unless it has expired.
absl::StatusOr<std::optional<int64_t>> FindToken(journal::Database& db,
                                                 std::string_view token,
                                                 absl::Time now);
// How often an address was asked in a span.
absl::StatusOr<int64_t> CountAsked(journal::Database& db,
                                   std::string_view address, absl::Time since,
                                   absl::Time until);
absl::StatusOr<std::optional<SuppressionRow>> FindSuppression(
    journal::Database& db, std::string_view address);
// Those with numbers after `after`, by number.
absl::StatusOr<std::vector<SuppressionRow>> ListSuppressions(
    journal::Database& db, int64_t after, int limit);

// Writing. Inside a transaction of the writer.

absl::Status WriteToken(journal::Database& db, std::string_view token,
                        int64_t digest, absl::Time expires);
absl::Status EraseTokens(journal::Database& db, int64_t digest);
// Forgets what is older than `keep_from` as well.
absl::Status NoteAsked(journal::Database& db, std::string_view address,
                       absl::Time now, absl::Time keep_from);
// One that is there stays as it is.
absl::Status WriteSuppression(journal::Database& db, const SuppressionRow& row);
// Whether there was one.
absl::StatusOr<bool> EraseSuppression(journal::Database& db,
                                      std::string_view address);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_CONSENT_TABLES_H_
