// From deliveries to what is sent: matches with their papers as bytes, reduced
// and highlighted.

#ifndef PAPERWIRE_SERVICE_RPC_MATCHES_H_
#define PAPERWIRE_SERVICE_RPC_MATCHES_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "service/index/highlight.h"
#include "service/index/reasons.h"
#include "service/rpc/paper_mask.h"
#include "service/standing/follower.h"
#include "service/store/papers.h"

namespace paperwire::rpc {

// Appends a match for each delivery, in order. As in hits.h, the papers go in
// as bytes. `highlighter` and `reasoner` may be null. NOT_FOUND: the journal no
// longer holds one of the papers.
absl::Status AddMatches(
    store::Papers& papers, absl::Span<const standing::Delivery> deliveries,
    const PaperMask& mask, index::Highlighter* highlighter,
    index::Reasoner* reasoner,
    google::protobuf::RepeatedPtrField<v1::WatchMatch>* matches);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_MATCHES_H_
