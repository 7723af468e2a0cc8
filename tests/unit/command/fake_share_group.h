// A share group of the fake server: who holds which match.

#ifndef PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SHARE_GROUP_H_
#define PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SHARE_GROUP_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <set>

namespace paperwire {

// Not thread-safe.
class FakeShareGroup {
 public:
  using Clock = std::chrono::steady_clock;

  // Whether `stream` may have it now; then it holds it for so long.
  bool Lease(int64_t sequence, const void* stream, Clock::duration lease) {
    if (acknowledged.contains(sequence)) return false;
    Held& held = held_[sequence];
    if (held.stream != nullptr && held.until > Clock::now()) return false;
    held = {stream, Clock::now() + lease, lease, held.attempts + 1};
    return true;
  }
  int attempts(int64_t sequence) { return held_[sequence].attempts; }

  void Release(int64_t sequence) { held_[sequence].stream = nullptr; }
  void Extend(int64_t sequence) {
    Held& held = held_[sequence];
    if (held.stream != nullptr) held.until = Clock::now() + held.lease;
  }
  // The stream is gone.
  void Leave(const void* stream) {
    for (auto& [sequence, held] : held_) {
      if (held.stream == stream) held.stream = nullptr;
    }
  }

  std::set<int64_t> acknowledged;

 private:
  struct Held {
    const void* stream = nullptr;
    Clock::time_point until = {};
    Clock::duration lease = {};
    int attempts = 0;
  };
  std::map<int64_t, Held> held_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SHARE_GROUP_H_
