#include "service/catalogue/cast_votes.h"

#include "service/base/status_macros.h"

namespace paperwire::catalogue {

using journal::Database;
using journal::Statement;

absl::Status PrepareCastVotes(Database& db) {
  return db.Execute(R"(
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS cast_vote (
      origin INTEGER NOT NULL, voter TEXT NOT NULL,
      number INTEGER NOT NULL, counts INTEGER NOT NULL, time INTEGER NOT NULL,
      PRIMARY KEY (origin, voter)) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS cast_vote_number ON cast_vote (number, time);
    COMMIT;
  )");
}

absl::Status AddCastVote(Database& db, int64_t number, std::string_view voter,
                         int64_t time) {
  return db.Get("INSERT OR REPLACE INTO cast_vote VALUES (?1, ?2, ?1, 1, ?3)")
      .Bind(1, number)
      .BindText(2, voter)
      .Bind(3, time)
      .Run();
}

absl::Status RemoveCastVote(Database& db, int64_t number,
                            std::string_view voter) {
  return db.Get("DELETE FROM cast_vote WHERE number = ?1 AND voter = ?2")
      .Bind(1, number)
      .BindText(2, voter)
      .Run();
}

absl::Status JoinCastVotes(Database& db, int64_t from, int64_t to) {
  return db
      .Get(
          "UPDATE cast_vote SET number = ?2, counts = counts AND NOT "
          "EXISTS (SELECT 1 FROM cast_vote AS own WHERE own.number = ?2 "
          "AND own.voter = cast_vote.voter AND own.counts) "
          "WHERE number = ?1")
      .Bind(1, from)
      .Bind(2, to)
      .Run();
}

absl::Status PartCastVotes(Database& db, int64_t number, int64_t other) {
  return db
      .Get(
          "UPDATE cast_vote SET number = origin, counts = 1 "
          "WHERE number = ?1 AND origin = ?2")
      .Bind(1, number)
      .Bind(2, other)
      .Run();
}

absl::Status DropCastVotes(Database& db, int64_t number) {
  return db.Get("DELETE FROM cast_vote WHERE number = ?1")
      .Bind(1, number)
      .Run();
}

absl::StatusOr<std::optional<int64_t>> CastVoteTime(Database& db,
                                                    int64_t number,
                                                    std::string_view voter) {
  Statement& vote = db.Get(
                          "SELECT time FROM cast_vote "
                          "WHERE number = ?1 AND voter = ?2 AND counts")
                        .Bind(1, number)
                        .BindText(2, voter);
  ASSIGN_OR_RETURN(bool found, vote.Step());
  if (!found) return std::nullopt;
  const int64_t time = vote.Int(0);
  vote.Reset();
  return time;
}

absl::StatusOr<int64_t> CountCastVotes(Database& db, int64_t number) {
  return db.Get("SELECT count(*) FROM cast_vote WHERE number = ?1 AND counts")
      .Bind(1, number)
      .Number();
}

absl::StatusOr<int64_t> CountCastVotesAt(Database& db, int64_t number,
                                         int64_t time) {
  return db
      .Get(
          "SELECT count(*) FROM cast_vote "
          "WHERE number = ?1 AND time = ?2 AND counts")
      .Bind(1, number)
      .Bind(2, time)
      .Number();
}

absl::StatusOr<std::vector<VoteStep>> CastVoteSteps(Database& db,
                                                    int64_t number) {
  Statement& all =
      db.Get(
            "SELECT time, count(*) FROM cast_vote "
            "WHERE number = ?1 AND counts GROUP BY time ORDER BY time")
          .Bind(1, number);
  std::vector<VoteStep> steps;
  while (true) {
    ASSIGN_OR_RETURN(bool found, all.Step());
    if (!found) return steps;
    steps.push_back({.time = all.Int(0), .votes = all.Int(1)});
  }
}

absl::Status ForEachCastVoted(
    Database& db,
    const std::function<void(int64_t, std::vector<VoteStep>)>& visit) {
  return ForEachSteps(
      db.Get("SELECT v.number, v.time, count(*) FROM cast_vote v "
             "JOIN paper p ON p.number = v.number "
             "WHERE p.state = 1 AND v.counts "
             "GROUP BY v.number, v.time ORDER BY v.number, v.time"),
      visit);
}

}  // namespace paperwire::catalogue
