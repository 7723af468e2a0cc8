// Random lives of a server on a disk that fails (simulation.h).
//
// PAPERWIRE_SIMULATION_STEPS makes it longer; a failure names its seed, which
// PAPERWIRE_SIMULATION_SEED repeats.

#include "tests/torture/simulation.h"

#include <chrono>
#include <cstdio>

#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/torture/environment.h"

namespace paperwire::torture {
namespace {

constexpr int kLife = 250;  // steps of one disk
constexpr int64_t kSteps = 60'000;

TEST(SimulationTest, WhatIsAcknowledgedStaysAndNewsComesOnce) {
  const std::optional<int64_t> repeated =
      FromEnvironment("PAPERWIRE_SIMULATION_SEED");
  const int64_t steps =
      FromEnvironment("PAPERWIRE_SIMULATION_STEPS").value_or(kSteps);
  auto seed = static_cast<uint64_t>(repeated.value_or(TortureSeed() * 1000003));
  // What the disk does would fill the log.
  if (!repeated.has_value()) spdlog::set_level(spdlog::level::off);
  Counts counts;
  const auto began = std::chrono::steady_clock::now();
  do {
    SCOPED_TRACE("PAPERWIRE_SIMULATION_SEED=" + std::to_string(seed));
    Simulation simulation(seed++, &counts);
    simulation.Run(kLife);
  } while (!HasFailure() && !repeated.has_value() && counts.steps < steps);
  const double seconds = std::chrono::duration<double>(
                             std::chrono::steady_clock::now() - began)
                             .count();
  std::printf(
      "%lld steps (%.0f/s), %lld entries, %lld deliveries, %lld restarts, %lld "
      "kills, %lld power cuts, %lld failed calls, %lld refused commits, of "
      "which %lld came back, %lld deliveries that may be second ones\n",
      static_cast<long long>(counts.steps),
      static_cast<double>(counts.steps) / seconds,
      static_cast<long long>(counts.entries),
      static_cast<long long>(counts.delivered),
      static_cast<long long>(counts.restarts),
      static_cast<long long>(counts.kills),
      static_cast<long long>(counts.power_cuts),
      static_cast<long long>(counts.failures),
      static_cast<long long>(counts.refused),
      static_cast<long long>(counts.reappeared),
      static_cast<long long>(counts.forgiven));
  spdlog::set_level(spdlog::level::info);
  if (steps < kSteps || repeated.has_value()) return;
  EXPECT_GT(counts.delivered, 0);
  EXPECT_GT(counts.refused, 0);
  EXPECT_GT(counts.reappeared, 0);
}

}  // namespace
}  // namespace paperwire::torture
