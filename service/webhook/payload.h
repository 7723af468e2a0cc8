// The body of a delivery, as the contract has it (webhook.proto):
//
//     {"id": "dl-7-1201", "subscription": "users/local/subscriptions/sae",
//      "attempt": 1, "matches": [ ...WatchMatch... ]}

#ifndef PAPERWIRE_SERVICE_WEBHOOK_PAYLOAD_H_
#define PAPERWIRE_SERVICE_WEBHOOK_PAYLOAD_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "paperwire/v1/subscription.pb.h"
#include "service/standing/follower.h"
#include "service/store/papers.h"

namespace paperwire::webhook {

// `matches` are what the delivery has, in order. The papers are reduced to the
// webhook's read_mask and highlighted for the subscription's query as it is
// now. NOT_FOUND: the journal no longer holds one of them. Some 100
// microseconds for a match.
absl::StatusOr<std::string> MakePayload(
    store::Papers& papers, const v1::Subscription& subscription,
    std::string_view delivery_id, int attempt,
    absl::Span<const standing::Delivery> matches);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_PAYLOAD_H_
