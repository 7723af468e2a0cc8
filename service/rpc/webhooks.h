// The answers about webhooks, and what subscriptions show of them.

#ifndef PAPERWIRE_SERVICE_RPC_WEBHOOKS_H_
#define PAPERWIRE_SERVICE_RPC_WEBHOOKS_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/subscription_service.pb.h"
#include "service/journal/database.h"
#include "service/store/store.h"
#include "service/webhook/deliverer.h"

namespace paperwire::rpc {

// INVALID_ARGUMENT, naming the field from subscription.webhook on: the webhook
// that would be stored, if any, cannot be.
absl::Status CheckNewWebhook(const v1::Subscription& subscription,
                             bool allow_private);
absl::Status CheckWebhookChange(const v1::UpdateSubscriptionRequest& request,
                                bool allow_private);

// Whatever leaves the server passes here.
void HideSecret(v1::Subscription* subscription);

// Adds how the webhook fares, if there is one.
absl::Status AddWebhookStatus(journal::Database& db, int64_t number,
                              v1::Subscription* subscription);

absl::Status ListWebhookDeliveries(
    store::Store& store, const v1::ListWebhookDeliveriesRequest& request,
    v1::ListWebhookDeliveriesResponse* response);

void RetryWebhookDelivery(
    store::Store& store, webhook::Deliverer& deliverer,
    const v1::RetryWebhookDeliveryRequest& request,
    std::function<void(absl::StatusOr<v1::WebhookDelivery>)> done);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_WEBHOOKS_H_
