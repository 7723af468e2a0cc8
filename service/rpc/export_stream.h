// ExportPapers: every full match of a query, over one snapshot.

#ifndef PAPERWIRE_SERVICE_RPC_EXPORT_STREAM_H_
#define PAPERWIRE_SERVICE_RPC_EXPORT_STREAM_H_

#include "service/rpc/loop.h"
#include "service/rpc/raw_services.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// Serves the method on the loop for as long as the server runs.
Task ServeExport(Loop& loop, RawSearchService& service, store::Store& store);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_EXPORT_STREAM_H_
