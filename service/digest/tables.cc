#include "service/digest/tables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/consent_tables.h"
#include "service/digest/secrets.h"

namespace paperwire::digest {
namespace {

using journal::Database;
using journal::Statement;
using v1::Digest;
using v1::DigestIssue;

constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS digest (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    body BLOB NOT NULL,
    state INTEGER NOT NULL,
    subscription INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    due INTEGER,
    sent INTEGER,
    at_hand INTEGER NOT NULL,
    last_issue INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    expires INTEGER,
    last_error TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS digest_address ON digest (address);
  CREATE INDEX IF NOT EXISTS digest_due ON digest (due)
    WHERE state = 2 AND at_hand = 0;
  CREATE INDEX IF NOT EXISTS digest_expires ON digest (expires)
    WHERE expires IS NOT NULL;
  CREATE TABLE IF NOT EXISTS digest_number (last INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS digest_issue (
    digest INTEGER NOT NULL,
    issue INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    due INTEGER NOT NULL,
    after INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    papers BLOB NOT NULL,
    matches INTEGER NOT NULL,
    more INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    attempted INTEGER,
    next_attempt INTEGER,
    error TEXT NOT NULL,
    PRIMARY KEY (digest, issue)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS digest_issue_next
    ON digest_issue (next_attempt, digest) WHERE next_attempt IS NOT NULL;
  CREATE TABLE IF NOT EXISTS digest_seen (
    digest INTEGER NOT NULL,
    paper INTEGER NOT NULL,
    PRIMARY KEY (digest, paper)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS digest_request (
    parent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (parent, request_id)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS digest_request_digest ON digest_request (digest);
  CREATE TABLE IF NOT EXISTS digest_key (key BLOB NOT NULL) STRICT;
)";
static_assert(Digest::STATE_ACTIVE == 2);

constexpr std::string_view kDigestColumns =
    "SELECT number, body, subscription, sequence, due, sent, at_hand, "
    "last_issue, refused, expires, last_error FROM digest ";
constexpr std::string_view kIssueColumns =
    "SELECT digest, issue, kind, state, due, sequence, papers, matches, more, "
    "lost, attempts, attempted, next_attempt, error, after FROM digest_issue ";

constexpr int64_t kIssuesKept = 100;

std::optional<absl::Time> TimeAt(const Statement& s, int column) {
  if (s.IsNull(column)) return std::nullopt;
  return absl::FromUnixMicros(s.Int(column));
}

void BindTime(int parameter, const std::optional<absl::Time>& time,
              Statement* s) {
  if (time.has_value()) {
    s->Bind(parameter, absl::ToUnixMicros(*time));
  } else {
    s->BindNull(parameter);
  }
}

// Numbers of papers as eight bytes each, the lowest first.
std::string PackPapers(const std::vector<int64_t>& papers) {
  std::string bytes;
  bytes.reserve(papers.size() * 8);
  for (const int64_t paper : papers) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes.push_back(static_cast<char>(static_cast<uint64_t>(paper) >> shift));
    }
  }
  return bytes;
}

std::vector<int64_t> UnpackPapers(std::string_view bytes) {
  std::vector<int64_t> papers;
  for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    uint64_t paper = 0;
    for (size_t i = 0; i < 8; ++i) {
      paper |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at + i]))
               << (8 * i);
    }
    papers.push_back(static_cast<int64_t>(paper));
  }
  return papers;
}

absl::StatusOr<std::vector<DigestRow>> ReadDigests(Statement& s) {
  std::vector<DigestRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(bool found, s.Step());
    if (!found) return rows;
    DigestRow& row = rows.emplace_back();
    row.number = s.Int(0);
    const std::string_view body = s.Bytes(1);
    if (!row.digest.ParseFromArray(body.data(),
                                   static_cast<int>(body.size()))) {
      return absl::DataLossError(
          StrCat("the digest of number ", row.number, " cannot be read"));
    }
    row.subscription = s.Int(2);
    row.sequence = s.Int(3);
    row.due = TimeAt(s, 4);
    row.sent = TimeAt(s, 5);
    row.at_hand = s.Int(6);
    row.last_issue = s.Int(7);
    row.refused = static_cast<int>(s.Int(8));
    row.expires = TimeAt(s, 9);
    row.last_error = std::string(s.Bytes(10));
  }
}

