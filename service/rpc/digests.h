// The calls of DigestService: read the request, ask service/digest, convert.

#ifndef PAPERWIRE_SERVICE_RPC_DIGESTS_H_
#define PAPERWIRE_SERVICE_RPC_DIGESTS_H_

#include "service/digest/digests.h"
#include "service/rpc/loop.h"
#include "service/rpc/raw_services.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// Serves all of its methods for as long as the server runs.
void ServeDigests(Loop& loop, RawDigestService& service, store::Store& store,
                  digest::Digests& digests);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_DIGESTS_H_
