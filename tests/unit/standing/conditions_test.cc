// Both versions of the inner loop against what it says it does.

#include "service/standing/conditions.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace paperwire::standing::conditions {
namespace {

constexpr uint32_t kTerms = 200;
constexpr uint32_t kUntouched = 0xFFFFFFFF;

std::vector<const Table*> Tables() {
  std::vector<const Table*> tables = {&Portable()};
  if (Avx2() != nullptr) tables.push_back(Avx2());
  return tables;
}

class ConditionsTest : public testing::Test {
 protected:
  uint32_t Below(uint32_t n) {
    return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_);
  }

  // Another document, with some share of the terms.
  void MakeDocument() {
    has_.assign(kTerms / 32 + 1, 0);
    const uint32_t share = Below(11);
    for (TermId id = 0; id < kTerms; ++id) {
      if (id == kAlways || Below(10) < share) {
        has_[id / 32] |= uint32_t{1} << (id % 32);
      }
    }
  }
  bool Has(TermId id) const { return (has_[id / 32] >> (id % 32) & 1) != 0; }

  Condition MakeCondition() {
    if (Below(4) == 0) return kAlways;
    return Below(kTerms) | (Below(4) == 0 ? kAbsent : 0);
  }
  bool IsTrue(Condition c) const {
    return (c & kAbsent) != 0 ? !Has(c & ~kAbsent) : Has(c);
  }

  std::mt19937_64 random_{20261124};
  std::vector<uint32_t> has_;
};

TEST_F(ConditionsTest, TheBestIsOneOfThem) {
  const std::vector<const Table*> tables = Tables();
  EXPECT_NE(std::find(tables.begin(), tables.end(), &Best()), tables.end());
}

TEST_F(ConditionsTest, FindsThoseThatHold) {
  for (uint32_t round = 0; round < 4000; ++round) {
    MakeDocument();
    std::vector<Condition> all(round % 70);
    std::vector<uint32_t> expected;
    for (uint32_t i = 0; i < all.size(); ++i) {
      all[i] = MakeCondition();
      const bool holds = IsTrue(all[i]);
      EXPECT_EQ(Holds(all[i], has_.data()), holds ? 1u : 0u);
      if (holds) expected.push_back(i);
    }
    for (const Table* table : Tables()) {
      std::vector<uint32_t> places(all.size() + 8, kUntouched);
      const uint32_t n =
          table->holding(all.data(), static_cast<uint32_t>(all.size()),
                         has_.data(), places.data());
      for (size_t i = all.size(); i < places.size(); ++i) {
        ASSERT_EQ(places[i], kUntouched) << table->name;
      }
      places.resize(n);
      ASSERT_EQ(places, expected) << table->name;
    }
  }
}

}  // namespace
}  // namespace paperwire::standing::conditions
