// What requests say of a board, and how its places are shown: the same for a
// board that is listed and one that is watched.

#ifndef PAPERWIRE_SERVICE_RPC_BOARDS_H_
#define PAPERWIRE_SERVICE_RPC_BOARDS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/base/status_macros.h"
#include "service/index/snapshot.h"
#include "service/query/query.h"
#include "service/trending/boards.h"
#include "service/trending/request.h"

namespace paperwire::rpc {

bool IsSet(const v1::Query& query);

// The window and the formula of a request. INVALID_ARGUMENT names the field.
template <typename Request>
absl::StatusOr<trending::BoardRequest> BoardOf(const Request& request) {
  trending::BoardRequest board;
  ASSIGN_OR_RETURN(board.window, trending::WindowOf(request.window()));
  ASSIGN_OR_RETURN(board.formula, trending::FormulaOf(request.formula(),
                                                      request.has_half_life()
                                                          ? &request.half_life()
                                                          : nullptr));
  return board;
}

// The papers that match, by rising number. INVALID_ARGUMENT names a field of
// the request's query.
absl::StatusOr<std::vector<int64_t>> Matching(const index::Snapshot& snapshot,
                                              const query::Query& query);

// What is said, by its own name.
v1::TrendingWindow ShownWindow(v1::TrendingWindow window);

void ShowInputs(const trending::Place& place, v1::TrendingInputs* to);
void ShowPlace(const trending::Place& place, v1::Paper paper,
               v1::TrendingPaper* to);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_BOARDS_H_
