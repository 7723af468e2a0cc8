// From what the index found to what is sent: hits with their papers, reduced
// and highlighted.

#ifndef PAPERWIRE_SERVICE_RPC_HITS_H_
#define PAPERWIRE_SERVICE_RPC_HITS_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "service/index/search.h"
#include "service/query/query.h"
#include "service/store/papers.h"

namespace paperwire::rpc {

// What an answer shows of its hits.
struct Shown {
  // Of their papers. Must have passed CheckMask (convert.h).
  const google::protobuf::FieldMask& mask;
  // What they are highlighted for, unless it is null.
  const query::Query* highlighted = nullptr;
  // How their scores came about: one of each hit, or none.
  std::vector<index::Explanation> explanations = {};
};

// Appends the hits, in their order, each with its paper as it was in the
// snapshot that was searched, to the field of `answer` that has this number (a
// repeated v1::Hit).
//
// They go in as bytes, which only whoever receives the serialized message sees
// as hits: in `answer` itself the field is empty.
absl::Status AddHits(store::Papers& papers, const std::vector<index::Hit>& hits,
                     const Shown& shown, int field,
                     google::protobuf::Message* answer);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_HITS_H_
