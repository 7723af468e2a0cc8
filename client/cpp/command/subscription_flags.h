// The flags that describe a subscription beside its query, shared by
// `subscribe` and `subscriptions edit`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_SUBSCRIPTION_FLAGS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_SUBSCRIPTION_FLAGS_H_

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/map.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cpp/command/arguments.h"
#include "client/cpp/command/spec.h"
#include "paperwire/v1/subscription.pb.h"

namespace paperwire::command {

// --title, --label and --expires.
std::vector<FlagSpec> SubscriptionFlags();

// --news.
FlagSpec NewsFlag();
v1::News NewsOf(const Arguments& args);

// Puts what these flags say into `subscription` and the names of its fields
// into `mask`; what no flag speaks of stays. INVALID_ARGUMENT says which flag
// is wrong.
absl::Status ApplySubscriptionFlags(const Arguments& args, absl::Time now,
                                    v1::Subscription* subscription,
                                    google::protobuf::FieldMask* mask);

// Adds the KEY=VALUE of every --label to `labels`.
absl::Status AddLabels(const Arguments& args,
                       google::protobuf::Map<std::string, std::string>* labels);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_SUBSCRIPTION_FLAGS_H_
