// From what the index found to what is sent: hits with their papers, reduced
// and highlighted.

#ifndef PAPERWIRE_SERVICE_RPC_HITS_H_
#define PAPERWIRE_SERVICE_RPC_HITS_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "paperwire/v1/search_service.pb.h"
#include "service/index/search.h"
#include "service/query/query.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// Appends the hits, in their order, each with its paper as it was in the
// snapshot that was searched; highlighted for `highlighted` unless that is
// null. The mask must have passed CheckMask.
//
// The papers go in as bytes, which only whoever receives the serialized
// message sees as papers: `protos` has none of their fields.
absl::Status AddHits(store::Papers& papers, const std::vector<index::Hit>& hits,
                     const google::protobuf::FieldMask& mask,
                     const query::Query* highlighted,
                     google::protobuf::RepeatedPtrField<v1::Hit>* protos);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_HITS_H_
