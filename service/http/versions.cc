#include "service/http/versions.h"

#include <algorithm>

#include "service/base/hash.h"

namespace paperwire::http {

absl::Time Versions::Since(std::string_view address, uint64_t hash) {
  const uint64_t key = StableHash(address);
  const absl::Time now =
      absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Now()));
  MutexLock lock(&mutex_);
  const auto [found, added] = versions_.try_emplace(key, Version{hash, now});
  Version& version = found->second;
  if (!added && version.hash != hash) {
    version = {hash, std::max(now, version.since + absl::Seconds(1))};
  }
  const absl::Time since = version.since;
  if (added) {
    oldest_.push_back(key);
    if (oldest_.size() > max_) {
      versions_.erase(oldest_.front());
      oldest_.pop_front();
    }
  }
  return since;
}

}  // namespace paperwire::http
