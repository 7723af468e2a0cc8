// The papers of a board as a table.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_TABLE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_TABLE_H_

#include "client/cpp/command/output.h"
#include "google/protobuf/repeated_field.h"
#include "paperwire/v1/trending_service.pb.h"

namespace paperwire::command {

// Rank, change against the day before, score, votes and the paper of each.
void PrintBoard(
    const google::protobuf::RepeatedPtrField<v1::TrendingPaper>& papers,
    v1::TrendingFormula formula, Output& out);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_TABLE_H_
