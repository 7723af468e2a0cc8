// The answers about share groups; their streams are in watch.h.

#ifndef PAPERWIRE_SERVICE_RPC_SHARE_GROUPS_H_
#define PAPERWIRE_SERVICE_RPC_SHARE_GROUPS_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "service/journal/database.h"
#include "service/store/store.h"

namespace paperwire::rpc {

// Adds the groups of a subscription, by name.
absl::Status AddShareGroups(
    store::Store& store, journal::Database& db, int64_t subscription,
    google::protobuf::RepeatedPtrField<v1::ShareGroup>* groups);

// Both hand their change on to the store.
void AcknowledgeMatches(
    store::Store& store, const v1::AcknowledgeMatchesRequest& request,
    std::function<void(absl::StatusOr<v1::AcknowledgeMatchesResponse>)> done);
void DeleteShareGroup(
    store::Store& store, const v1::DeleteShareGroupRequest& request,
    std::function<void(absl::StatusOr<google::protobuf::Empty>)> done);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_SHARE_GROUPS_H_
