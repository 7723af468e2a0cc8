// What was posted to a webhook, and posting it once more: two of the actions of
// `paperwire webhook`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_DELIVERIES_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_DELIVERIES_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"

namespace paperwire::command {

// `words` has the name of the subscription. Takes --dead and --limit.
int ListDeliveries(Context& context, const std::vector<std::string>& words);

// `words` has the name and the ids of deliveries; with --all, the name alone.
int RetryDeliveries(Context& context, const std::vector<std::string>& words);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_WEBHOOK_DELIVERIES_H_
