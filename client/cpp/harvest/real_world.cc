#include <algorithm>
#include <random>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "client/cpp/harvest/world.h"

namespace paperwire::harvest {
namespace {

// How long a stop can go unnoticed.
constexpr absl::Duration kNap = absl::Milliseconds(100);

class RealWorld : public World {
 public:
  explicit RealWorld(const std::atomic<bool>* stop) : stop_(stop) {}

  absl::Time Now() override { return absl::Now(); }

  bool Sleep(absl::Duration duration) override {
    const absl::Time end = absl::Now() + duration;
    while (true) {
      if (stop_ != nullptr && stop_->load()) return false;
      const absl::Duration left = end - absl::Now();
      if (left <= absl::ZeroDuration()) return true;
      absl::SleepFor(std::min(left, kNap));
    }
  }

  double Random() override {
    absl::MutexLock lock(&mutex_);
    return std::uniform_real_distribution<double>(0, 1)(generator_);
  }

 private:
  const std::atomic<bool>* const stop_;
  absl::Mutex mutex_;
  std::mt19937_64 generator_ ABSL_GUARDED_BY(mutex_){std::random_device{}()};
};

}  // namespace

std::unique_ptr<World> MakeWorld(const std::atomic<bool>* stop) {
  return std::make_unique<RealWorld>(stop);
}

}  // namespace paperwire::harvest
