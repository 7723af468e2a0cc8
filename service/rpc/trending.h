// The answers of TrendingService, without gRPC's calls: validate, ask the
// boards, read the papers, convert.

#ifndef PAPERWIRE_SERVICE_RPC_TRENDING_H_
#define PAPERWIRE_SERVICE_RPC_TRENDING_H_

#include "absl/status/status.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/store/store.h"

namespace paperwire::rpc {

absl::Status ListTrending(store::Store& store,
                          const v1::ListTrendingRequest& request,
                          v1::ListTrendingResponse* response);

absl::Status ListDays(store::Store& store, const v1::ListDaysRequest& request,
                      v1::ListDaysResponse* response);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_TRENDING_H_
