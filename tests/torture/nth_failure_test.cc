// The n-th call to the disk fails, for every n: once, as when a cable is
// loose, or from then on, as when the disk is full or dead.
//
// Not all n are tried unless PAPERWIRE_TORTURE_EVERY is 1: it says which part
// of them, and PAPERWIRE_TORTURE_SEED with which to begin.

#include <cerrno>
#include <cstdio>

#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/torture/environment.h"
#include "tests/torture/scenario.h"

namespace paperwire::torture {
namespace {

constexpr int64_t kEvery = 7;

struct Way {
  const char* name;
  int error;
  Disk::Lasts lasts;
};

class NthFailureTest : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
  void TearDown() override { spdlog::set_level(spdlog::level::info); }
};

// How many calls the scenario makes.
int64_t CountCalls() {
  Disk disk(1);
  disk.CountReads(true);
  Scenario scenario(&disk);
  scenario.Run();
  const int64_t calls = disk.calls();
  scenario.Check();
  EXPECT_EQ(scenario.refused(), 0);
  return calls;
}

TEST_P(NthFailureTest, WhatWasAcknowledgedIsThere) {
  const int64_t calls = CountCalls();
  ASSERT_FALSE(HasFailure());
  ASSERT_GT(calls, 100);
  const int64_t every =
      FromEnvironment("PAPERWIRE_TORTURE_EVERY").value_or(kEvery);
  int64_t tried = 0;
  int64_t refused = 0;
  for (int64_t n = 1 + TortureSeed() % every; n <= calls && !HasFailure();
       n += every) {
    SCOPED_TRACE(testing::Message() << "call " << n << " of " << calls);
    Disk disk(static_cast<uint64_t>(TortureSeed() + n));
    disk.CountReads(true);
    Scenario scenario(&disk);
    disk.FailAt(n, GetParam().error, GetParam().lasts);
    scenario.Run();
    disk.Heal();
    if (disk.Random() % 2 == 0) disk.CutPower();
    scenario.Check();
    ++tried;
    refused += scenario.refused();
  }
  std::printf("%lld of %lld calls, %lld answers were errors\n",
              static_cast<long long>(tried), static_cast<long long>(calls),
              static_cast<long long>(refused));
  EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, NthFailureTest,
    testing::Values(Way{"EioOnce", EIO, Disk::kOnce},
                    Way{"FullOnce", ENOSPC, Disk::kOnce},
                    Way{"DeadDisk", EIO, Disk::kLasting},
                    Way{"FullDisk", ENOSPC, Disk::kLasting}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace paperwire::torture
