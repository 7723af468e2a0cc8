#include "service/index/packed_column.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace paperwire::index {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(PackedColumnTest, GivesBackWhatWasPut) {
  const std::vector<std::vector<int64_t>> columns = {{},
                                                     {7},
                                                     {5, 5, 5},
                                                     {-1, 0, 254},
                                                     {-1, 0, 255},
                                                     {1'700'000'000, 0, 1},
                                                     {int64_t{1} << 40, 0},
                                                     {kMin, kMax, 0},
                                                     {kMax, kMax}};
  for (const std::vector<int64_t>& numbers : columns) {
    std::vector<uint8_t> bytes;
    PutColumn(numbers, &bytes);
    const size_t size = bytes.size();
    EXPECT_EQ(size % 8, 0u);
    ASSERT_TRUE(PackedColumn::Fits(bytes));
    const PackedColumn column(bytes);
    EXPECT_EQ(column.bytes(), size);
    ASSERT_EQ(column.size(), numbers.size());
    for (uint32_t i = 0; i < numbers.size(); ++i) {
      EXPECT_EQ(column[i], numbers[i]);
    }
    bytes.pop_back();
    EXPECT_FALSE(PackedColumn::Fits(bytes));
  }
}

TEST(PackedColumnTest, TakesNothingForWhatIsAlwaysTheSame) {
  std::vector<uint8_t> same, different;
  PutColumn(std::vector<int64_t>(1000, 42), &same);
  EXPECT_LE(same.size(), 24u);
  std::vector<int64_t> numbers(1000, 42);
  numbers[500] = 43;
  PutColumn(numbers, &different);
  EXPECT_LE(different.size(), 160u);
}

}  // namespace
}  // namespace paperwire::index
