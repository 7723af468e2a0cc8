#include "service/index/rank_code.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace paperwire::index {
namespace {

std::vector<uint8_t> Put(const std::vector<uint32_t>& ranks) {
  std::vector<uint8_t> bytes = {1, 2, 3};  // begins anywhere
  PutRanks(ranks, &bytes);
  return bytes;
}

// Each is 0 but for one of `rare`, and below `ranks`.
std::vector<uint32_t> MakeRanks(size_t n, uint32_t rare, uint32_t ranks,
                                std::mt19937* random) {
  std::vector<uint32_t> made(n);
  for (uint32_t& rank : made) {
    rank = (*random)() % rare == 0 ? (*random)() % ranks : 0;
  }
  return made;
}

TEST(RankCodeTest, GivesBackWhatWasPutFromAnywhere) {
  std::mt19937 random(4);
  for (const uint32_t rare : {1, 2, 9, 200, 100000}) {
    for (const uint32_t most : {1u, 2u, 3u, 40u, 1u << 31}) {
      for (const size_t n : {0, 1, 2, 127, 700, 5000}) {
        const std::vector<uint32_t> ranks = MakeRanks(n, rare, most, &random);
        std::vector<uint8_t> bytes = Put(ranks);
        const size_t size = bytes.size();
        // What lies behind is read, and changes nothing.
        bytes.resize(size + 15, static_cast<uint8_t>(random()));
        for (size_t from = 0; from <= n; from += 1 + random() % 90) {
          const uint8_t* p = bytes.data() + 3;
          RankReader reader(&p);
          ASSERT_EQ(p, bytes.data() + size);
          reader.Skip(from / 3);
          reader.Skip(from - from / 3);
          for (size_t i = from; i < n; ++i) {
            ASSERT_EQ(reader.Next(), ranks[i])
                << i << " from " << from << " of " << n << ", one of " << rare
                << ", below " << most;
          }
        }
      }
    }
  }
}

TEST(RankCodeTest, SkipsAfterReading) {
  const std::vector<uint8_t> bytes = [] {
    std::vector<uint8_t> put = Put({0, 0, 2, 0, 1, 0, 0, 0, 0, 5, 0});
    put.resize(put.size() + 15);
    return put;
  }();
  const uint8_t* p = bytes.data() + 3;
  RankReader reader(&p);
  EXPECT_EQ(reader.Next(), 0u);
  reader.Skip(1);
  EXPECT_EQ(reader.Next(), 2u);
  reader.Skip(1);
  EXPECT_EQ(reader.Next(), 1u);
  EXPECT_EQ(reader.Next(), 0u);
  reader.Skip(3);
  EXPECT_EQ(reader.Next(), 5u);
  EXPECT_EQ(reader.Next(), 0u);
}

TEST(RankCodeTest, TakesWhatRanksOfTheirKindNeed) {
  constexpr size_t kHead = 3;
  EXPECT_EQ(Put({}).size(), kHead + 1);
  EXPECT_EQ(Put(std::vector<uint32_t>(300)).size(), kHead + 1);
  // One in ten: 0.47 bits each by Shannon, where a bit each was a plane.
  std::mt19937 random(5);
  EXPECT_LE(Put(MakeRanks(8000, 10, 2, &random)).size(), 1000u * 55 / 100);
  // Nothing to gain: little is lost.
  EXPECT_LE(Put(MakeRanks(8000, 1, 2, &random)).size(), 1000u + 10);
  EXPECT_LE(Put(MakeRanks(8000, 1, 8, &random)).size(), 4500u);
}

}  // namespace
}  // namespace paperwire::index
