#include "service/index/rice_code.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace paperwire::index {
namespace {

std::vector<uint8_t> Put(const std::vector<uint32_t>& numbers) {
  std::vector<uint8_t> bytes = {1, 2, 3};  // begins anywhere
  PutRice(numbers, &bytes);
  bytes.resize(bytes.size() + 15);
  return bytes;
}

TEST(RiceCodeTest, GivesBackWhatWasPutFromAnywhere) {
  std::mt19937 random(8);
  for (int round = 0; round < 300; ++round) {
    std::vector<uint32_t> numbers(random() % 400);
    const uint32_t small = 1u << random() % 20;
    for (uint32_t& n : numbers) {
      n = random() % 50 == 0 ? random() % (1u << random() % 32)
                             : random() % small;
    }
    const std::vector<uint8_t> bytes = Put(numbers);
    for (size_t from = 0; from < numbers.size(); from += 1 + random() % 40) {
      RiceReader reader(bytes.data() + 3);
      reader.Skip(from / 2);
      reader.Skip(from - from / 2);
      for (size_t i = from; i < numbers.size(); ++i) {
        ASSERT_EQ(reader.Next(), numbers[i]) << i << " from " << from;
      }
    }
  }
}

TEST(RiceCodeTest, TakesWhatNumbersOfTheirKindNeed) {
  EXPECT_EQ(Put({}).size(), 3u + 1 + 15);
  // Geometric ones of mean 30 need 6.3 bits each, a fixed width 8 or 9.
  std::mt19937 random(9);
  std::geometric_distribution<uint32_t> gaps(1.0 / 31);
  std::vector<uint32_t> numbers(4000);
  for (uint32_t& n : numbers) n = gaps(random);
  EXPECT_LE(Put(numbers).size(), 4000u * 66 / 80);
}

}  // namespace
}  // namespace paperwire::index
