#include "service/standing/subscription_tables.h"

#include <utility>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/standing/share_tables.h"

namespace paperwire::standing {
namespace {

using journal::Database;
using journal::Entry;
using journal::Kind;
using journal::Statement;

// Where matches are noted from: the journal's end when the tables are made,
// for there was no subscription before.
constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS subscription (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sequence INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expire INTEGER,
    request TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS subscription_expire
    ON subscription (expire) WHERE expire IS NOT NULL;
  CREATE TABLE IF NOT EXISTS subscription_last (
    one INTEGER PRIMARY KEY, number INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO subscription_last VALUES (1, 0);
  CREATE INDEX IF NOT EXISTS subscription_request
    ON subscription (request) WHERE request IS NOT NULL;
  CREATE TABLE IF NOT EXISTS cursor (
    number INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    time INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS match (
    number INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    time INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (number, sequence)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS match_sequence ON match (sequence);
  CREATE TABLE IF NOT EXISTS match_seen (
    number INTEGER NOT NULL, paper INTEGER NOT NULL,
    PRIMARY KEY (number, paper)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS match_seen_paper ON match_seen (paper);
  CREATE TABLE IF NOT EXISTS match_lost (
    number INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS standing_position (
    one INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO standing_position
    SELECT 1, coalesce(max(sequence), 0) FROM entry;
)";

// Of `flags`.
constexpr int64_t kIsCreated = 1;
constexpr int64_t kIsNewVersion = 2;

constexpr std::string_view kColumns = "SELECT number, name, sequence, created";

SubscriptionRow RowOf(const Statement& s) {
  return {.number = s.Int(0),
          .name = std::string(s.Bytes(1)),
          .sequence = s.Int(2),
          .created = s.Int(3)};
}

absl::StatusOr<std::optional<SubscriptionRow>> ReadRow(Statement& statement) {
  ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  SubscriptionRow row = RowOf(statement);
  statement.Reset();
  return row;
}

absl::StatusOr<std::vector<SubscriptionRow>> ReadRows(Statement& statement) {
  std::vector<SubscriptionRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return rows;
    rows.push_back(RowOf(statement));
  }
}

}  // namespace

absl::Status PrepareSubscriptionTables(Database& db) {
  // They are written in the transaction of the entry, and so never lag.
  RETURN_IF_ERROR(db.Execute(StrCat("BEGIN IMMEDIATE;", kSchema, "COMMIT;")));
  return PrepareShareTables(db);
}

absl::Status RebuildSubscriptionTables(Database& db) {
  RETURN_IF_ERROR(PrepareSubscriptionTables(db));
  RETURN_IF_ERROR(db.Execute("BEGIN IMMEDIATE; DELETE FROM subscription;"));
  const absl::Status rebuilt = [&]() -> absl::Status {
    std::vector<int64_t> sequences;
    Statement& all =
        db.Get("SELECT sequence FROM entry WHERE kind IN (?1, ?2) "
               "ORDER BY sequence");
    all.Bind(1, static_cast<int64_t>(Kind::kSubscribed))
        .Bind(2, static_cast<int64_t>(Kind::kUnsubscribed));
    while (true) {
      ASSIGN_OR_RETURN(bool found, all.Step());
      if (!found) break;
      sequences.push_back(all.Int(0));
    }
    for (const int64_t sequence : sequences) {
      ASSIGN_OR_RETURN(Entry entry, journal::ReadOne(db, sequence));
      RETURN_IF_ERROR(ApplySubscription(db, entry));
    }
    return absl::OkStatus();
  }();
  if (!rebuilt.ok()) {
    db.Execute("ROLLBACK").IgnoreError();
    return rebuilt;
  }
  return db.Execute("COMMIT");
}

absl::Status ApplySubscription(Database& db, const Entry& entry) {
  if (entry.kind == Kind::kUnsubscribed) {
    for (const char* sql : {"DELETE FROM subscription WHERE number = ?1",
                            "DELETE FROM cursor WHERE number = ?1",
                            "DELETE FROM match WHERE number = ?1",
                            "DELETE FROM match_seen WHERE number = ?1",
                            "DELETE FROM match_lost WHERE number = ?1"}) {
      RETURN_IF_ERROR(db.Get(sql).Bind(1, entry.number).Run());
    }
    return DeleteShares(db, entry.number);
  }
  const v1::Subscription& subscription = entry.payload.subscription();
  Statement& row = db.Get(
      "INSERT INTO subscription VALUES (?1, ?2, ?3, ?3, ?4, NULL) "
      "ON CONFLICT (number) DO UPDATE SET sequence = ?3, expire = ?4");
  row.Bind(1, entry.number)
      .BindText(2, subscription.name())
      .Bind(3, entry.sequence);
  if (subscription.has_expire_time()) {
    row.Bind(4, subscription.expire_time().seconds());
  } else {
    row.BindNull(4);
  }
  RETURN_IF_ERROR(row.Run());
  return db.Get("UPDATE subscription_last SET number = max(number, ?1)")
      .Bind(1, entry.number)
      .Run();
}

absl::StatusOr<int64_t> LastSubscriptionNumber(Database& db) {
  return db.Get("SELECT number FROM subscription_last").Number();
}

absl::StatusOr<std::optional<SubscriptionRow>> FindSubscription(
    Database& db, std::string_view name) {
  return ReadRow(db.Get(StrCat(kColumns, " FROM subscription WHERE name = ?1"))
                     .BindText(1, name));
}

absl::StatusOr<bool> IsSubscribed(Database& db, int64_t number) {
  ASSIGN_OR_RETURN(int64_t there,
                   db.Get("SELECT count(*) FROM subscription WHERE number = ?1")
                       .Bind(1, number)
                       .Number());
  return there > 0;
}

absl::StatusOr<std::optional<SubscriptionRow>> FindRequest(
    Database& db, std::string_view parent, std::string_view request_id) {
  return ReadRow(
      db.Get(StrCat(kColumns, " FROM subscription WHERE request = ?1"))
          .BindText(1, StrCat(parent, " ", request_id)));
}

absl::Status NoteRequest(Database& db, int64_t number, std::string_view parent,
                         std::string_view request_id) {
  return db.Get("UPDATE subscription SET request = ?2 WHERE number = ?1")
      .Bind(1, number)
      .BindText(2, StrCat(parent, " ", request_id))
      .Run();
}

absl::StatusOr<SubscriptionRow> NeedSubscription(Database& db,
                                                 std::string_view name) {
  ASSIGN_OR_RETURN(std::optional<SubscriptionRow> row,
                   FindSubscription(db, name));
  if (row.has_value()) return *std::move(row);
  return WithReason(absl::NotFoundError(StrCat(
                        "There is no subscription ", name.substr(0, 200),
                        ": it was never created, was deleted, or has expired. "
                        "ListSubscriptions tells which there are.")),
                    "SUBSCRIPTION_NOT_FOUND");
}

absl::StatusOr<std::vector<SubscriptionRow>> ListOwned(Database& db,
                                                       std::string_view parent,
                                                       std::string_view after,
                                                       int limit) {
  const std::string prefix = StrCat(parent, "/subscriptions/");
  // '0' follows '/'.
  const std::string end = StrCat(parent, "/subscriptions0");
  return ReadRows(
      db.Get(StrCat(kColumns,
                    " FROM subscription WHERE name > ?1 AND name < ?2 "
                    "ORDER BY name LIMIT ?3"))
          .BindText(1, after.empty() ? std::string_view(prefix) : after)
          .BindText(2, end)
          .Bind(3, limit));
}

absl::StatusOr<std::vector<SubscriptionRow>> ListAll(Database& db,
                                                     int64_t after, int limit) {
  return ReadRows(db.Get(StrCat(kColumns,
                                " FROM subscription WHERE number > ?1 "
                                "ORDER BY number LIMIT ?2"))
                      .Bind(1, after)
                      .Bind(2, limit));
}

absl::StatusOr<std::vector<std::string>> ListExpired(Database& db,
                                                     absl::Time now,
                                                     int limit) {
  Statement& statement =
      db.Get("SELECT name FROM subscription WHERE expire <= ?1 LIMIT ?2")
          .Bind(1, absl::ToUnixSeconds(now))
          .Bind(2, limit);
  std::vector<std::string> names;
  while (true) {
    ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return names;
    names.emplace_back(statement.Bytes(0));
  }
}

absl::StatusOr<v1::Subscription> ReadSubscription(Database& db,
                                                  const SubscriptionRow& row,
                                                  int64_t up_to) {
  for (int64_t sequence = row.sequence; sequence > 0;) {
    ASSIGN_OR_RETURN(Entry entry, journal::ReadOne(db, sequence));
    if (entry.sequence <= up_to) {
      return std::move(*entry.payload.mutable_subscription());
    }
    sequence = entry.previous;
  }
  return absl::NotFoundError(
      StrCat("The subscription ", row.name, " is younger than ", up_to, "."));
}

absl::StatusOr<CursorRow> ReadCursor(Database& db, const SubscriptionRow& row) {
  Statement& statement =
      db.Get("SELECT sequence, time FROM cursor WHERE number = ?1")
          .Bind(1, row.number);
  ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return CursorRow{.sequence = row.created, .time = std::nullopt};
  const CursorRow cursor{.sequence = statement.Int(0),
                         .time = absl::FromUnixMicros(statement.Int(1))};
  statement.Reset();
  return cursor;
}

absl::Status WriteCursor(Database& db, int64_t number,
                         const CursorRow& cursor) {
  return db.Get("INSERT OR REPLACE INTO cursor VALUES (?1, ?2, ?3)")
      .Bind(1, number)
      .Bind(2, cursor.sequence)
      .Bind(3, absl::ToUnixMicros(cursor.time.value_or(absl::UnixEpoch())))
      .Run();
}

absl::StatusOr<int64_t> ReadStandingPosition(Database& db) {
  return db.Get("SELECT sequence FROM standing_position").Number();
}

absl::Status NoteMatches(Database& db, const std::vector<MatchRow>& matches,
                         int64_t position) {
  for (const MatchRow& match : matches) {
    // Not for one that was deleted meanwhile.
    RETURN_IF_ERROR(
        db.Get("INSERT OR IGNORE INTO match SELECT ?1, ?2, ?3, ?4 WHERE EXISTS "
               "(SELECT 1 FROM subscription WHERE number = ?1)")
            .Bind(1, match.number)
            .Bind(2, match.sequence)
            .Bind(3, absl::ToUnixMicros(match.time))
            .Bind(4, (match.created ? kIsCreated : 0) |
                         (match.new_version ? kIsNewVersion : 0))
            .Run());
  }
  return db.Get("UPDATE standing_position SET sequence = max(sequence, ?1)")
      .Bind(1, position)
      .Run();
}

absl::StatusOr<std::vector<MatchRow>> ReadMatches(Database& db, int64_t number,
                                                  int64_t after, int limit) {
  Statement& statement =
      db.Get(
            "SELECT sequence, time, flags FROM match "
            "WHERE number = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3")
          .Bind(1, number)
          .Bind(2, after)
          .Bind(3, limit);
  std::vector<MatchRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return rows;
    rows.push_back({.number = number,
                    .sequence = statement.Int(0),
                    .time = absl::FromUnixMicros(statement.Int(1)),
                    .created = (statement.Int(2) & kIsCreated) != 0,
                    .new_version = (statement.Int(2) & kIsNewVersion) != 0});
  }
}

absl::StatusOr<bool> AnyNoted(Database& db, int64_t number,
                              const std::vector<int64_t>& sequences) {
  for (const int64_t sequence : sequences) {
    ASSIGN_OR_RETURN(int64_t noted,
                     db.Get("SELECT count(*) FROM match "
                            "WHERE number = ?1 AND sequence = ?2")
                         .Bind(1, number)
                         .Bind(2, sequence)
                         .Number());
    if (noted > 0) return true;
  }
  return false;
}

}  // namespace paperwire::standing
