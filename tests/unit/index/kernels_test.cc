// Both versions of the inner loops, against each other and against what they
// say they do.

#include "service/index/kernels.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace paperwire::index::kernels {
namespace {

constexpr uint32_t kSlack = 32;

std::vector<const Table*> Tables() {
  std::vector<const Table*> tables = {&Portable()};
  if (Avx2() != nullptr) tables.push_back(Avx2());
  return tables;
}

class KernelsTest : public testing::Test {
 protected:
  uint32_t Below(uint32_t n) {
    return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_);
  }
  std::vector<uint64_t> Words(size_t n) {
    std::vector<uint64_t> words(n);
    const uint32_t rarity = Below(6);
    for (uint64_t& w : words) {
      w = random_();
      for (uint32_t i = 0; i < rarity; ++i) w &= random_();
    }
    return words;
  }

  std::mt19937_64 random_{20261123};
};

TEST_F(KernelsTest, TheBestIsOneOfThem) {
  const std::vector<const Table*> tables = Tables();
  EXPECT_NE(std::find(tables.begin(), tables.end(), &Best()), tables.end());
}

TEST_F(KernelsTest, Unpacks) {
  for (int round = 0; round < 4000; ++round) {
    const uint32_t begin = Below(1u << 20);
    const uint32_t n = 1 + Below(300);
    const uint32_t range = n + Below(1u << Below(21));
    std::set<uint32_t> different;
    if (round % 4 == 0) different = {begin, begin + range - 1};
    while (different.size() < n) different.insert(begin + Below(range));
    const std::vector<uint32_t> numbers(different.begin(), different.end());
    const EliasFano code(static_cast<uint32_t>(numbers.size()), range);
    std::vector<uint8_t> packed;
    code.Put(numbers, begin, &packed);
    ASSERT_EQ(packed.size(), code.size());
    // Two bits each and log2 of how many there could be for each, and what it
    // takes to fill up bytes.
    ASSERT_LE(static_cast<double>(packed.size()),
              (std::log2(static_cast<double>(range) / code.numbers()) + 2.1) *
                      code.numbers() / 8 +
                  2);
    packed.resize(packed.size() + kSlack, 0xFF);
    for (const Table* table : Tables()) {
      std::vector<uint32_t> out(numbers.size() + kSlack);
      table->unpack(packed.data(), code, begin, out.data());
      out.resize(numbers.size());
      ASSERT_EQ(out, numbers) << table->name << ", " << code.low_bits();
    }
    for (int i = 0; i < 40; ++i) {
      const uint32_t number = i % 2 == 0 ? begin + Below(range + 5)
                                         : numbers[Below(code.numbers())];
      const auto at = std::find(numbers.begin(), numbers.end(), number);
      ASSERT_EQ(code.Find(packed.data(), number - begin),
                static_cast<uint32_t>(at - numbers.begin()))
          << code.low_bits();
    }
  }
}

// Whatever the bytes are, as many numbers as there should be, and no byte
// behind them is looked for.
TEST_F(KernelsTest, UnpacksAnything) {
  for (int round = 0; round < 1000; ++round) {
    const EliasFano code(1 + Below(300), 1 + Below(1u << 20));
    std::vector<uint8_t> bytes(code.size() + kSlack);
    if (round % 2 == 0) {
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_());
    }
    for (const Table* table : Tables()) {
      std::vector<uint32_t> out(code.numbers() + kSlack, 7);
      table->unpack(bytes.data(), code, 0, out.data());
      EXPECT_LE(code.Find(bytes.data(), Below(1u << 21)), code.numbers());
      EXPECT_EQ(
          std::vector<uint32_t>(out.begin() + code.numbers() + 8, out.end()),
          std::vector<uint32_t>(kSlack - 8, 7));
    }
  }
}

TEST_F(KernelsTest, FindsTheLowerBound) {
  for (int round = 0; round < 500; ++round) {
    const uint32_t n = Below(300);
    const uint32_t range = n + 1 + Below(2000);
    std::set<uint32_t> different;
    while (different.size() < n) different.insert(Below(range));
    std::vector<uint32_t> documents(different.begin(), different.end());
    documents.resize(n + kSlack);  // anything behind them
    const uint32_t* const begin = documents.data() + Below(n + 1);
    const uint32_t* const end = documents.data() + n;
    for (uint32_t d = 0; d < range + 2; ++d) {
      const uint32_t* const expected = std::lower_bound(begin, end, d);
      for (const Table* table : Tables()) {
        ASSERT_EQ(table->lower_bound(begin, end, d), expected)
            << table->name << ", " << d << " of " << end - begin;
      }
    }
  }
}

TEST_F(KernelsTest, ExpandsCountsAndRanks) {
  for (int round = 0; round < 2000; ++round) {
    const std::vector<uint64_t> words = Words(64);
    const uint32_t begin = Below(1u << 20);
    std::vector<uint32_t> places;
    std::vector<uint16_t> before(64);
    for (uint32_t i = 0; i < 4096; ++i) {
      if (i % 64 == 0) before[i / 64] = static_cast<uint16_t>(places.size());
      if ((words[i / 64] >> (i % 64) & 1) != 0) places.push_back(begin + i);
    }
    for (const Table* table : Tables()) {
      std::vector<uint32_t> out(4096 + kSlack);
      out.resize(table->expand(words.data(), begin, out.data()));
      ASSERT_EQ(out, places) << table->name;
      std::vector<uint16_t> ranks(64);
      table->ranks(words.data(), ranks.data());
      ASSERT_EQ(ranks, before) << table->name;
    }
  }
}

TEST_F(KernelsTest, SpreadsBytesThatAreNotZero) {
  for (int round = 0; round < 2000; ++round) {
    const std::vector<uint64_t> words = Words(64);
    std::vector<uint8_t> packed(64);
    for (size_t b = 0; b < 512; ++b) {
      const auto byte = static_cast<uint8_t>(words[b / 8] >> (b % 8 * 8));
      if (byte == 0) continue;
      packed[b / 8] |= static_cast<uint8_t>(1 << (b % 8));
      packed.push_back(byte);
    }
    packed.resize(packed.size() + kSlack, 0xFF);
    for (const Table* table : Tables()) {
      std::vector<uint64_t> out(64);
      table->spread(packed.data(), out.data());
      ASSERT_EQ(out, words) << table->name;
    }
  }
}

TEST_F(KernelsTest, HarvestsAndClears) {
  for (int round = 0; round < 2000; ++round) {
    std::vector<uint16_t> sums(4096);
    const uint32_t most = 1 + Below(UINT16_MAX);
    for (uint16_t& sum : sums) sum = static_cast<uint16_t>(Below(most + 1));
    const uint16_t need = static_cast<uint16_t>(1 + Below(UINT16_MAX));
    std::vector<uint32_t> expected;
    for (uint32_t i = 0; i < sums.size(); ++i) {
      if (sums[i] >= need) expected.push_back(uint32_t{sums[i]} << 16 | i);
    }
    for (const Table* table : Tables()) {
      std::vector<uint16_t> copy = sums;
      std::vector<uint32_t> out(4096);
      out.resize(table->harvest(copy.data(), 4096, need, out.data()));
      ASSERT_EQ(out, expected) << table->name;
      ASSERT_EQ(copy, std::vector<uint16_t>(4096)) << table->name;
    }
  }
}

}  // namespace
}  // namespace paperwire::index::kernels
