// What is asked of a board, from the words of the contract
// (trending_service.proto).
//
//     ASSIGN_OR_RETURN(wanted.window, WindowOf(request.window()));

#ifndef PAPERWIRE_SERVICE_TRENDING_REQUEST_H_
#define PAPERWIRE_SERVICE_TRENDING_REQUEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/trending/formula.h"

namespace paperwire::trending {

// How far a window goes back; a week when nothing is said. INVALID_ARGUMENT,
// naming the field "window".
absl::StatusOr<absl::Duration> WindowOf(v1::TrendingWindow window);

// "the last 7 days", "all votes".
std::string WindowText(v1::TrendingWindow window);

// `half_life` is null when it is not said. INVALID_ARGUMENT, naming the field
// "formula" or "half_life".
absl::StatusOr<Formula> FormulaOf(v1::TrendingFormula formula,
                                  const google::protobuf::Duration* half_life);

}  // namespace paperwire::trending

#endif  // PAPERWIRE_SERVICE_TRENDING_REQUEST_H_
