// Sizes for people.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_BYTES_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_BYTES_H_

#include <cstdint>
#include <string>

namespace paperwire::command {

// "512 B", "3.4 KiB", "128 MiB".
std::string Bytes(int64_t bytes);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_BYTES_H_
