// What the environment says about a torture.
//
//     PAPERWIRE_TORTURE_SEED   repeats it; printed when it was not given

#ifndef PAPERWIRE_TESTS_TORTURE_ENVIRONMENT_H_
#define PAPERWIRE_TESTS_TORTURE_ENVIRONMENT_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>

namespace paperwire::torture {

inline std::optional<int64_t> FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::strtoll(value, nullptr, 10);
}

// The same for all tests of this process.
inline int64_t TortureSeed() {
  static const int64_t seed = [] {
    const int64_t value =
        FromEnvironment("PAPERWIRE_TORTURE_SEED")
            .value_or(std::random_device{}() % 1'000'000'000);
    std::printf("PAPERWIRE_TORTURE_SEED=%lld\n", static_cast<long long>(value));
    return value;
  }();
  return seed;
}

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_ENVIRONMENT_H_
