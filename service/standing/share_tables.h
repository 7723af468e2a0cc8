// How far share groups are, in tables:
//
//     share_group  number, name -> the cursor: up to here all was acknowledged
//     share_ack    number, name, sequence: acknowledged after the cursor
//
// Like cursors they are the readers' own and stand nowhere else. What was
// handed out and is not acknowledged is in memory only (share_group.h).

#ifndef PAPERWIRE_SERVICE_STANDING_SHARE_TABLES_H_
#define PAPERWIRE_SERVICE_STANDING_SHARE_TABLES_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/journal/database.h"

namespace paperwire::standing {

struct ShareRow {
  std::string name;
  int64_t sequence = 0;  // the cursor
  std::set<int64_t> acknowledged;  // after it
};

// Groups of one subscription.
inline constexpr int kMaxShareGroups = 64;

// Makes the tables when they are missing. Outside of a transaction.
absl::Status PrepareShareTables(journal::Database& db);

absl::StatusOr<std::optional<ShareRow>> FindShare(journal::Database& db,
                                                  int64_t number,
                                                  std::string_view name);
// By name, without what was acknowledged.
absl::StatusOr<std::vector<ShareRow>> ListShares(journal::Database& db,
                                                 int64_t number);

// The rest: inside the caller's transaction.

// Makes a group that starts after `sequence`, unless it is there already.
// RESOURCE_EXHAUSTED: the subscription has kMaxShareGroups.
absl::Status CreateShare(journal::Database& db, int64_t number,
                         std::string_view name, int64_t sequence);

// Notes acknowledgements and moves the cursor over all that are without a gap.
// Sequence numbers that are no match of the subscription are passed over.
// NOT_FOUND: there is no such group.
absl::Status AcknowledgeShare(journal::Database& db, int64_t number,
                              std::string_view name,
                              const std::vector<int64_t>& sequences);

// False: there was none.
absl::StatusOr<bool> DeleteShare(journal::Database& db, int64_t number,
                                 std::string_view name);
// With its subscription.
absl::Status DeleteShares(journal::Database& db, int64_t number);

// NOT_FOUND, with what to do.
absl::Status NoSuchShare(std::string_view name);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_SHARE_TABLES_H_
