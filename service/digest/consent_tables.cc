#include "service/digest/consent_tables.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/secrets.h"

namespace paperwire::digest {
namespace {

using journal::Database;
using journal::Statement;

constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS digest_token (
    hash BLOB PRIMARY KEY,
    digest INTEGER NOT NULL,
    expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS digest_token_digest ON digest_token (digest);
  CREATE TABLE IF NOT EXISTS digest_asked (
    address TEXT NOT NULL,
    time INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS digest_asked_address
    ON digest_asked (address, time);
  CREATE INDEX IF NOT EXISTS digest_asked_time ON digest_asked (time);
  CREATE TABLE IF NOT EXISTS suppression (
    number INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    reason INTEGER NOT NULL,
    detail TEXT NOT NULL,
    created INTEGER NOT NULL) STRICT;
)";

std::string Lower(std::string_view address) {
  return absl::AsciiStrToLower(ToAbsl(address));
}

absl::StatusOr<std::vector<SuppressionRow>> ReadSuppressions(Statement& s) {
  std::vector<SuppressionRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(bool found, s.Step());
    if (!found) return rows;
    rows.push_back({.number = s.Int(0),
                    .address = std::string(s.Bytes(1)),
                    .reason = static_cast<v1::Suppression::Reason>(s.Int(2)),
                    .detail = std::string(s.Bytes(3)),
                    .created = absl::FromUnixMicros(s.Int(4))});
  }
}

}  // namespace

absl::Status PrepareConsentTables(Database& db) { return db.Execute(kSchema); }

absl::StatusOr<std::optional<int64_t>> FindToken(Database& db,
                                                 std::string_view token,
                                                 absl::Time now) {
  const std::string hash = HashOfToken(token);
  Statement& s =
      db.Get("SELECT digest FROM digest_token WHERE hash = ?1 AND expires > ?2")
          .BindBlob(1, hash)
          .Bind(2, absl::ToUnixMicros(now));
  ASSIGN_OR_RETURN(bool found, s.Step());
  if (!found) return std::nullopt;
  const int64_t digest = s.Int(0);
  s.Reset();
  return digest;
}

absl::StatusOr<int64_t> CountAsked(Database& db, std::string_view address,
                                   absl::Time since, absl::Time until) {
  const std::string lower = Lower(address);
  return db
      .Get(
          "SELECT count(*) FROM digest_asked WHERE address = ?1 AND "
          "time > ?2 AND time <= ?3")
      .BindText(1, lower)
      .Bind(2, absl::ToUnixMicros(since))
      .Bind(3, absl::ToUnixMicros(until))
      .Number();
}

absl::StatusOr<std::optional<SuppressionRow>> FindSuppression(
    Database& db, std::string_view address) {
  const std::string lower = Lower(address);
  ASSIGN_OR_RETURN(
      std::vector<SuppressionRow> rows,
      ReadSuppressions(db.Get("SELECT number, address, reason, detail, created "
                              "FROM suppression WHERE address = ?1")
                           .BindText(1, lower)));
  if (rows.empty()) return std::nullopt;
  return std::move(rows[0]);
}

absl::StatusOr<std::vector<SuppressionRow>> ListSuppressions(Database& db,
                                                             int64_t after,
                                                             int limit) {
  return ReadSuppressions(
      db.Get("SELECT number, address, reason, detail, created FROM suppression "
             "WHERE number > ?1 ORDER BY number LIMIT ?2")
          .Bind(1, after)
          .Bind(2, limit));
}

absl::Status WriteToken(Database& db, std::string_view token, int64_t digest,
                        absl::Time expires) {
  const std::string hash = HashOfToken(token);
  return db.Get("INSERT OR REPLACE INTO digest_token VALUES (?1, ?2, ?3)")
      .BindBlob(1, hash)
      .Bind(2, digest)
      .Bind(3, absl::ToUnixMicros(expires))
      .Run();
}

absl::Status EraseTokens(Database& db, int64_t digest) {
  return db.Get("DELETE FROM digest_token WHERE digest = ?1")
      .Bind(1, digest)
      .Run();
}

absl::Status NoteAsked(Database& db, std::string_view address, absl::Time now,
                       absl::Time keep_from) {
  RETURN_IF_ERROR(db.Get("DELETE FROM digest_asked WHERE time < ?1")
                      .Bind(1, absl::ToUnixMicros(keep_from))
                      .Run());
  const std::string lower = Lower(address);
  return db.Get("INSERT INTO digest_asked VALUES (?1, ?2)")
      .BindText(1, lower)
      .Bind(2, absl::ToUnixMicros(now))
      .Run();
}

absl::Status WriteSuppression(Database& db, const SuppressionRow& row) {
  const std::string lower = Lower(row.address);
  return db
      .Get(
          "INSERT OR IGNORE INTO suppression "
          "(address, reason, detail, created) VALUES (?1, ?2, ?3, ?4)")
      .BindText(1, lower)
      .Bind(2, row.reason)
      .BindText(3, row.detail)
      .Bind(4, absl::ToUnixMicros(row.created))
      .Run();
}

absl::StatusOr<bool> EraseSuppression(Database& db, std::string_view address) {
  ASSIGN_OR_RETURN(std::optional<SuppressionRow> row,
                   FindSuppression(db, address));
  if (!row.has_value()) return false;
  RETURN_IF_ERROR(db.Get("DELETE FROM suppression WHERE address = ?1")
                      .BindText(1, row->address)
                      .Run());
  return true;
}

}  // namespace paperwire::digest
