// The answers of ServerService, without gRPC's calls.

#ifndef PAPERWIRE_SERVICE_RPC_SERVER_INFO_H_
#define PAPERWIRE_SERVICE_RPC_SERVER_INFO_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "paperwire/v1/server_service.pb.h"
#include "service/rpc/call.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// When this process started, and how long it took to be ready.
struct Started {
  absl::Time time;
  absl::Duration took;
};

void GetServerInfo(const store::Store& store, const Started& started,
                   v1::GetServerInfoResponse* response);

absl::Status GetServerStats(store::Store& store, const Drain& streams,
                            v1::GetServerStatsResponse* response);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_SERVER_INFO_H_
