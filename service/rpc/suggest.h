// The answer of Suggest, and what Search offers when nothing matches: ask the
// index, read the few papers that it wants, convert.

#ifndef PAPERWIRE_SERVICE_RPC_SUGGEST_H_
#define PAPERWIRE_SERVICE_RPC_SUGGEST_H_

#include "absl/status/status.h"
#include "paperwire/v1/search_service.pb.h"
#include "service/index/snapshot.h"
#include "service/query/query.h"
#include "service/rpc/search.h"

namespace paperwire::rpc {

absl::Status Suggest(const SearchContext& context,
                     const v1::SuggestRequest& request,
                     v1::SuggestResponse* response);

// Adds did_you_mean and relaxations to the first page of an answer, where the
// contract says that they belong. `query` is that of the request, parsed.
absl::Status AddRewrites(const SearchContext& context,
                         const index::Snapshot& snapshot,
                         const v1::SearchRequest& request,
                         const query::Query& query,
                         v1::SearchResponse* response);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_SUGGEST_H_
