// Webhooks in words for people, printable.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_TEXT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_TEXT_H_

#include <string>

#include "absl/time/time.h"
#include "client/cpp/command/page.h"
#include "client/cpp/command/text_layout.h"
#include "paperwire/v1/webhook.pb.h"

namespace paperwire::command {

// "ok", "failing", "disabled", each with ", 2 dead" where that is so; nothing
// without a webhook.
Piece WebhookState(const v1::Webhook& webhook);

// Rows of where it posts, how it fares and what to do about it. `id` is what
// the subscription is called.
void PrintWebhook(const v1::Webhook& webhook, const std::string& id,
                  absl::Time now, Page* page);

// "pending", "delivered" or "dead".
std::string DeliveryState(v1::WebhookDelivery::State state);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_TEXT_H_
