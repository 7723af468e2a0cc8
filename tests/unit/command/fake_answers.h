// What the services of the fake server share.

#ifndef PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_ANSWERS_H_
#define PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_ANSWERS_H_

#include <grpcpp/support/status.h>

#include <map>
#include <string>

#include "paperwire/v1/paper.pb.h"
#include "paperwire/v1/query.pb.h"

namespace paperwire {

// An error with details, as the server sends it: the field that is wrong, the
// reason and its facts, where there are any.
grpc::Status Detailed(grpc::StatusCode code, const std::string& message,
                      const std::string& field, const std::string& reason,
                      const std::map<std::string, std::string>& facts = {});

bool Matches(const v1::Paper& paper, const v1::Query& query);

}  // namespace paperwire

#endif  // PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_ANSWERS_H_
