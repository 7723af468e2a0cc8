// The answers of PaperService, without gRPC's calls.

#ifndef PAPERWIRE_SERVICE_RPC_PAPERS_H_
#define PAPERWIRE_SERVICE_RPC_PAPERS_H_

#include "absl/status/status.h"
#include "paperwire/v1/paper_service.pb.h"
#include "service/store/store.h"

namespace paperwire::rpc {

absl::Status GetPaper(store::Store& store, const v1::GetPaperRequest& request,
                      v1::Paper* response);
absl::Status BatchGetPapers(store::Store& store,
                            const v1::BatchGetPapersRequest& request,
                            v1::BatchGetPapersResponse* response);
absl::Status ListPapers(store::Store& store,
                        const v1::ListPapersRequest& request,
                        v1::ListPapersResponse* response);
absl::Status ListPaperChanges(store::Store& store,
                              const v1::ListPaperChangesRequest& request,
                              v1::ListPaperChangesResponse* response);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_PAPERS_H_
