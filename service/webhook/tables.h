// Where webhooks and their deliveries are kept, in the journal's file.
//
//     webhook           subscription number -> its place, the delivery at
//                       hand, how that fares
//     webhook_delivery  number, last sequence -> one delivery: at hand, waiting
//                       to be posted once more, or history
//
// A row of `webhook` is there as long as its subscription has a webhook: it
// follows changes of subscriptions inside their transactions (store.h,
// SideTables). What a webhook is (url, secret) stands in the journal.
//
// What is posted is what stands here: a delivery is taken up, durably, before
// its first attempt. So whatever happens, a later attempt has the same id and
// the same matches.

#ifndef PAPERWIRE_SERVICE_WEBHOOK_TABLES_H_
#define PAPERWIRE_SERVICE_WEBHOOK_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/webhook.pb.h"
#include "service/journal/change.h"
#include "service/journal/database.h"
#include "service/store/store.h"

namespace paperwire::webhook {

using DeliveryState = v1::WebhookDelivery::State;

struct WebhookRow {
  int64_t number = 0;       // of the subscription
  int64_t sequence = 0;     // up to here everything was taken or given up
  int64_t lost = 0;         // up to here it is noted what the journal has lost
  int64_t target = 0;       // stands for url, secret, disabled and so on
  int64_t at_hand = 0;      // the delivery's last sequence; 0: there is none
  int failed_attempts = 0;  // of the delivery at hand
  std::optional<absl::Time> first_attempt;  // of it, if that failed
  std::optional<absl::Time> next_attempt;   // of it; nothing: at once
  std::optional<absl::Time> last_success;
  std::string last_error;
};

struct DeliveryRow {
  int64_t number = 0;
  int64_t first = 0;
  int64_t last = 0;
  int matches = 0;
  DeliveryState state = v1::WebhookDelivery::STATE_PENDING;
  int attempts = 0;
  absl::Time created;
  std::optional<absl::Time> attempted;
  absl::Duration took;
  int http_status = 0;
  std::string error;
  // It was dead, and is posted once more when everything up to here was.
  std::optional<int64_t> once_more_after;
};

// What became of an attempt.
struct Outcome {
  // Pending: it is tried again.
  DeliveryState state = v1::WebhookDelivery::STATE_PENDING;
  bool posted = true;  // false: there was nothing left to post
  absl::Time time;     // when it began
  absl::Duration took;
  int http_status = 0;
  std::string error;  // empty: none
  std::optional<absl::Time> next_attempt;
};

// "dl-{subscription number}-{last sequence}", and back; nothing when it is no
// id of this subscription.
std::string DeliveryId(int64_t number, int64_t last);
std::optional<int64_t> ParseDeliveryId(int64_t number, std::string_view id);

// The tables as the store keeps them: made at its opening, told of changes.
// A new webhook begins at the entry that added it. A change of the webhook, or
// holding it back, lets the time of the delivery at hand begin anew.
store::SideTables WebhookTables();

// Reading. Any connection.

absl::StatusOr<std::vector<int64_t>> ListWebhooks(journal::Database& db);
absl::StatusOr<std::optional<WebhookRow>> FindWebhook(journal::Database& db,
                                                      int64_t number);
absl::StatusOr<std::optional<DeliveryRow>> FindDelivery(journal::Database& db,
                                                        int64_t number,
                                                        int64_t last);
// The first that is to be posted once more.
absl::StatusOr<std::optional<DeliveryRow>> FindOnceMore(journal::Database& db,
                                                        int64_t number);
// Newest first, those before `before`; STATE_UNSPECIFIED: in any state.
absl::StatusOr<std::vector<DeliveryRow>> ListDeliveries(journal::Database& db,
                                                        int64_t number,
                                                        int64_t before,
                                                        DeliveryState state,
                                                        int limit);
absl::StatusOr<int64_t> CountDead(journal::Database& db, int64_t number);

// Writing. Inside a transaction of the writer. Where the webhook is gone, or
// has another delivery at hand, nothing happens.

// Takes a delivery up as the one at hand; one that is new is added.
absl::Status TakeUp(journal::Database& db, const DeliveryRow& delivery);
// Notes what became of an attempt of the delivery at hand. It was made with
// `target`: when that has changed, the next attempt comes at once.
absl::Status NoteOutcome(journal::Database& db, int64_t number, int64_t last,
                         int64_t target, const Outcome& outcome);
// Adds a dead delivery for matches that the journal has lost before they were
// taken up; `last` is the last of them.
absl::Status NoteLost(journal::Database& db, const DeliveryRow& delivery);
// Has a dead delivery posted once more. The error of NotDead: it is not.
absl::Status PostOnceMore(journal::Database& db, int64_t number, int64_t last,
                          int64_t after);

// FAILED_PRECONDITION, with what to do.
absl::Status NotDead(int64_t number, int64_t last);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_TABLES_H_
