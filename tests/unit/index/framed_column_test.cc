#include "service/index/framed_column.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace paperwire::index {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// Writes and reads the numbers; returns how many bytes they took.
size_t Check(const std::vector<int64_t>& numbers) {
  std::vector<uint8_t> bytes;
  PutFramed(numbers, &bytes);
  const size_t size = bytes.size();
  EXPECT_EQ(size % 8, 0u);
  EXPECT_TRUE(FramedColumn::Fits(bytes));
  const FramedColumn column(bytes);
  EXPECT_EQ(column.bytes(), size);
  EXPECT_EQ(column.size(), numbers.size());
  for (uint32_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(column[i], numbers[i]) << i;
  }
  bytes.pop_back();
  EXPECT_FALSE(FramedColumn::Fits(bytes));
  return size;
}

TEST(FramedColumnTest, GivesBackWhatWasPut) {
  for (const std::vector<int64_t>& numbers :
       std::vector<std::vector<int64_t>>{{},
                                         {7},
                                         {5, 5, 5},
                                         {-1, 0, 254},
                                         {1'700'000'000, 0, 1},
                                         {int64_t{1} << 40, 0},
                                         {kMin, kMax, 0},
                                         {kMax, kMin},
                                         {kMax, kMax}}) {
    Check(numbers);
  }
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<int64_t> numbers(random() % 300);
    const uint64_t steps = uint64_t{1} << random() % 64;
    int64_t at = static_cast<int64_t>(random() >> random() % 64);
    for (int64_t& number : numbers) {
      number = at;
      const uint64_t step = random() % steps;
      // Rising, or anywhere.
      at = round % 2 == 0 && at < kMax / 2
               ? at + static_cast<int64_t>(step >> 8)
               : static_cast<int64_t>(step);
    }
    Check(numbers);
  }
}

TEST(FramedColumnTest, TakesLittleForWhatRisesEvenly) {
  std::vector<int64_t> ones, sevens;
  for (int64_t i = 0; i < 6400; ++i) {
    ones.push_back(1000 + i);
    sevens.push_back(7 * i + i % 3);
  }
  EXPECT_LE(Check(ones), 32u + 100 * 8);
  EXPECT_LE(Check(sevens), 32u + 100 * 8 * 3);
}

TEST(FramedColumnTest, RefusesFramesThatLieElsewhere) {
  std::vector<uint8_t> bytes;
  std::vector<int64_t> numbers(200);
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<int64_t>(i * i % 17);
  }
  PutFramed(numbers, &bytes);
  constexpr size_t kHeader = 24;
  for (const size_t byte : {4, 7}) {  // the width, and where it begins
    std::vector<uint8_t> damaged = bytes;
    damaged[kHeader + byte] ^= 0x40;
    EXPECT_FALSE(FramedColumn::Fits(damaged)) << byte;
  }
}

}  // namespace
}  // namespace paperwire::index
