#include "service/rpc/boards.h"

#include <utility>

#include "service/base/error_details.h"
#include "service/index/search.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {

bool IsSet(const v1::Query& query) { return query.ByteSizeLong() > 0; }

absl::StatusOr<std::vector<int64_t>> Matching(const index::Snapshot& snapshot,
                                              const query::Query& query) {
  absl::StatusOr<std::vector<int64_t>> numbers =
      index::MatchNumbers(snapshot, query);
  if (!numbers.ok()) return PrefixField("query", numbers.status());
  return numbers;
}

v1::TrendingWindow ShownWindow(v1::TrendingWindow window) {
  return window == v1::TRENDING_WINDOW_UNSPECIFIED ? v1::TRENDING_WINDOW_WEEK
                                                   : window;
}

void ShowInputs(const trending::Place& place, v1::TrendingInputs* to) {
  to->set_vote_count(place.votes);
  to->set_total_vote_count(place.total_votes);
  SetTime(absl::FromUnixSeconds(place.first_time),
          to->mutable_first_vote_time());
}

void ShowPlace(const trending::Place& place, v1::Paper paper,
               v1::TrendingPaper* to) {
  to->set_rank(place.rank);
  to->set_score(place.score);
  *to->mutable_paper() = std::move(paper);
  ShowInputs(place, to->mutable_inputs());
  if (place.previous_rank.has_value()) {
    to->set_previous_rank(*place.previous_rank);
  }
  to->set_newcomer(place.newcomer);
}

}  // namespace paperwire::rpc
