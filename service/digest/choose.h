// Which papers a message has: those that newly match, and those that lead the
// board and were not in a message before.
//
//     ASSIGN_OR_RETURN(Choice choice, Choose(store, row, due));
//     if (choice.empty()) { /* nothing to say */ }
//
// What newly matches is what a watch of the query would deliver: the follower
// decides it (standing/follower.h), for searches, watches and digests alike.

#ifndef PAPERWIRE_SERVICE_DIGEST_CHOOSE_H_
#define PAPERWIRE_SERVICE_DIGEST_CHOOSE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/digest/tables.h"
#include "service/store/store.h"
#include "service/trending/boards.h"

namespace paperwire::digest {

struct Choice {
  // By number: the matches, most votes first, then newest; then the board.
  std::vector<int64_t> papers;
  int matches = 0;       // so many of them are matches
  int64_t more = 0;      // matches that are not among them
  bool lost = false;     // the journal no longer holds some
  int64_t sequence = 0;  // matches up to here were looked at

  bool empty() const { return papers.empty() && more == 0; }
};

// Of all matches, the newest so many are ranked by votes; more only count.
inline constexpr size_t kMostRanked = 2000;
// How far down a board is looked for papers that were not sent.
inline constexpr size_t kBoardDepth = 1000;

// `at` is the moment of the board. Any thread.
absl::StatusOr<Choice> Choose(store::Store& store, const DigestRow& row,
                              absl::Time at);

// The same for a digest that is not stored, as if its query had stood for one
// period of its schedule. `check` as in standing/backtest.h.
absl::StatusOr<Choice> ChooseUnstored(
    store::Store& store, const v1::Digest& digest, absl::Time at,
    const std::function<absl::Status()>& check);

// All that matched in a message's span, the newest first: at most `limit`, as
// they are now. What was withdrawn, or is gone, is left out.
absl::StatusOr<std::vector<std::shared_ptr<const v1::Paper>>> ReadFound(
    store::Store& store, int64_t subscription, const IssueRow& issue,
    size_t limit);

// The board of a digest at a moment, kBoardDepth deep.
absl::StatusOr<trending::Board> RankBoard(store::Store& store,
                                          const v1::DigestBoard& board,
                                          absl::Time at);

// The papers with these numbers as they are now, null for those that are not
// there, or are withdrawn.
absl::StatusOr<std::vector<std::shared_ptr<const v1::Paper>>> ReadPapers(
    store::Store& store, journal::Database& db,
    absl::Span<const int64_t> numbers);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_CHOOSE_H_
