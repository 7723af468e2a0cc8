// Both versions of the inner loops against what they say they do.

#include "service/standing/conditions.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paperwire::standing::conditions {
namespace {

using testing::UnorderedElementsAreArray;

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
  bool Holds(Condition c) const {
    return (c & kAbsent) != 0 ? !Has(c & ~kAbsent) : Has(c);
  }

  std::mt19937_64 random_{20261124};
  std::vector<uint32_t> has_;
};

TEST_F(ConditionsTest, TheBestIsOneOfThem) {
  const std::vector<const Table*> tables = Tables();
  EXPECT_NE(std::find(tables.begin(), tables.end(), &Best()), tables.end());
}

TEST_F(ConditionsTest, Pairs) {
  for (uint32_t round = 0; round < 2000; ++round) {
    MakeDocument();
    std::vector<Pair> rows(round % 70);
    std::vector<uint32_t> expected;
    for (Pair& row : rows) {
      row = {MakeCondition(), Below(1 << 30)};
      if (Holds(row.condition)) expected.push_back(row.value);
    }
    for (const Table* table : Tables()) {
      std::vector<uint32_t> values(rows.size() + 8, kUntouched);
      const uint32_t n =
          table->pairs(rows.data(), static_cast<uint32_t>(rows.size()),
                       has_.data(), values.data());
      for (size_t i = rows.size(); i < values.size(); ++i) {
        ASSERT_EQ(values[i], kUntouched) << table->name;
      }
      values.resize(n);
      ASSERT_THAT(values, UnorderedElementsAreArray(expected)) << table->name;
    }
  }
}

TEST_F(ConditionsTest, Quads) {
  for (uint32_t round = 0; round < 2000; ++round) {
    MakeDocument();
    std::vector<Quad> rows(round % 70);
    std::vector<uint32_t> expected;
    for (Quad& row : rows) {
      for (Condition& c : row.conditions) c = MakeCondition();
      row.value = Below(1 << 30);
      if (std::all_of(row.conditions.begin(), row.conditions.end(),
                      [this](Condition c) { return Holds(c); })) {
        expected.push_back(row.value);
      }
    }
    for (const Table* table : Tables()) {
      std::vector<uint32_t> values(rows.size() + 8, kUntouched);
      const uint32_t n =
          table->quads(rows.data(), static_cast<uint32_t>(rows.size()),
                       has_.data(), values.data());
      for (size_t i = rows.size(); i < values.size(); ++i) {
        ASSERT_EQ(values[i], kUntouched) << table->name;
      }
      values.resize(n);
      ASSERT_THAT(values, UnorderedElementsAreArray(expected)) << table->name;
    }
  }
}

}  // namespace
}  // namespace paperwire::standing::conditions
