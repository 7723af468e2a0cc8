#include "service/catalogue/votes.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/base/status_macros.h"
#include "service/journal/journal.h"

namespace paperwire::catalogue {
namespace {

using journal::Database;
using journal::Statement;

constexpr char kSchema[] = R"(
  CREATE TABLE vote_step (
    number INTEGER NOT NULL, time INTEGER NOT NULL, votes INTEGER NOT NULL,
    PRIMARY KEY (number, time)) STRICT, WITHOUT ROWID;
)";

absl::Status Insert(Database& db, int64_t number,
                    const std::vector<VoteStep>& steps) {
  for (const VoteStep& step : steps) {
    RETURN_IF_ERROR(db.Get("INSERT INTO vote_step VALUES (?1, ?2, ?3)")
                        .Bind(1, number)
                        .Bind(2, step.time)
                        .Bind(3, step.votes)
                        .Run());
  }
  return absl::OkStatus();
}

// From the papers as they stand.
absl::Status Fill(Database& db) {
  std::vector<std::pair<int64_t, int64_t>> featured;  // number, sequence
  Statement& all = db.Get(
      "SELECT number, sequence FROM paper "
      "WHERE number IN (SELECT number FROM feature)");
  while (true) {
    ASSIGN_OR_RETURN(bool found, all.Step());
    if (!found) break;
    featured.emplace_back(all.Int(0), all.Int(1));
  }
  for (const auto& [number, sequence] : featured) {
    ASSIGN_OR_RETURN(journal::Entry entry, journal::ReadOne(db, sequence));
    RETURN_IF_ERROR(Insert(db, number, VoteStepsOf(entry.payload.paper())));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<VoteStep> VoteStepsOf(const v1::Paper& paper) {
  std::map<int64_t, int64_t> votes;  // by time
  std::map<std::string, int64_t> highest;
  // They come by rising day.
  for (const v1::Feature& feature : paper.features()) {
    absl::CivilDay day;
    if (!feature.has_vote_count() ||
        !absl::ParseCivilTime(feature.day(), &day)) {
      continue;
    }
    int64_t& known = highest[feature.source()];
    const int64_t more = feature.vote_count() - known;
    if (more <= 0) continue;
    known = feature.vote_count();
    votes[absl::ToUnixSeconds(absl::FromCivil(day, absl::UTCTimeZone()))] +=
        more;
  }
  std::vector<VoteStep> steps;
  for (const auto& [time, count] : votes) steps.push_back({time, count});
  return steps;
}

absl::Status PrepareVoteSteps(Database& db) {
  ASSIGN_OR_RETURN(
      int64_t there,
      db.Get("SELECT count(*) FROM sqlite_schema WHERE name = 'vote_step'")
          .Number());
  if (there > 0) return absl::OkStatus();
  RETURN_IF_ERROR(db.Execute("BEGIN IMMEDIATE"));
  absl::Status made = db.Execute(kSchema);
  if (made.ok()) made = Fill(db);
  if (made.ok()) return db.Execute("COMMIT");
  db.Execute("ROLLBACK").IgnoreError();
  return made;
}

absl::Status ApplyVoteSteps(Database& db, int64_t number,
                            const v1::Paper* before, const v1::Paper* after) {
  std::vector<VoteStep> old_steps;
  std::vector<VoteStep> new_steps;
  if (before != nullptr) old_steps = VoteStepsOf(*before);
  if (after != nullptr) new_steps = VoteStepsOf(*after);
  if (old_steps == new_steps) return absl::OkStatus();
  RETURN_IF_ERROR(
      db.Get("DELETE FROM vote_step WHERE number = ?1").Bind(1, number).Run());
  return Insert(db, number, new_steps);
}

absl::Status ForEachSteps(
    Statement& rows,
    const std::function<void(int64_t, std::vector<VoteStep>)>& visit) {
  int64_t number = 0;
  std::vector<VoteStep> steps;
  while (true) {
    ASSIGN_OR_RETURN(bool found, rows.Step());
    if (!found || rows.Int(0) != number) {
      if (!steps.empty()) visit(number, std::exchange(steps, {}));
      if (!found) return absl::OkStatus();
      number = rows.Int(0);
    }
    steps.push_back({.time = rows.Int(1), .votes = rows.Int(2)});
  }
}

absl::Status ForEachVoted(
    Database& db,
    const std::function<void(int64_t, std::vector<VoteStep>)>& visit) {
  return ForEachSteps(
      db.Get("SELECT s.number, s.time, s.votes FROM vote_step s "
             "JOIN paper p ON p.number = s.number WHERE p.state = 1 "
             "ORDER BY s.number, s.time"),
      visit);
}

}  // namespace paperwire::catalogue
