// What could be asked instead of a query that finds nothing.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_REWRITES_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_REWRITES_H_

#include "client/cpp/command/context.h"
#include "paperwire/v1/search_service.pb.h"

namespace paperwire::command {

// A line for each of did_you_mean and relaxations, with how many papers it
// finds. On a terminal among the results, else on the error output.
void PrintRewrites(Context& context, const v1::SearchResponse& response);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_REWRITES_H_
