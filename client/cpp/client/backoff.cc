#include "client/cpp/client/backoff.h"

#include <algorithm>

namespace paperwire {

Backoff::Backoff(absl::Duration first, absl::Duration longest)
    : first_(first), longest_(longest), next_(first) {}

absl::Duration Backoff::Next() {
  const absl::Duration wait = next_ * absl::Uniform(random_, 0.75, 1.25);
  next_ = std::min(next_ * 2, longest_);
  return wait;
}

void Backoff::Reset() { next_ = first_; }

}  // namespace paperwire
