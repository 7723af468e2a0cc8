#include "client/cpp/command/bytes.h"

#include "absl/strings/str_format.h"

namespace paperwire::command {

std::string Bytes(int64_t bytes) {
  if (bytes < 1024) return absl::StrFormat("%d B", bytes);
  double value = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return absl::StrFormat("%.*f %s", value < 10 ? 1 : 0, value, unit);
}

}  // namespace paperwire::command
