// The votes of a paper by time, as the lists on which it was featured count
// them.
//
//     for (const VoteStep& step : VoteStepsOf(paper)) { ... }
//
// A list says how many votes a paper had on its day. What it says first counts
// from that day on, 00:00 UTC; what a later list of the same source has more,
// from that later day on. A count that falls takes nothing back.
//
// The table vote_step holds them by paper, and follows the journal with the
// others (tables.h).

#ifndef PAPERWIRE_SERVICE_CATALOGUE_VOTES_H_
#define PAPERWIRE_SERVICE_CATALOGUE_VOTES_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/paper.pb.h"
#include "service/journal/database.h"

namespace paperwire::catalogue {

struct VoteStep {
  int64_t time = 0;   // seconds since the epoch
  int64_t votes = 0;  // that count from then on; positive

  friend bool operator==(const VoteStep&, const VoteStep&) = default;
};

// By rising time, each time once.
std::vector<VoteStep> VoteStepsOf(const v1::Paper& paper);

// Makes the table when it is missing, and fills it from the papers that are
// featured. Once, at start-up, after the other tables were made.
absl::Status PrepareVoteSteps(journal::Database& db);

// Follows a change of a paper; null where there was or is none. Inside the
// caller's transaction.
absl::Status ApplyVoteSteps(journal::Database& db, int64_t number,
                            const v1::Paper* before, const v1::Paper* after);

// Calls visit(number, steps) for rows of number, time and votes, in that order.
absl::Status ForEachSteps(
    journal::Statement& rows,
    const std::function<void(int64_t, std::vector<VoteStep>)>& visit);

// Calls visit(number, steps) for every active paper that has steps.
absl::Status ForEachVoted(
    journal::Database& db,
    const std::function<void(int64_t, std::vector<VoteStep>)>& visit);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_VOTES_H_
