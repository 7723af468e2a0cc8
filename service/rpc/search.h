// The answers of SearchService, without gRPC's calls: validate, ask the
// index, read the papers, convert.

#ifndef PAPERWIRE_SERVICE_RPC_SEARCH_H_
#define PAPERWIRE_SERVICE_RPC_SEARCH_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "paperwire/v1/search_service.pb.h"
#include "service/index/snapshot.h"
#include "service/store/store.h"
#include "service/store/walks.h"

namespace paperwire::rpc {

// What a search may use. `check` ends it early; see index::SearchOptions.
struct SearchContext {
  store::Store& store;
  store::Walks& walks;
  std::function<absl::Status()> check;
};

// `snapshot` is what a search without a page token sees.
absl::Status Search(const SearchContext& context,
                    std::shared_ptr<const index::Snapshot> snapshot,
                    const v1::SearchRequest& request,
                    v1::SearchResponse* response);

absl::Status SearchBatch(const SearchContext& context,
                         const v1::SearchBatchRequest& request,
                         v1::SearchBatchResponse* response);

absl::Status SearchSimilar(const SearchContext& context,
                           const v1::SearchSimilarPapersRequest& request,
                           v1::SearchSimilarPapersResponse* response);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_SEARCH_H_
