// What somebody asks of a webhook: whether it can be stored, and what is meant
// where nothing is said.
//
//     RETURN_IF_ERROR(CheckWebhook(subscription.webhook(), allow_private));
//     const int size = BatchSize(subscription.webhook());

#ifndef PAPERWIRE_SERVICE_WEBHOOK_SETTINGS_H_
#define PAPERWIRE_SERVICE_WEBHOOK_SETTINGS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "paperwire/v1/webhook.pb.h"

namespace paperwire::webhook {

// INVALID_ARGUMENT, naming the field as "url", "secret" and so on: what cannot
// be stored. An empty secret passes, since an update may leave it out.
//
// Without `allow_private`, plain http is refused, and so are literal addresses
// that are not public and names of this machine. Other names are looked up
// when something is posted, and what they stand for is checked then.
absl::Status CheckWebhook(const v1::Webhook& webhook, bool allow_private);

// The same for its url alone.
absl::Status CheckUrl(const std::string& url, bool allow_private);

int BatchSize(const v1::Webhook& webhook);
absl::Duration GiveUpAfter(const v1::Webhook& webhook);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_SETTINGS_H_
