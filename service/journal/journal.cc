#include "service/journal/journal.h"

#include <random>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::journal {
namespace {

// "PWjn", so that `file` and we can tell whose SQLite file this is.
constexpr int64_t kApplicationId = 0x50576a6e;

// The columns that ReadEntry expects.
#define PAPERWIRE_ENTRY_COLUMNS \
  "sequence, time, kind, number, previous, payload"

absl::StatusOr<Entry> ReadEntry(const Statement& row) {
  Entry entry;
  entry.sequence = row.Int(0);
  entry.time = absl::FromUnixMicros(row.Int(1));
  entry.kind = static_cast<Kind>(row.Int(2));
  entry.number = row.Int(3);
  entry.previous = row.Int(4);
  const std::string_view payload = row.Bytes(5);
  if (!entry.payload.ParseFromArray(payload.data(),
                                    static_cast<int>(payload.size()))) {
    return absl::DataLossError(StrCat(
        "Journal entry ", entry.sequence,
        " cannot be read: its payload is damaged. Restore the data folder "
        "from a backup."));
  }
  return entry;
}

}  // namespace

absl::Status Prepare(Database& db) {
  ASSIGN_OR_RETURN(int64_t application,
                   db.Get("PRAGMA application_id").Number());
  ASSIGN_OR_RETURN(int64_t version, db.Get("PRAGMA user_version").Number());
  ASSIGN_OR_RETURN(int64_t tables,
                   db.Get("SELECT count(*) FROM sqlite_schema").Number());
  if (application != kApplicationId && tables > 0) {
    return absl::FailedPreconditionError(
        "The data folder holds an SQLite file of another program. Give "
        "Paperwire a folder of its own.");
  }
  if (version > kDataVersion) {
    return WithReason(
        absl::FailedPreconditionError(StrCat(
            "The data folder is of version ", version,
            ", and this paperwired knows up to version ", kDataVersion,
            ". Start a newer paperwired, or give it another folder. Nothing "
            "was changed.")),
        "DATA_FOLDER_TOO_NEW");
  }
  if (tables > 0) {
    if (version == kDataVersion) return absl::OkStatus();
    // What older versions hold is as it was; what is new in 4 is a table of
    // the catalogue's.
    return db.Execute(StrCat(
        "BEGIN IMMEDIATE;",
        version < 3 ? "ALTER TABLE journal ADD COLUMN complete_from INTEGER "
                      "NOT NULL DEFAULT 1;"
                    : "",
        "PRAGMA user_version = ", kDataVersion, "; COMMIT;"));
  }

  std::random_device random;
  const uint64_t id = (uint64_t{random()} << 32 | random()) >> 1;
  RETURN_IF_ERROR(
      db.Execute(StrCat("BEGIN IMMEDIATE;"
                        "CREATE TABLE journal ("
                        "  id INTEGER NOT NULL,"
                        "  complete_from INTEGER NOT NULL DEFAULT 1) STRICT;"
                        "INSERT INTO journal (id) VALUES (",
                        id,
                        ");"
                        "CREATE TABLE entry ("
                        "  sequence INTEGER PRIMARY KEY,"
                        "  time INTEGER NOT NULL,"
                        "  kind INTEGER NOT NULL,"
                        "  number INTEGER NOT NULL,"
                        "  previous INTEGER NOT NULL,"
                        "  payload BLOB NOT NULL) STRICT;"
                        "PRAGMA application_id = ",
                        kApplicationId,
                        ";"
                        "PRAGMA user_version = ",
                        kDataVersion,
                        ";"
                        "COMMIT;")));
  return absl::OkStatus();
}

absl::StatusOr<Identity> ReadIdentity(Database& db) {
  ASSIGN_OR_RETURN(int64_t id, db.Get("SELECT id FROM journal").Number());
  return Identity{.id = static_cast<uint64_t>(id)};
}

absl::Status Append(Database& db, absl::Span<const Entry> entries) {
  std::string payload;
  for (const Entry& entry : entries) {
    entry.payload.SerializeToString(&payload);
    RETURN_IF_ERROR(db.Get("INSERT INTO entry (" PAPERWIRE_ENTRY_COLUMNS
                           ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                        .Bind(1, entry.sequence)
                        .Bind(2, absl::ToUnixMicros(entry.time))
                        .Bind(3, static_cast<int64_t>(entry.kind))
                        .Bind(4, entry.number)
                        .Bind(5, entry.previous)
                        .BindBlob(6, payload)
                        .Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> LastSequence(Database& db) {
  return db.Get("SELECT max(sequence) FROM entry").Number();
}

absl::StatusOr<int64_t> CompleteFrom(Database& db) {
  return db.Get("SELECT complete_from FROM journal").Number();
}

absl::StatusOr<std::vector<Entry>> ReadAfter(Database& db, int64_t sequence,
                                             int limit) {
  Statement& statement =
      db.Get("SELECT " PAPERWIRE_ENTRY_COLUMNS
             " FROM entry WHERE sequence > ?1 ORDER BY sequence LIMIT ?2")
          .Bind(1, sequence)
          .Bind(2, limit);
  std::vector<Entry> entries;
  while (true) {
    ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return entries;
    ASSIGN_OR_RETURN(Entry entry, ReadEntry(statement));
    entries.push_back(std::move(entry));
  }
}

absl::StatusOr<Entry> ReadOne(Database& db, int64_t sequence) {
  Statement& statement = db.Get("SELECT " PAPERWIRE_ENTRY_COLUMNS
                                " FROM entry WHERE sequence = ?1")
                             .Bind(1, sequence);
  ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) {
    return absl::NotFoundError(
        StrCat("The journal has no entry ", sequence, "."));
  }
  absl::StatusOr<Entry> entry = ReadEntry(statement);
  statement.Reset();
  return entry;
}

absl::StatusOr<int64_t> NumberAt(Database& db, int64_t sequence) {
  ASSIGN_OR_RETURN(int64_t number,
                   db.Get("SELECT number FROM entry WHERE sequence = ?1")
                       .Bind(1, sequence)
                       .Number());
  if (number != 0) return number;
  return absl::NotFoundError(
      StrCat("The journal has no entry ", sequence, "."));
}

absl::StatusOr<int64_t> LastBefore(Database& db, absl::Time time) {
  // Times never fall with the sequence: halve the range. Where the journal was
  // compacted, the next entry that is there stands for those that are not.
  ASSIGN_OR_RETURN(int64_t high, LastSequence(db));
  const int64_t wanted = absl::ToUnixMicros(time);
  int64_t low = 0;  // everything up to `low` is before, nothing after `high` is
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    Statement& statement =
        db.Get(
              "SELECT sequence, time FROM entry WHERE sequence >= ?1 "
              "ORDER BY sequence LIMIT 1")
            .Bind(1, middle);
    ASSIGN_OR_RETURN(bool found, statement.Step());
    const bool before = found && statement.Int(1) < wanted;
    const int64_t at = found ? statement.Int(0) : middle;
    statement.Reset();
    if (before) {
      low = at;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace paperwire::journal
