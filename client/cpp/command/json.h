// Messages as JSON for programs.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_JSON_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_JSON_H_

#include <string>
#include <string_view>

#include "google/protobuf/message.h"

namespace paperwire::command {

enum class Defaults { kOmit, kWrite };

// `message` in one line of proto3 JSON, under the field names of the contract
// (snake_case), without a line end. With Defaults::kWrite, numbers that are 0
// and texts that are empty are there too.
std::string ToJson(const google::protobuf::Message& message,
                   Defaults defaults = Defaults::kOmit);

// `text` in quotes. Bytes that are not UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_JSON_H_
