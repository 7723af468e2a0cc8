// Keeps copies of many short strings at places that do not move.

#ifndef PAPERWIRE_SERVICE_INDEX_STRING_ARENA_H_
#define PAPERWIRE_SERVICE_INDEX_STRING_ARENA_H_

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace paperwire::index {

class StringArena {
 public:
  // A copy of `s` that lives as long as the arena.
  std::string_view Copy(std::string_view s) {
    if (s.empty()) return {};
    if (s.size() > left_) {
      left_ = std::max(kChunk, s.size());
      chunks_.push_back(std::make_unique<char[]>(left_));
      next_ = chunks_.back().get();
    }
    std::memcpy(next_, s.data(), s.size());
    const std::string_view copy(next_, s.size());
    next_ += s.size();
    left_ -= s.size();
    return copy;
  }

 private:
  static constexpr size_t kChunk = 16384;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_STRING_ARENA_H_
