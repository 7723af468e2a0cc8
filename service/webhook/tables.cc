#include "service/webhook/tables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::webhook {
namespace {

using journal::Change;
using journal::Database;
using journal::Kind;
using journal::Statement;
using v1::WebhookDelivery;

// `remembered` counts deliveries since the history was last cut short, so that
// it need not be each time.
constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS webhook (
    number INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    target INTEGER NOT NULL,
    lost INTEGER NOT NULL DEFAULT 0,
    at_hand INTEGER NOT NULL DEFAULT 0,
    failed_attempts INTEGER NOT NULL DEFAULT 0,
    first_attempt INTEGER,
    next_attempt INTEGER,
    last_success INTEGER,
    last_error TEXT NOT NULL DEFAULT '',
    remembered INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE IF NOT EXISTS webhook_delivery (
    number INTEGER NOT NULL,
    last INTEGER NOT NULL,
    first INTEGER NOT NULL,
    matches INTEGER NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    created INTEGER NOT NULL,
    attempted INTEGER,
    took INTEGER NOT NULL,
    http_status INTEGER NOT NULL,
    error TEXT NOT NULL,
    once_more_after INTEGER,
    PRIMARY KEY (number, last)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS webhook_delivery_dead
    ON webhook_delivery (number) WHERE state = 3;
  CREATE INDEX IF NOT EXISTS webhook_delivery_once_more
    ON webhook_delivery (number, once_more_after)
    WHERE once_more_after IS NOT NULL;
)";
static_assert(WebhookDelivery::STATE_DEAD == 3);

constexpr std::string_view kColumns =
    "SELECT number, first, last, matches, state, attempts, created, attempted, "
    "took, http_status, error, once_more_after FROM webhook_delivery ";

// How many deliveries are remembered, how many more it may be for a while, and
// how long dead ones are in any case.
constexpr int kRemembered = 1000;
constexpr int kSlack = 100;
constexpr absl::Duration kDeadKept = absl::Hours(24 * 30);

int64_t ToMicros(absl::Time time) { return absl::ToUnixMicros(time); }

std::optional<absl::Time> TimeAt(const Statement& s, int column) {
  if (s.IsNull(column)) return std::nullopt;
  return absl::FromUnixMicros(s.Int(column));
}

void BindTime(int parameter, const std::optional<absl::Time>& time,
              Statement* s) {
  if (time.has_value()) {
    s->Bind(parameter, ToMicros(*time));
  } else {
    s->BindNull(parameter);
  }
}

DeliveryRow DeliveryOf(const Statement& s) {
  DeliveryRow row;
  row.number = s.Int(0);
  row.first = s.Int(1);
  row.last = s.Int(2);
  row.matches = static_cast<int>(s.Int(3));
  row.state = static_cast<DeliveryState>(s.Int(4));
  row.attempts = static_cast<int>(s.Int(5));
  row.created = absl::FromUnixMicros(s.Int(6));
  row.attempted = TimeAt(s, 7);
  row.took = absl::Microseconds(s.Int(8));
  row.http_status = static_cast<int>(s.Int(9));
  row.error = std::string(s.Bytes(10));
  if (!s.IsNull(11)) row.once_more_after = s.Int(11);
  return row;
}

absl::StatusOr<std::optional<DeliveryRow>> ReadDelivery(Statement& statement) {
  ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  DeliveryRow row = DeliveryOf(statement);
  statement.Reset();
  return row;
}

absl::Status InsertDelivery(Database& db, const DeliveryRow& row) {
  Statement& s = db.Get(
      "INSERT OR IGNORE INTO webhook_delivery SELECT "
      "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULL "
      "WHERE EXISTS (SELECT 1 FROM webhook WHERE number = ?1)");
  s.Bind(1, row.number)
      .Bind(2, row.last)
      .Bind(3, row.first)
      .Bind(4, row.matches)
      .Bind(5, row.state)
      .Bind(6, row.attempts)
      .Bind(7, ToMicros(row.created))
      .Bind(9, absl::ToInt64Microseconds(row.took))
      .Bind(10, row.http_status)
      .BindText(11, row.error);
  BindTime(8, row.attempted, &s);
  return s.Run();
}

// Forgets the oldest of the history, once there is a good deal of it.
absl::Status CutShort(Database& db, int64_t number, absl::Time now) {
  RETURN_IF_ERROR(
      db.Get("UPDATE webhook SET remembered = remembered + 1 WHERE number = ?1")
          .Bind(1, number)
          .Run());
  ASSIGN_OR_RETURN(int64_t remembered,
                   db.Get("SELECT remembered FROM webhook WHERE number = ?1")
                       .Bind(1, number)
                       .Number());
  if (remembered < kRemembered + kSlack) return absl::OkStatus();
  RETURN_IF_ERROR(
      db.Get("DELETE FROM webhook_delivery WHERE number = ?1 AND last < "
             "(SELECT last FROM webhook_delivery WHERE number = ?1 "
             "ORDER BY last DESC LIMIT 1 OFFSET ?2) "
             "AND (state = ?3 OR (state = ?4 AND coalesce(attempted, created) "
             "< ?5))")
          .Bind(1, number)
          .Bind(2, kRemembered - 1)
          .Bind(3, WebhookDelivery::STATE_DELIVERED)
          .Bind(4, WebhookDelivery::STATE_DEAD)
          .Bind(5, ToMicros(now - kDeadKept))
          .Run());
  return db.Get("UPDATE webhook SET remembered = ?2 WHERE number = ?1")
      .Bind(1, number)
      .Bind(2, kRemembered)
      .Run();
}

// What an attempt depends on. The secret goes in, and does not come out.
int64_t TargetOf(const v1::Subscription& subscription) {
  const v1::Webhook& webhook = subscription.webhook();
  return static_cast<int64_t>(StableHash(
      StrCat(webhook.url(), "\n", webhook.secret(), "\n", webhook.disabled(),
             "\n", webhook.give_up_after().seconds(), "\n",
             static_cast<int>(subscription.state()))));
}

absl::Status Apply(Database& db, const Change& change) {
  if (change.kind == Kind::kSubscribed && change.subscription->has_webhook()) {
    return db
        .Get(
            "INSERT INTO webhook (number, sequence, target) "
            "VALUES (?1, ?2, ?3) ON CONFLICT (number) DO UPDATE SET "
            "target = ?3, first_attempt = NULL, next_attempt = NULL "
            "WHERE target <> ?3")
        .Bind(1, change.number)
        .Bind(2, change.sequence)
        .Bind(3, TargetOf(*change.subscription))
        .Run();
  }
  RETURN_IF_ERROR(db.Get("DELETE FROM webhook WHERE number = ?1")
                      .Bind(1, change.number)
                      .Run());
  return db.Get("DELETE FROM webhook_delivery WHERE number = ?1")
      .Bind(1, change.number)
      .Run();
}

}  // namespace

std::string DeliveryId(int64_t number, int64_t last) {
  return StrCat("dl-", number, "-", last);
}

std::optional<int64_t> ParseDeliveryId(int64_t number, std::string_view id) {
  int64_t last = 0;
  std::string_view digits = id;
  if (!ConsumePrefix(&digits, StrCat("dl-", number, "-")) ||
      !absl::SimpleAtoi(ToAbsl(digits), &last) ||
      DeliveryId(number, last) != id) {
    return std::nullopt;
  }
  return last;
}

store::SideTables WebhookTables() {
  return {
      .prepare =
          [](Database& db) {
            return db.Execute(StrCat("BEGIN IMMEDIATE;", kSchema, "COMMIT;"));
          },
      .apply = Apply};
}

absl::StatusOr<std::vector<int64_t>> ListWebhooks(Database& db) {
  Statement& s = db.Get("SELECT number FROM webhook ORDER BY number");
  std::vector<int64_t> numbers;
  while (true) {
    ASSIGN_OR_RETURN(bool found, s.Step());
    if (!found) return numbers;
    numbers.push_back(s.Int(0));
  }
}

absl::StatusOr<std::optional<WebhookRow>> FindWebhook(Database& db,
                                                      int64_t number) {
  Statement& s =
      db.Get(
            "SELECT sequence, lost, target, at_hand, failed_attempts, "
            "first_attempt, next_attempt, last_success, last_error "
            "FROM webhook WHERE number = ?1")
          .Bind(1, number);
  ASSIGN_OR_RETURN(bool found, s.Step());
  if (!found) return std::nullopt;
  WebhookRow row;
  row.number = number;
  row.sequence = s.Int(0);
  row.lost = s.Int(1);
  row.target = s.Int(2);
  row.at_hand = s.Int(3);
  row.failed_attempts = static_cast<int>(s.Int(4));
  row.first_attempt = TimeAt(s, 5);
  row.next_attempt = TimeAt(s, 6);
  row.last_success = TimeAt(s, 7);
  row.last_error = std::string(s.Bytes(8));
  s.Reset();
  return row;
}

absl::StatusOr<std::optional<DeliveryRow>> FindDelivery(Database& db,
                                                        int64_t number,
                                                        int64_t last) {
  return ReadDelivery(
      db.Get(StrCat(kColumns, "WHERE number = ?1 AND last = ?2"))
          .Bind(1, number)
          .Bind(2, last));
}

absl::StatusOr<std::optional<DeliveryRow>> FindOnceMore(Database& db,
                                                        int64_t number) {
  return ReadDelivery(
      db.Get(StrCat(kColumns,
                    "WHERE number = ?1 AND once_more_after IS NOT NULL "
                    "ORDER BY once_more_after, last LIMIT 1"))
          .Bind(1, number));
}

absl::StatusOr<std::vector<DeliveryRow>> ListDeliveries(Database& db,
                                                        int64_t number,
                                                        int64_t before,
                                                        DeliveryState state,
                                                        int limit) {
  Statement& s =
      db.Get(StrCat(kColumns,
                    "WHERE number = ?1 AND last < ?2 AND (?3 = 0 OR state = "
                    "?3) ORDER BY last DESC LIMIT ?4"))
          .Bind(1, number)
          .Bind(2, before)
          .Bind(3, state)
          .Bind(4, limit);
  std::vector<DeliveryRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(bool found, s.Step());
    if (!found) return rows;
    rows.push_back(DeliveryOf(s));
  }
}

