// The answers about subscriptions.

#ifndef PAPERWIRE_SERVICE_RPC_SUBSCRIPTIONS_H_
#define PAPERWIRE_SERVICE_RPC_SUBSCRIPTIONS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "service/rpc/search.h"
#include "service/standing/subscription_tables.h"
#include "service/store/store.h"

namespace paperwire::rpc {

absl::Status GetSubscription(store::Store& store,
                             const v1::GetSubscriptionRequest& request,
                             v1::Subscription* response);
absl::Status ListSubscriptions(store::Store& store,
                               const v1::ListSubscriptionsRequest& request,
                               v1::ListSubscriptionsResponse* response);

// Adds what the readers of a subscription do: its cursor, and how much waits.
absl::Status FillReading(store::Store& store, v1::Subscription* subscription);

// Hands a commit on to the store.
void CommitCursor(
    store::Store& store, const v1::CommitCursorRequest& request,
    std::function<void(absl::StatusOr<v1::CommitCursorResponse>)> done);

// `context` has what the query is looked for in.
absl::Status PreviewSubscription(const SearchContext& context,
                                 const v1::PreviewSubscriptionRequest& request,
                                 v1::PreviewSubscriptionResponse* response);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_SUBSCRIPTIONS_H_
