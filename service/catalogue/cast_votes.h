// Votes cast on this server: one for each voter and paper.
//
//     cast_vote   origin, voter -> number, counts, time
//
// A vote is for the paper `origin`, and belongs to the paper `number`: the
// same, or the one that absorbed it. Who voted for both counts once: the vote
// that came in with the absorbed paper then does not count. When the merge is
// undone, it goes back and does.
//
// The table is written together with the entry of the vote, and is not made
// again from the journal, which forgets what is superseded.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_CAST_VOTES_H_
#define PAPERWIRE_SERVICE_CATALOGUE_CAST_VOTES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/catalogue/votes.h"
#include "service/journal/database.h"

namespace paperwire::catalogue {

// Makes the table when it is missing. Once, at start-up.
absl::Status PrepareCastVotes(journal::Database& db);

// What follows changes the table inside the caller's transaction. Times are
// seconds since the epoch.

absl::Status AddCastVote(journal::Database& db, int64_t number,
                         std::string_view voter, int64_t time);
absl::Status RemoveCastVote(journal::Database& db, int64_t number,
                            std::string_view voter);
// `to` absorbs `from`.
absl::Status JoinCastVotes(journal::Database& db, int64_t from, int64_t to);
// What came to `number` with `other` goes back.
absl::Status PartCastVotes(journal::Database& db, int64_t number,
                           int64_t other);
// The paper is deleted.
absl::Status DropCastVotes(journal::Database& db, int64_t number);

// And this reads it: votes that count.

// When somebody voted for a paper, if so.
absl::StatusOr<std::optional<int64_t>> CastVoteTime(journal::Database& db,
                                                    int64_t number,
                                                    std::string_view voter);
absl::StatusOr<int64_t> CountCastVotes(journal::Database& db, int64_t number);
// In one second.
absl::StatusOr<int64_t> CountCastVotesAt(journal::Database& db, int64_t number,
                                         int64_t time);
absl::StatusOr<std::vector<VoteStep>> CastVoteSteps(journal::Database& db,
                                                    int64_t number);
// Calls visit(number, steps) for every active paper that somebody voted for.
absl::Status ForEachCastVoted(
    journal::Database& db,
    const std::function<void(int64_t, std::vector<VoteStep>)>& visit);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_CAST_VOTES_H_
