// The structured filters of a query as nodes.

#ifndef PAPERWIRE_SERVICE_QUERY_FILTERS_H_
#define PAPERWIRE_SERVICE_QUERY_FILTERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "paperwire/v1/query.pb.h"
#include "service/query/query.h"

namespace paperwire::query {

// A node for each filter of `request` that is set; all must hold.
// INVALID_ARGUMENT names the field ("categories[2]", "published.end_time").
absl::StatusOr<std::vector<Node>> MakeFilters(const v1::Query& request);

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_FILTERS_H_