absl::StatusOr<std::optional<DigestRow>> ReadDigest(Statement& s) {
  ASSIGN_OR_RETURN(std::vector<DigestRow> rows, ReadDigests(s));
  if (rows.empty()) return std::nullopt;
  return std::move(rows[0]);
}

absl::StatusOr<std::vector<IssueRow>> ReadIssues(Statement& s) {
  std::vector<IssueRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(bool found, s.Step());
    if (!found) return rows;
    IssueRow& row = rows.emplace_back();
    row.digest = s.Int(0);
    row.issue = s.Int(1);
    row.kind = static_cast<IssueKind>(s.Int(2));
    row.state = static_cast<IssueState>(s.Int(3));
    row.due = absl::FromUnixMicros(s.Int(4));
    row.sequence = s.Int(5);
    row.papers = UnpackPapers(s.Bytes(6));
    row.matches = static_cast<int>(s.Int(7));
    row.more = s.Int(8);
    row.lost = s.Int(9) != 0;
    row.attempts = static_cast<int>(s.Int(10));
    row.attempted = TimeAt(s, 11);
    row.next_attempt = TimeAt(s, 12);
    row.error = std::string(s.Bytes(13));
    row.after = s.Int(14);
  }
}

absl::StatusOr<std::vector<int64_t>> ReadNumbers(Statement& s) {
  std::vector<int64_t> numbers;
  while (true) {
    ASSIGN_OR_RETURN(bool found, s.Step());
    if (!found) return numbers;
    numbers.push_back(s.Int(0));
  }
}

absl::StatusOr<std::optional<int64_t>> ReadNumber(Statement& s) {
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers, ReadNumbers(s));
  if (numbers.empty()) return std::nullopt;
  return numbers[0];
}

std::string Lower(std::string_view address) {
  return absl::AsciiStrToLower(ToAbsl(address));
}

absl::Status Prepare(Database& db) {
  RETURN_IF_ERROR(db.Execute("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(db.Execute(kSchema));
  RETURN_IF_ERROR(PrepareConsentTables(db));
  RETURN_IF_ERROR(db.Execute("COMMIT"));
  ASSIGN_OR_RETURN(int64_t keys,
                   db.Get("SELECT count(*) FROM digest_key").Number());
  if (keys > 0) return absl::OkStatus();
  return db.Get("INSERT INTO digest_key VALUES (?1)")
      .BindBlob(1, RandomKey())
      .Run();
}

}  // namespace

store::SideTables DigestTables() {
  return {.prepare = Prepare, .apply = [](Database&, const journal::Change&) {
            return absl::OkStatus();
          }};
}

absl::StatusOr<std::string> ReadKey(Database& db) {
  Statement& s = db.Get("SELECT key FROM digest_key");
  ASSIGN_OR_RETURN(bool found, s.Step());
  if (!found) return absl::DataLossError("there is no key to sign links with");
  std::string key(s.Bytes(0));
  s.Reset();
  return key;
}

absl::StatusOr<std::optional<DigestRow>> FindDigest(Database& db,
                                                    int64_t number) {
  return ReadDigest(
      db.Get(StrCat(kDigestColumns, "WHERE number = ?1")).Bind(1, number));
}

absl::StatusOr<std::optional<DigestRow>> FindDigest(Database& db,
                                                    std::string_view name) {
  return ReadDigest(
      db.Get(StrCat(kDigestColumns, "WHERE name = ?1")).BindText(1, name));
}

absl::StatusOr<DigestRow> NeedDigest(Database& db, std::string_view name) {
  ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(db, name));
  if (row.has_value()) return *std::move(row);
  return WithReason(
      absl::NotFoundError(StrCat("There is no digest ", name.substr(0, 200),
                                 ". ListDigests names those there are.")),
      "DIGEST_NOT_FOUND", {{"name", std::string(name.substr(0, 200))}});
}

absl::StatusOr<std::vector<DigestRow>> ListOwned(Database& db,
                                                 std::string_view parent,
                                                 std::string_view after,
                                                 int limit) {
  const std::string prefix = StrCat(parent, "/digests/");
  // '0' follows '/'.
  const std::string end = StrCat(parent, "/digests0");
  return ReadDigests(
      db.Get(StrCat(kDigestColumns,
                    "WHERE name > ?1 AND name < ?2 "
                    "ORDER BY name LIMIT ?3"))
          .BindText(1, after.empty() ? std::string_view(prefix) : after)
          .BindText(2, end)
          .Bind(3, limit));
}