absl::StatusOr<int64_t> CountDead(Database& db, int64_t number) {
  return db
      .Get(
          "SELECT count(*) FROM webhook_delivery "
          "WHERE number = ?1 AND state = 3")
      .Bind(1, number)
      .Number();
}

absl::Status TakeUp(Database& db, const DeliveryRow& delivery) {
  if (!delivery.once_more_after.has_value()) {
    RETURN_IF_ERROR(InsertDelivery(db, delivery));
    RETURN_IF_ERROR(CutShort(db, delivery.number, delivery.created));
  }
  return db
      .Get(
          "UPDATE webhook SET at_hand = ?2, failed_attempts = 0, "
          "first_attempt = NULL, next_attempt = NULL "
          "WHERE number = ?1 AND at_hand = 0")
      .Bind(1, delivery.number)
      .Bind(2, delivery.last)
      .Run();
}

absl::Status NoteOutcome(Database& db, int64_t number, int64_t last,
                         int64_t target, const Outcome& outcome) {
  ASSIGN_OR_RETURN(std::optional<WebhookRow> row, FindWebhook(db, number));
  if (!row.has_value() || row->at_hand != last) return absl::OkStatus();
  const bool pending = outcome.state == WebhookDelivery::STATE_PENDING;
  if (outcome.posted) row->last_error = outcome.error;
  if (outcome.state == WebhookDelivery::STATE_DELIVERED) {
    row->last_success = outcome.time + outcome.took;
  }
  if (pending) {
    ++row->failed_attempts;
    if (row->target == target) {
      row->first_attempt = row->first_attempt.value_or(outcome.time);
      row->next_attempt = outcome.next_attempt;
    }
  } else {
    row->sequence = std::max(row->sequence, last);
    row->at_hand = 0;
    row->failed_attempts = 0;
    row->first_attempt.reset();
    row->next_attempt.reset();
  }
  Statement& webhook = db.Get(
      "UPDATE webhook SET sequence = ?2, at_hand = ?3, failed_attempts = ?4, "
      "first_attempt = ?5, next_attempt = ?6, last_success = ?7, "
      "last_error = ?8 WHERE number = ?1");
  webhook.Bind(1, number)
      .Bind(2, row->sequence)
      .Bind(3, row->at_hand)
      .Bind(4, row->failed_attempts)
      .BindText(8, row->last_error);
  BindTime(5, row->first_attempt, &webhook);
  BindTime(6, row->next_attempt, &webhook);
  BindTime(7, row->last_success, &webhook);
  RETURN_IF_ERROR(webhook.Run());
  if (!outcome.posted) {
    return db
        .Get(
            "UPDATE webhook_delivery SET state = ?3, error = ?4, "
            "once_more_after = NULL WHERE number = ?1 AND last = ?2")
        .Bind(1, number)
        .Bind(2, last)
        .Bind(3, outcome.state)
        .BindText(4, outcome.error)
        .Run();
  }
  return db
      .Get(
          "UPDATE webhook_delivery SET state = ?3, attempts = attempts + 1, "
          "attempted = ?4, took = ?5, http_status = ?6, error = ?7, "
          "once_more_after = CASE WHEN ?8 THEN once_more_after END "
          "WHERE number = ?1 AND last = ?2")
      .Bind(1, number)
      .Bind(2, last)
      .Bind(3, outcome.state)
      .Bind(4, ToMicros(outcome.time))
      .Bind(5, absl::ToInt64Microseconds(outcome.took))
      .Bind(6, outcome.http_status)
      .BindText(7, outcome.error)
      .Bind(8, pending ? 1 : 0)
      .Run();
}

