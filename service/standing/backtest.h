// What a query would have delivered over a past span, had it stood since its
// beginning.
//
//     BacktestOptions options;
//     options.start = clock.Now() - absl::Hours(24 * 30);
//     ASSIGN_OR_RETURN(Backtest past, RunBacktest(db, *snapshot, query,
//                                                 options));
//
// Papers that were stored once and never changed are found by a search of the
// snapshot. The others are matched entry by entry, as a follower did.

#ifndef PAPERWIRE_SERVICE_STANDING_BACKTEST_H_
#define PAPERWIRE_SERVICE_STANDING_BACKTEST_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/index/snapshot.h"
#include "service/journal/database.h"
#include "service/query/query.h"
#include "service/standing/follower.h"

namespace paperwire::standing {

struct BacktestOptions {
  // By when entries were written; `end` itself is not part of it.
  absl::Time start;
  absl::Time end;
  // New versions of papers that match are news, too.
  bool versions = false;
  // How many of the newest deliveries to return.
  size_t samples = 10;
  // Days to count at the most; the last ones.
  int max_days = 3660;
  // Asked now and then; a status that is not OK ends it. May be null.
  std::function<absl::Status()> check = nullptr;
};

struct Backtest {
  int64_t total = 0;
  struct Day {
    absl::CivilDay date;  // UTC
    int64_t count = 0;
  };
  std::vector<Day> days;          // all of the span, in order
  std::vector<Delivery> samples;  // newest first
};

// OUT_OF_RANGE, reason HISTORY_TOO_SHORT: the journal no longer holds the
// beginning of the span. `db` may see entries that the snapshot does not have;
// they do not count.
absl::StatusOr<Backtest> RunBacktest(journal::Database& db,
                                     const index::Snapshot& snapshot,
                                     const query::Query& query,
                                     const BacktestOptions& options);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_BACKTEST_H_
