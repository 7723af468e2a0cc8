// The answers of TrendingService, without gRPC's calls: validate, ask the
// boards, read the papers, convert.

#ifndef PAPERWIRE_SERVICE_RPC_TRENDING_H_
#define PAPERWIRE_SERVICE_RPC_TRENDING_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// Hands a vote on to the store.
void VotePaper(store::Store& store, v1::VotePaperRequest request,
               std::function<void(absl::StatusOr<v1::VotePaperResponse>)> done);

absl::Status ListTrending(store::Store& store,
                          const v1::ListTrendingRequest& request,
                          v1::ListTrendingResponse* response);

absl::Status ListDays(store::Store& store, const v1::ListDaysRequest& request,
                      v1::ListDaysResponse* response);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_TRENDING_H_
