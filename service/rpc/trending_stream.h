// WatchTrending: a board as it changes.

#ifndef PAPERWIRE_SERVICE_RPC_TRENDING_STREAM_H_
#define PAPERWIRE_SERVICE_RPC_TRENDING_STREAM_H_

#include "absl/time/time.h"
#include "service/rpc/call.h"
#include "service/rpc/loop.h"
#include "service/rpc/raw_services.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// Serves the method on the loop for as long as the server runs. A stream with
// nothing to say sends its progress every `heartbeat`.
Task ServeWatchTrending(Loop& loop, RawTrendingService& service,
                        store::Store& store, Drain& drain,
                        absl::Duration heartbeat);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_TRENDING_STREAM_H_
