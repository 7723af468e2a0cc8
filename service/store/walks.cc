#include "service/store/walks.h"

#include <algorithm>
#include <utility>

namespace paperwire::store {

void Walks::Keep(std::shared_ptr<const index::Snapshot> snapshot) {
  const absl::Time now = clock_.Now();
  MutexLock lock(&mutex_);
  const int64_t sequence = snapshot->sequence();
  held_[sequence] = {.snapshot = std::move(snapshot), .used = now};
  for (auto it = held_.begin(); it != held_.end();) {
    it = now - it->second.used > kLifetime ? held_.erase(it) : std::next(it);
  }
  if (held_.size() <= kMax) return;
  held_.erase(std::min_element(held_.begin(), held_.end(),
                               [](const auto& a, const auto& b) {
                                 return a.second.used < b.second.used;
                               }));
}

std::shared_ptr<const index::Snapshot> Walks::Find(int64_t sequence) {
  const absl::Time now = clock_.Now();
  MutexLock lock(&mutex_);
  auto it = held_.find(sequence);
  if (it == held_.end()) return nullptr;
  if (now - it->second.used > kLifetime) {
    held_.erase(it);
    return nullptr;
  }
  it->second.used = now;
  return it->second.snapshot;
}

}  // namespace paperwire::store
