// ImportPapers: batches in, acknowledgements out.

#ifndef PAPERWIRE_SERVICE_RPC_IMPORT_STREAM_H_
#define PAPERWIRE_SERVICE_RPC_IMPORT_STREAM_H_

#include "service/rpc/call.h"
#include "service/rpc/loop.h"
#include "service/rpc/raw_services.h"
#include "service/rpc/worker.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// Serves the method on the loop for as long as the server runs; batches are
// parsed by the worker.
Task ServeImport(Loop& loop, RawPaperService& service, store::Store& store,
                 Worker& worker, Drain& drain);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_IMPORT_STREAM_H_
