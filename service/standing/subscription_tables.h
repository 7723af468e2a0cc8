// Where subscriptions, cursors and noted matches are kept.
//
//     subscription       number -> name, newest entry, when it expires
//     cursor             number -> how far its reader has come
//     match              number, sequence -> what was noted for it
//     match_seen, match_lost   what is left of forgotten ones (forget.h)
//     standing_position  up to which sequence matches are noted
//
// `subscription` is a view of the journal in the same file and is made again
// from it; `match` is one as well, but not made again: what was delivered as
// news stays what it was. Cursors are the readers' own and stand nowhere else.
// A subscription's number is 1, 2, 3 ... and never used again.

#ifndef PAPERWIRE_SERVICE_STANDING_SUBSCRIPTION_TABLES_H_
#define PAPERWIRE_SERVICE_STANDING_SUBSCRIPTION_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/subscription.pb.h"
#include "service/journal/database.h"
#include "service/journal/journal.h"

namespace paperwire::standing {

struct SubscriptionRow {
  int64_t number = 0;
  std::string name;
  int64_t sequence = 0;  // of its newest entry
  int64_t created = 0;   // of its first
};

struct CursorRow {
  int64_t sequence = 0;
  std::optional<absl::Time> time;  // nothing: never committed
};

// What was noted: an entry of the journal is news to a subscription.
struct MatchRow {
  int64_t number = 0;
  int64_t sequence = 0;
  absl::Time time;  // of the entry
  bool created = false;
  bool new_version = false;
};

// Makes the tables when they are missing and follows the journal from where
// they stand. Once, at start-up, outside of a transaction.
absl::Status PrepareSubscriptionTables(journal::Database& db);
// Makes `subscription` again from the whole journal.
absl::Status RebuildSubscriptionTables(journal::Database& db);

// Follows one entry. Inside the caller's transaction.
absl::Status ApplySubscription(journal::Database& db,
                               const journal::Entry& entry);

// The highest number ever given; 0 for none.
absl::StatusOr<int64_t> LastSubscriptionNumber(journal::Database& db);

absl::StatusOr<std::optional<SubscriptionRow>> FindSubscription(
    journal::Database& db, std::string_view name);
// Whether there is one of this number.
absl::StatusOr<bool> IsSubscribed(journal::Database& db, int64_t number);
// The one that a request created, of the same owner.
absl::StatusOr<std::optional<SubscriptionRow>> FindRequest(
    journal::Database& db, std::string_view parent,
    std::string_view request_id);
absl::Status NoteRequest(journal::Database& db, int64_t number,
                         std::string_view parent, std::string_view request_id);
// As FindSubscription; NOT_FOUND, with what to do, when there is none.
absl::StatusOr<SubscriptionRow> NeedSubscription(journal::Database& db,
                                                 std::string_view name);
// Those of an owner with names after `after`, by name.
absl::StatusOr<std::vector<SubscriptionRow>> ListOwned(journal::Database& db,
                                                       std::string_view parent,
                                                       std::string_view after,
                                                       int limit);
// All with numbers after `after`, by number.
absl::StatusOr<std::vector<SubscriptionRow>> ListAll(journal::Database& db,
                                                     int64_t after, int limit);
// Names of those that expire at `now` or before, at most `limit`.
absl::StatusOr<std::vector<std::string>> ListExpired(journal::Database& db,
                                                     absl::Time now, int limit);

// A subscription as its newest entry up to a sequence number has it.
// NOT_FOUND: it was not there yet.
absl::StatusOr<v1::Subscription> ReadSubscription(journal::Database& db,
                                                  const SubscriptionRow& row,
                                                  int64_t up_to);

// How far its reader has come; its creation when nothing was committed.
absl::StatusOr<CursorRow> ReadCursor(journal::Database& db,
                                     const SubscriptionRow& row);
absl::Status WriteCursor(journal::Database& db, int64_t number,
                         const CursorRow& cursor);

// Up to which sequence number matches are noted.
absl::StatusOr<int64_t> ReadStandingPosition(journal::Database& db);
// Notes matches, all up to `position`. Inside the caller's transaction.
absl::Status NoteMatches(journal::Database& db,
                         const std::vector<MatchRow>& matches,
                         int64_t position);
// What was noted for one subscription after a sequence number, in order.
absl::StatusOr<std::vector<MatchRow>> ReadMatches(journal::Database& db,
                                                  int64_t number, int64_t after,
                                                  int limit);
// Whether one of these entries was noted for it.
absl::StatusOr<bool> AnyNoted(journal::Database& db, int64_t number,
                              const std::vector<int64_t>& sequences);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_SUBSCRIPTION_TABLES_H_