absl::StatusOr<std::vector<int64_t>> ListByAddress(Database& db,
                                                   std::string_view address) {
  const std::string lower = Lower(address);
  return ReadNumbers(
      db.Get("SELECT number FROM digest WHERE address = ?1 ORDER BY number")
          .BindText(1, lower));
}

absl::StatusOr<std::vector<int64_t>> ListDue(Database& db, absl::Time now,
                                             int limit) {
  return ReadNumbers(db.Get("SELECT number FROM digest WHERE state = 2 AND "
                            "at_hand = 0 AND due <= ?1 ORDER BY due LIMIT ?2")
                         .Bind(1, absl::ToUnixMicros(now))
                         .Bind(2, limit));
}

absl::StatusOr<std::vector<int64_t>> ListToSend(Database& db, absl::Time now,
                                                int limit) {
  return ReadNumbers(
      db.Get("SELECT digest FROM digest_issue WHERE next_attempt <= ?1 "
             "ORDER BY next_attempt, digest LIMIT ?2")
          .Bind(1, absl::ToUnixMicros(now))
          .Bind(2, limit));
}

absl::StatusOr<std::vector<int64_t>> ListExpired(Database& db, absl::Time now,
                                                 int limit) {
  return ReadNumbers(db.Get("SELECT number FROM digest WHERE expires <= ?1 "
                            "ORDER BY expires LIMIT ?2")
                         .Bind(1, absl::ToUnixMicros(now))
                         .Bind(2, limit));
}

absl::StatusOr<std::vector<int64_t>> ListBeyond(Database& db, absl::Time time,
                                                int limit) {
  return ReadNumbers(
      db.Get("SELECT number FROM digest WHERE state = 2 AND at_hand = 0 AND "
             "due > ?1 UNION SELECT digest FROM digest_issue WHERE "
             "next_attempt > ?1 LIMIT ?2")
          .Bind(1, absl::ToUnixMicros(time))
          .Bind(2, limit));
}

absl::StatusOr<std::optional<absl::Time>> NextTime(Database& db) {
  Statement& s = db.Get(
      "SELECT min(time) FROM ("
      "SELECT min(due) AS time FROM digest WHERE state = 2 AND at_hand = 0 "
      "UNION ALL SELECT min(next_attempt) FROM digest_issue "
      "WHERE next_attempt IS NOT NULL "
      "UNION ALL SELECT min(expires) FROM digest WHERE expires IS NOT NULL)");
  ASSIGN_OR_RETURN(bool found, s.Step());
  std::optional<absl::Time> time;
  if (found) time = TimeAt(s, 0);
  s.Reset();
  return time;
}

absl::StatusOr<std::optional<IssueRow>> FindIssue(Database& db, int64_t digest,
                                                  int64_t issue) {
  ASSIGN_OR_RETURN(std::vector<IssueRow> rows,
                   ReadIssues(db.Get(StrCat(kIssueColumns,
                                            "WHERE digest = ?1 AND issue = ?2"))
                                  .Bind(1, digest)
                                  .Bind(2, issue)));
  if (rows.empty()) return std::nullopt;
  return std::move(rows[0]);
}

absl::StatusOr<std::vector<IssueRow>> ListIssues(Database& db, int64_t digest,
                                                 int64_t before, int limit) {
  return ReadIssues(db.Get(StrCat(kIssueColumns,
                                  "WHERE digest = ?1 AND issue < ?2 "
                                  "ORDER BY issue DESC LIMIT ?3"))
                        .Bind(1, digest)
                        .Bind(2, before)
                        .Bind(3, limit));
}

absl::StatusOr<bool> WasSent(Database& db, int64_t digest,
                             const std::vector<int64_t>& papers) {
  for (const int64_t paper : papers) {
    ASSIGN_OR_RETURN(
        int64_t sent,
        db.Get("SELECT 1 FROM digest_seen WHERE digest = ?1 AND paper = ?2")
            .Bind(1, digest)
            .Bind(2, paper)
            .Number());
    if (sent != 0) return true;
  }
  return false;
}

absl::StatusOr<std::optional<int64_t>> FindRequest(
    Database& db, std::string_view parent, std::string_view request_id) {
  return ReadNumber(db.Get("SELECT digest FROM digest_request WHERE "
                           "parent = ?1 AND request_id = ?2")
                        .BindText(1, parent)
                        .BindText(2, request_id));
}

