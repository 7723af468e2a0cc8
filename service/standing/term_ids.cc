#include "service/standing/term_ids.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace paperwire::standing {

TermId TermIds::Intern(Key key) {
  const auto [it, is_new] = ids_.try_emplace(key, kAlways);
  if (!is_new) return it->second;
  if (free_.empty()) {
    it->second = end_++;
  } else {
    it->second = free_.back();
    free_.pop_back();
  }
  return it->second;
}

void TermIds::KeepOnly(const std::vector<bool>& used) {
  for (auto it = ids_.begin(); it != ids_.end();) {
    if (used[it->second]) {
      ++it;
    } else {
      free_.push_back(it->second);
      ids_.erase(it++);
    }
  }
  std::sort(free_.begin(), free_.end(), std::greater<>());
}

size_t TermIds::memory() const {
  return ids_.capacity() * (sizeof(std::pair<Key, TermId>) + 1) +
         free_.capacity() * sizeof(TermId);
}

}  // namespace paperwire::standing