absl::Status NoteLost(Database& db, const DeliveryRow& delivery) {
  RETURN_IF_ERROR(InsertDelivery(db, delivery));
  return db.Get("UPDATE webhook SET lost = max(lost, ?2) WHERE number = ?1")
      .Bind(1, delivery.number)
      .Bind(2, delivery.last)
      .Run();
}

absl::Status NotDead(int64_t number, int64_t last) {
  return absl::FailedPreconditionError(StrCat(
      "The delivery ", DeliveryId(number, last),
      " is not dead. Only those that were given up are posted once more; "
      "ListWebhookDeliveries with STATE_DEAD tells which."));
}

absl::Status PostOnceMore(Database& db, int64_t number, int64_t last,
                          int64_t after) {
  ASSIGN_OR_RETURN(std::optional<DeliveryRow> row,
                   FindDelivery(db, number, last));
  if (!row.has_value() || row->state != WebhookDelivery::STATE_DEAD) {
    return NotDead(number, last);
  }
  return db
      .Get(
          "UPDATE webhook_delivery SET state = ?3, once_more_after = ?4 "
          "WHERE number = ?1 AND last = ?2")
      .Bind(1, number)
      .Bind(2, last)
      .Bind(3, WebhookDelivery::STATE_PENDING)
      .Bind(4, after)
      .Run();
}

}  // namespace paperwire::webhook
