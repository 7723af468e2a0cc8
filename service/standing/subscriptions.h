// The side of subscriptions that decides: what is stored, changed, deleted,
// and how far a cursor moves.
//
//     Subscriptions subscriptions(db, &appender);
//     ASSIGN_OR_RETURN(v1::Subscription s,
//                      subscriptions.Create(request, &changes));
//
// Every change appends an entry to the journal and follows it in the tables at
// once, in the caller's transaction. Commits of cursors write their table
// only.
//
// What comes back is as stored: without cursor and pending_count.

#ifndef PAPERWIRE_SERVICE_STANDING_SUBSCRIPTIONS_H_
#define PAPERWIRE_SERVICE_STANDING_SUBSCRIPTIONS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "service/journal/appender.h"
#include "service/journal/change.h"
#include "service/journal/database.h"
#include "service/query/query.h"
#include "service/standing/subscription_tables.h"

namespace paperwire::standing {

// INVALID_ARGUMENT, naming `field`, when it is not "users/{user}", or not
// "users/{user}/subscriptions/{id}".
absl::Status CheckParent(std::string_view parent, std::string_view field);
absl::Status CheckSubscriptionName(std::string_view name,
                                   std::string_view field);
// The same for the name of a share group, which is like the id.
absl::Status CheckShareName(std::string_view name, std::string_view field);

// One thread, that of the writer.
class Subscriptions {
 public:
  // Both must outlive this.
  Subscriptions(journal::Database* db, journal::Appender* appender)
      : db_(*db), appender_(*appender) {}

  // At the start of each transaction, and after a rollback to a savepoint.
  absl::Status Begin();

  // Errors: see SubscriptionService in the contract.
  absl::StatusOr<v1::Subscription> Create(
      const v1::CreateSubscriptionRequest& request,
      std::vector<journal::Change>* changes);
  absl::StatusOr<v1::Subscription> Update(
      const v1::UpdateSubscriptionRequest& request,
      std::vector<journal::Change>* changes);
  absl::StatusOr<v1::Subscription> SetState(
      std::string_view name, std::string_view etag,
      v1::Subscription::State state, std::vector<journal::Change>* changes);
  absl::Status Delete(std::string_view name, std::string_view etag,
                      std::vector<journal::Change>* changes);

  // Leaves a query standing under the name of something else that reads what
  // it matches (a digest), or changes the one that stands there; its number.
  // Whoever asks for subscriptions does not see it. The query can be parsed.
  absl::StatusOr<int64_t> PutFor(std::string_view name, const v1::Query& query,
                                 std::vector<journal::Change>* changes);
  // Ends that; nothing stands there: nothing happens.
  absl::Status EndFor(std::string_view name,
                      std::vector<journal::Change>* changes);

  // Deletes at most `limit` that have expired; how many there were.
  absl::StatusOr<int> DeleteExpired(int limit,
                                    std::vector<journal::Change>* changes);

  // Moves a cursor forward to a sequence number, or leaves it where it is;
  // where it stands then. NOT_FOUND: there is no such subscription.
  absl::StatusOr<CursorRow> Commit(std::string_view name, int64_t number,
                                   int64_t sequence);

 private:
  struct Found {
    SubscriptionRow row;
    v1::Subscription subscription;
  };
  absl::StatusOr<Found> Find(std::string_view name, std::string_view etag);
  absl::StatusOr<std::string> NewName(std::string_view parent,
                                      std::string_view id);
  absl::StatusOr<v1::Subscription> Write(int64_t number, int64_t previous,
                                         v1::Subscription subscription,
                                         std::vector<journal::Change>* changes);
  absl::Status WriteGone(const SubscriptionRow& row,
                         std::vector<journal::Change>* changes);

  journal::Database& db_;
  journal::Appender& appender_;
  int64_t last_number_ = 0;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_SUBSCRIPTIONS_H_
