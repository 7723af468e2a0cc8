// Parts of a subscription as the tables and pages show them, printable, and
// back.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_SUBSCRIPTION_TEXT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_SUBSCRIPTION_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "paperwire/v1/query.pb.h"
#include "paperwire/v1/subscription.pb.h"

namespace paperwire::command {

// Whose subscriptions these are: "users/local".
extern const char kParent[];

// Whether it may be the last part of a name: 1 to 63 lower-case letters, digits
// and hyphens.
bool IsId(std::string_view text);

// "users/ada", from what people write: that, or "ada". INVALID_ARGUMENT says
// what may be written.
absl::StatusOr<std::string> ParseUserName(const std::string& word);

// The name to ask the server for, from what people write: the id, or the
// whole name. INVALID_ARGUMENT says what may be written.
absl::StatusOr<std::string> ParseSubscriptionName(const std::string& word);

// What ParseSubscriptionName takes for the name: the id if that will do.
std::string ShownSubscription(std::string_view name);

// "active" or "paused".
std::string StateText(v1::Subscription::State state);

// A query as it is given to this command: the words, and the flags behind.
std::string QueryText(const v1::Query& query);

// The share groups, with how many watch in each: "workers (2), lab (0)".
std::string GroupNames(const v1::Subscription& subscription);

// "12", or "1,000 or more".
std::string PendingText(const v1::Subscription& subscription);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_SUBSCRIPTION_TEXT_H_
