#include "client/cpp/command/bar.h"

#include <algorithm>

namespace paperwire::command {

std::string Bar(int64_t count, int64_t most, int columns) {
  most = std::max<int64_t>(most, 1);
  std::string blocks;
  for (int64_t i = 0; i < (count * columns + most - 1) / most; ++i) {
    blocks += "▇";
  }
  return blocks;
}

}  // namespace paperwire::command
