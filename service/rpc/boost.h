// The boost of a request, checked.

#ifndef PAPERWIRE_SERVICE_RPC_BOOST_H_
#define PAPERWIRE_SERVICE_RPC_BOOST_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/search_service.pb.h"
#include "service/index/boost.h"

namespace paperwire::rpc {

// Age is counted from `from`. INVALID_ARGUMENT, naming the field, for a weight
// or a half-life out of its range.
absl::StatusOr<index::Boost> ParseBoost(const v1::SearchRequest& request,
                                        absl::Time from);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_BOOST_H_
