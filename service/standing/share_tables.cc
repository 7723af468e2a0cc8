#include "service/standing/share_tables.h"

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/standing/subscription_tables.h"

namespace paperwire::standing {
namespace {

using journal::Database;
using journal::Statement;

constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS share_group (
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (number, name)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS share_ack (
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (number, name, sequence)) STRICT, WITHOUT ROWID;
)";

// Matches that the cursor looks at in one go.
constexpr int kStep = 1000;

absl::Status MoveCursor(Database& db, int64_t number, ShareRow share) {
  const int64_t before = share.sequence;
  while (true) {
    ASSIGN_OR_RETURN(std::vector<MatchRow> rows,
                     ReadMatches(db, number, share.sequence, kStep));
    size_t passed = 0;
    while (passed < rows.size() &&
           share.acknowledged.contains(rows[passed].sequence)) {
      share.sequence = rows[passed++].sequence;
    }
    if (passed < kStep) break;
  }
  if (share.sequence == before) return absl::OkStatus();
  RETURN_IF_ERROR(db.Get("UPDATE share_group SET sequence = ?3 "
                         "WHERE number = ?1 AND name = ?2")
                      .Bind(1, number)
                      .BindText(2, share.name)
                      .Bind(3, share.sequence)
                      .Run());
  return db.Get("DELETE FROM share_ack "
                "WHERE number = ?1 AND name = ?2 AND sequence <= ?3")
      .Bind(1, number)
      .BindText(2, share.name)
      .Bind(3, share.sequence)
      .Run();
}

}  // namespace

absl::Status PrepareShareTables(Database& db) { return db.Execute(kSchema); }

absl::StatusOr<std::optional<ShareRow>> FindShare(Database& db, int64_t number,
                                                  std::string_view name) {
  Statement& group = db.Get("SELECT sequence FROM share_group "
                            "WHERE number = ?1 AND name = ?2")
                         .Bind(1, number)
                         .BindText(2, name);
  ASSIGN_OR_RETURN(bool found, group.Step());
  if (!found) return std::nullopt;
  ShareRow share;
  share.name = std::string(name);
  share.sequence = group.Int(0);
  group.Reset();
  Statement& rows = db.Get("SELECT sequence FROM share_ack "
                           "WHERE number = ?1 AND name = ?2 AND sequence > ?3")
                        .Bind(1, number)
                        .BindText(2, name)
                        .Bind(3, share.sequence);
  while (true) {
    ASSIGN_OR_RETURN(bool more, rows.Step());
    if (!more) return share;
    share.acknowledged.insert(share.acknowledged.end(), rows.Int(0));
  }
}

absl::StatusOr<std::vector<ShareRow>> ListShares(Database& db,
                                                 int64_t number) {
  Statement& rows = db.Get("SELECT name, sequence FROM share_group "
                           "WHERE number = ?1 ORDER BY name")
                        .Bind(1, number);
  std::vector<ShareRow> shares;
  while (true) {
    ASSIGN_OR_RETURN(bool found, rows.Step());
    if (!found) return shares;
    shares.push_back({.name = std::string(rows.Bytes(0)),
                      .sequence = rows.Int(1),
                      .acknowledged = {}});
  }
}

absl::Status CreateShare(Database& db, int64_t number, std::string_view name,
                         int64_t sequence) {
  ASSIGN_OR_RETURN(std::vector<ShareRow> there, ListShares(db, number));
  for (const ShareRow& share : there) {
    if (share.name == name) return absl::OkStatus();
  }
  if (there.size() >= kMaxShareGroups) {
    return WithReason(
        absl::ResourceExhaustedError(StrCat(
            "The subscription has ", kMaxShareGroups,
            " share groups, which is as many as it may. Delete one that "
            "nobody uses with DeleteShareGroup; GetSubscription lists them.")),
        "TOO_MANY_SHARE_GROUPS");
  }
  return db.Get("INSERT INTO share_group VALUES (?1, ?2, ?3)")
      .Bind(1, number)
      .BindText(2, name)
      .Bind(3, sequence)
      .Run();
}

absl::Status AcknowledgeShare(Database& db, int64_t number,
                              std::string_view name,
                              const std::vector<int64_t>& sequences) {
  ASSIGN_OR_RETURN(std::optional<ShareRow> share, FindShare(db, number, name));
  if (!share.has_value()) return NoSuchShare(name);
  ASSIGN_OR_RETURN(int64_t noted, ReadStandingPosition(db));
  for (const int64_t sequence : sequences) {
    if (sequence <= share->sequence) continue;
    // What is not noted yet cannot be told from what is no match.
    if (sequence <= noted) {
      ASSIGN_OR_RETURN(bool match, AnyNoted(db, number, {sequence}));
      if (!match) continue;
    }
    share->acknowledged.insert(sequence);
    RETURN_IF_ERROR(
        db.Get("INSERT OR IGNORE INTO share_ack VALUES (?1, ?2, ?3)")
            .Bind(1, number)
            .BindText(2, name)
            .Bind(3, sequence)
            .Run());
  }
  return MoveCursor(db, number, *std::move(share));
}

absl::StatusOr<bool> DeleteShare(Database& db, int64_t number,
                                 std::string_view name) {
  ASSIGN_OR_RETURN(std::optional<ShareRow> share, FindShare(db, number, name));
  if (!share.has_value()) return false;
  for (const char* sql :
       {"DELETE FROM share_group WHERE number = ?1 AND name = ?2",
        "DELETE FROM share_ack WHERE number = ?1 AND name = ?2"}) {
    RETURN_IF_ERROR(db.Get(sql).Bind(1, number).BindText(2, name).Run());
  }
  return true;
}

absl::Status DeleteShares(Database& db, int64_t number) {
  for (const char* sql : {"DELETE FROM share_group WHERE number = ?1",
                          "DELETE FROM share_ack WHERE number = ?1"}) {
    RETURN_IF_ERROR(db.Get(sql).Bind(1, number).Run());
  }
  return absl::OkStatus();
}

absl::Status NoSuchShare(std::string_view name) {
  return WithReason(
      absl::NotFoundError(StrCat(
          "The subscription has no share group \"", name.substr(0, 100),
          "\": it was deleted, or never watched in. A Watch with this "
          "share_group makes it.")),
      "SHARE_GROUP_NOT_FOUND");
}

}  // namespace paperwire::standing
