#include "service/catalogue/tables.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/cast_votes.h"
#include "service/catalogue/identity.h"
#include "service/catalogue/votes.h"

namespace paperwire::catalogue {
namespace {

using journal::Database;
using journal::Entry;
using journal::Kind;
using journal::Statement;

// catalogue_position holds the sequence number that the tables follow up to.
constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS paper (
    number INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    state INTEGER NOT NULL,
    absorbed_into INTEGER NOT NULL,
    published INTEGER,
    stored INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS paper_published
    ON paper (published, number) WHERE state = 1;
  CREATE INDEX IF NOT EXISTS paper_stored
    ON paper (stored, number) WHERE state = 1;
  CREATE INDEX IF NOT EXISTS paper_withdrawn
    ON paper (number) WHERE state = 2;
  CREATE INDEX IF NOT EXISTS paper_absorbed
    ON paper (absorbed_into) WHERE absorbed_into > 0;
  CREATE TABLE IF NOT EXISTS external_id (
    id TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (id, number)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS likeness (
    hash INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (hash, number)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS feature (
    day TEXT NOT NULL, votes INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (day, votes, number)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS apart (
    low INTEGER NOT NULL, high INTEGER NOT NULL,
    PRIMARY KEY (low, high)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS catalogue_position (
    one INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO catalogue_position VALUES (1, 0);
)";

constexpr char kEmpty[] = R"(
  DELETE FROM paper; DELETE FROM external_id; DELETE FROM likeness;
  DELETE FROM feature; DELETE FROM apart;
  UPDATE catalogue_position SET sequence = 0;
)";

// Entries that one transaction of a rebuild follows.
constexpr int kRebuildStep = 2000;

absl::Status SetPosition(Database& db, int64_t sequence) {
  return db.Get("UPDATE catalogue_position SET sequence = ?1")
      .Bind(1, sequence)
      .Run();
}

// Votes of a featured day; -1 when they are not known, so that those come
// last.
int64_t FeatureVotes(const v1::Feature& feature) {
  return feature.has_vote_count() ? feature.vote_count() : -1;
}

absl::Status ApplyKeys(Database& db, int64_t number, const v1::Paper* before,
                       const v1::Paper* after, text::Analyzer& analyzer) {
  Likeness old_keys;
  Likeness new_keys;
  if (before != nullptr) old_keys = LikenessOf(*before, analyzer);
  if (after != nullptr) new_keys = LikenessOf(*after, analyzer);
  for (const std::string& id : old_keys.ids) {
    if (absl::c_linear_search(new_keys.ids, id)) continue;
    RETURN_IF_ERROR(
        db.Get("DELETE FROM external_id WHERE id = ?1 AND number = ?2")
            .BindText(1, id)
            .Bind(2, number)
            .Run());
  }
  for (const std::string& id : new_keys.ids) {
    if (absl::c_linear_search(old_keys.ids, id)) continue;
    RETURN_IF_ERROR(db.Get("INSERT OR IGNORE INTO external_id VALUES (?1, ?2)")
                        .BindText(1, id)
                        .Bind(2, number)
                        .Run());
  }
  if (old_keys.title == new_keys.title) return absl::OkStatus();
  if (old_keys.title != 0) {
    RETURN_IF_ERROR(
        db.Get("DELETE FROM likeness WHERE hash = ?1 AND number = ?2")
            .Bind(1, old_keys.title)
            .Bind(2, number)
            .Run());
  }
  if (new_keys.title == 0) return absl::OkStatus();
  return db.Get("INSERT OR IGNORE INTO likeness VALUES (?1, ?2)")
      .Bind(1, new_keys.title)
      .Bind(2, number)
      .Run();
}

absl::Status ApplyFeatures(Database& db, int64_t number,
                           const v1::Paper* before, const v1::Paper* after) {
  if (before != nullptr) {
    for (const v1::Feature& feature : before->features()) {
      RETURN_IF_ERROR(db.Get("DELETE FROM feature WHERE day = ?1 AND "
                             "votes = ?2 AND number = ?3")
                          .BindText(1, feature.day())
                          .Bind(2, FeatureVotes(feature))
                          .Bind(3, number)
                          .Run());
    }
  }
  if (after != nullptr) {
    for (const v1::Feature& feature : after->features()) {
      RETURN_IF_ERROR(
          db.Get("INSERT OR IGNORE INTO feature VALUES (?1, ?2, ?3)")
              .BindText(1, feature.day())
              .Bind(2, FeatureVotes(feature))
              .Bind(3, number)
              .Run());
    }
  }
  return absl::OkStatus();
}

State StateAfter(const Entry& entry) {
  if (entry.kind == Kind::kDeleted) return State::kDeleted;
  if (entry.kind == Kind::kAbsorbed) return State::kAbsorbed;
  return entry.payload.paper().state() == v1::Paper::STATE_WITHDRAWN
             ? State::kWithdrawn
             : State::kActive;
}

absl::Status ApplyRow(Database& db, const Entry& entry,
                      const v1::Paper* after) {
  const State state = StateAfter(entry);
  Statement& row =
      db.Get("INSERT OR REPLACE INTO paper VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  row.Bind(1, entry.number)
      .Bind(2, entry.sequence)
      .Bind(3, static_cast<int64_t>(state))
      .Bind(4, state == State::kAbsorbed ? entry.payload.other() : 0);
  if (after != nullptr && after->has_published_time()) {
    row.Bind(5, after->published_time().seconds());
  } else {
    row.BindNull(5);
  }
  row.Bind(6, after != nullptr ? after->create_time().seconds() : 0);
  return row.Run();
}

// Follows up to kRebuildStep entries; how many there were.
absl::StatusOr<int> FollowSome(Database& db, text::Analyzer& analyzer) {
  ASSIGN_OR_RETURN(int64_t position,
                   db.Get("SELECT sequence FROM catalogue_position").Number());
  ASSIGN_OR_RETURN(std::vector<Entry> entries,
                   journal::ReadAfter(db, position, kRebuildStep));
  for (const Entry& entry : entries) {
    if (!journal::IsOfPaper(entry.kind)) {
      RETURN_IF_ERROR(SetPosition(db, entry.sequence));
      continue;
    }
    // Not entry.previous: a compacted journal may not hold it any more, and
    // then the tables do not have it either.
    ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(db, entry.number));
    if (!row.has_value()) {
      RETURN_IF_ERROR(Apply(db, entry, nullptr, analyzer));
      continue;
    }
    ASSIGN_OR_RETURN(Entry previous, journal::ReadOne(db, row->sequence));
    const v1::Paper* before =
        previous.payload.has_paper() ? &previous.payload.paper() : nullptr;
    RETURN_IF_ERROR(Apply(db, entry, before, analyzer));
  }
  return static_cast<int>(entries.size());
}

absl::Status Follow(Database& db) {
  text::Analyzer analyzer;
  int followed = 0;
  do {
    RETURN_IF_ERROR(db.Execute("BEGIN IMMEDIATE"));
    absl::StatusOr<int> some = FollowSome(db, analyzer);
    if (!some.ok()) {
      db.Execute("ROLLBACK").IgnoreError();
      return std::move(some).status();
    }
    RETURN_IF_ERROR(db.Execute("COMMIT"));
    followed = *some;
  } while (followed > 0);
  return absl::OkStatus();
}

}  // namespace

absl::Status PrepareTables(Database& db) {
  RETURN_IF_ERROR(db.Execute(StrCat("BEGIN IMMEDIATE;", kSchema, "COMMIT;")));
  RETURN_IF_ERROR(PrepareVoteSteps(db));
  RETURN_IF_ERROR(PrepareCastVotes(db));
  return Follow(db);
}

absl::Status RebuildTables(Database& db) {
  RETURN_IF_ERROR(
      db.Execute(StrCat("BEGIN IMMEDIATE;", kSchema, kEmpty, "COMMIT;")));
  RETURN_IF_ERROR(PrepareVoteSteps(db));
  RETURN_IF_ERROR(PrepareCastVotes(db));
  RETURN_IF_ERROR(db.Execute("DELETE FROM vote_step"));
  return Follow(db);
}

absl::Status Apply(Database& db, const Entry& entry, const v1::Paper* before,
                   text::Analyzer& analyzer) {
  const v1::Paper* after =
      entry.payload.has_paper() ? &entry.payload.paper() : nullptr;
  RETURN_IF_ERROR(ApplyRow(db, entry, after));
  RETURN_IF_ERROR(ApplyKeys(db, entry.number, before, after, analyzer));
  RETURN_IF_ERROR(ApplyFeatures(db, entry.number, before, after));
  RETURN_IF_ERROR(ApplyVoteSteps(db, entry.number, before, after));
  if (entry.kind == Kind::kSplit && entry.payload.other() != 0) {
    const auto [low, high] = std::minmax({entry.number, entry.payload.other()});
    RETURN_IF_ERROR(db.Get("INSERT OR IGNORE INTO apart VALUES (?1, ?2)")
                        .Bind(1, low)
                        .Bind(2, high)
                        .Run());
  }
  return SetPosition(db, entry.sequence);
}

absl::StatusOr<std::optional<Row>> FindRow(Database& db, int64_t number) {
  Statement& statement =
      db.Get(
            "SELECT sequence, state, absorbed_into FROM paper "
            "WHERE number = ?1")
          .Bind(1, number);
  ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  Row row;
  row.number = number;
  row.sequence = statement.Int(0);
  row.state = static_cast<State>(statement.Int(1));
  row.absorbed_into = statement.Int(2);
  statement.Reset();
  return row;
}

absl::StatusOr<int64_t> FindExternalId(Database& db, std::string_view id) {
  return db.Get("SELECT number FROM external_id WHERE id = ?1 ORDER BY number")
      .BindText(1, id)
      .Number();
}

absl::StatusOr<std::vector<int64_t>> FindLikeness(Database& db, int64_t hash) {
  Statement& statement =
      db.Get("SELECT number FROM likeness WHERE hash = ?1 ORDER BY number")
          .Bind(1, hash);
  std::vector<int64_t> numbers;
  while (true) {
    ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return numbers;
    numbers.push_back(statement.Int(0));
  }
}

absl::StatusOr<std::vector<int64_t>> ListAbsorbed(Database& db,
                                                  int64_t number) {
  Statement& statement =
      db.Get(
            "WITH RECURSIVE taken (number) AS ("
            "SELECT number FROM paper WHERE absorbed_into = ?1 "
            "AND absorbed_into > 0 UNION "
            "SELECT paper.number FROM paper JOIN taken "
            "ON paper.absorbed_into = taken.number "
            "AND paper.absorbed_into > 0) "
            "SELECT number FROM taken ORDER BY number")
          .Bind(1, number);
  std::vector<int64_t> numbers;
  while (true) {
    ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return numbers;
    numbers.push_back(statement.Int(0));
  }
}

absl::StatusOr<bool> KeptApart(Database& db, int64_t a, int64_t b) {
  const auto [low, high] = std::minmax({a, b});
  ASSIGN_OR_RETURN(int64_t found,
                   db.Get("SELECT 1 FROM apart WHERE low = ?1 AND high = ?2")
                       .Bind(1, low)
                       .Bind(2, high)
                       .Number());
  return found != 0;
}

absl::StatusOr<int64_t> LastNumber(Database& db) {
  return db.Get("SELECT max(number) FROM paper").Number();
}

}  // namespace paperwire::catalogue