absl::StatusOr<int64_t> LastNumber(Database& db) {
  return db.Get("SELECT max(last) FROM digest_number").Number();
}

absl::Status WriteDigest(Database& db, const DigestRow& row) {
  const std::string body = row.digest.SerializeAsString();
  const std::string address = Lower(row.digest.address());
  ASSIGN_OR_RETURN(int64_t last, LastNumber(db));
  if (row.number > last) {
    RETURN_IF_ERROR(db.Get("DELETE FROM digest_number").Run());
    RETURN_IF_ERROR(db.Get("INSERT INTO digest_number VALUES (?1)")
                        .Bind(1, row.number)
                        .Run());
  }
  Statement& s = db.Get(
      "INSERT OR REPLACE INTO digest (number, name, address, body, state, "
      "subscription, sequence, due, sent, at_hand, last_issue, refused, "
      "expires, last_error) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
  s.Bind(1, row.number)
      .BindText(2, row.digest.name())
      .BindText(3, address)
      .BindBlob(4, body)
      .Bind(5, row.digest.state())
      .Bind(6, row.subscription)
      .Bind(7, row.sequence)
      .Bind(10, row.at_hand)
      .Bind(11, row.last_issue)
      .Bind(12, row.refused)
      .BindText(14, row.last_error);
  BindTime(8, row.due, &s);
  BindTime(9, row.sent, &s);
  BindTime(13, row.expires, &s);
  return s.Run();
}

absl::Status EraseDigest(Database& db, int64_t number) {
  for (const char* sql : {"DELETE FROM digest WHERE number = ?1",
                          "DELETE FROM digest_issue WHERE digest = ?1",
                          "DELETE FROM digest_seen WHERE digest = ?1",
                          "DELETE FROM digest_token WHERE digest = ?1",
                          "DELETE FROM digest_request WHERE digest = ?1"}) {
    RETURN_IF_ERROR(db.Get(sql).Bind(1, number).Run());
  }
  return absl::OkStatus();
}

absl::Status WriteIssue(Database& db, const IssueRow& row) {
  const std::string papers = PackPapers(row.papers);
  Statement& s = db.Get(
      "INSERT OR REPLACE INTO digest_issue (digest, issue, kind, state, due, "
      "sequence, papers, matches, more, lost, attempts, attempted, "
      "next_attempt, error, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
      "?10, ?11, ?12, ?13, ?14, ?15)");
  s.Bind(1, row.digest)
      .Bind(2, row.issue)
      .Bind(3, row.kind)
      .Bind(4, row.state)
      .Bind(5, absl::ToUnixMicros(row.due))
      .Bind(6, row.sequence)
      .BindBlob(7, papers)
      .Bind(8, row.matches)
      .Bind(9, row.more)
      .Bind(10, row.lost ? 1 : 0)
      .Bind(11, row.attempts)
      .BindText(14, row.error)
      .Bind(15, row.after);
  BindTime(12, row.attempted, &s);
  BindTime(13, row.next_attempt, &s);
  RETURN_IF_ERROR(s.Run());
  return db.Get("DELETE FROM digest_issue WHERE digest = ?1 AND issue <= ?2")
      .Bind(1, row.digest)
      .Bind(2, row.issue - kIssuesKept)
      .Run();
}

absl::Status EraseIssue(Database& db, int64_t digest, int64_t issue) {
  return db.Get("DELETE FROM digest_issue WHERE digest = ?1 AND issue = ?2")
      .Bind(1, digest)
      .Bind(2, issue)
      .Run();
}

absl::Status NoteSent(Database& db, int64_t digest,
                      const std::vector<int64_t>& papers) {
  for (const int64_t paper : papers) {
    RETURN_IF_ERROR(db.Get("INSERT OR IGNORE INTO digest_seen VALUES (?1, ?2)")
                        .Bind(1, digest)
                        .Bind(2, paper)
                        .Run());
  }
  return absl::OkStatus();
}

absl::Status NoteRequest(Database& db, std::string_view parent,
                         std::string_view request_id, int64_t digest) {
  return db.Get("INSERT INTO digest_request VALUES (?1, ?2, ?3)")
      .BindText(1, parent)
      .BindText(2, request_id)
      .Bind(3, digest)
      .Run();
}

}  // namespace paperwire::digest
